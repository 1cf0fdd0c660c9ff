package io.holdfast.server;

import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import picocli.CommandLine;
import picocli.CommandLine.Help;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;

/**
 * The command line, in the forms that upstream's flags have: {@code --x=y}, {@code --x y}, {@code
 * --x} and {@code --no-x} for booleans, {@code @file} for arguments from a file, one a line.
 *
 * <p>Nothing is guessed: what is unknown, malformed, repeated or not implemented yet is refused.
 */
final class Flags {
  private static final String LISTEN_ADDRESS = "web.listen-address";
  private static final String TELEMETRY_PATH = "web.telemetry-path";
  private static final String EXTERNAL_URL = "web.external-url";
  private static final String ROUTE_PREFIX = "web.route-prefix";
  private static final String ENABLE_LIFECYCLE = "web.enable-lifecycle";
  private static final String ENABLE_ADMIN_API = "web.enable-admin-api";
  private static final String PERSISTENCE_INTERVAL = "persistence.interval";
  private static final String STORAGE_PATH = "storage.path";
  private static final String SHUTDOWN_DRAIN = "shutdown.drain";
  private static final String LOG_LEVEL = "log.level";
  private static final String LOG_FORMAT = "log.format";

  private static final List<Flag> ALL =
      List.of(
          new Flag(
              LISTEN_ADDRESS,
              Kind.LIST,
              "<address>",
              ":9091",
              "Address to listen on: :port, host:port or [ipv6]:port. Repeatable."),
          new Flag(
              "web.config.file",
              Kind.NOT_YET,
              "<file>",
              "",
              "File that configures TLS and authentication. Not implemented yet."),
          new Flag(
              TELEMETRY_PATH,
              Kind.VALUE,
              "<path>",
              "/metrics",
              "Path under which to expose metrics."),
          new Flag(
              EXTERNAL_URL,
              Kind.VALUE,
              "<url>",
              "",
              "URL under which clients reach this server, if a proxy stands before it."),
          new Flag(
              ROUTE_PREFIX,
              Kind.VALUE,
              "<path>",
              "",
              "Prefix of all routes. Defaults to the path of --web.external-url."),
          new Flag(
              ENABLE_LIFECYCLE,
              Kind.SWITCH,
              "",
              "false",
              "Let PUT or POST /-/quit stop the server."),
          new Flag(
              ENABLE_ADMIN_API,
              Kind.SWITCH,
              "",
              "false",
              "Let PUT /api/v1/admin/wipe delete every group."),
          new Flag(
              "web.systemd-socket",
              Kind.NOT_YET_SWITCH,
              "",
              "false",
              "Take the listening sockets from systemd. Not implemented yet."),
          new Flag(
              STORAGE_PATH,
              Kind.VALUE,
              "<directory>",
              "data/",
              "Directory of the store. Created if it does not exist."),
          new Flag(
              "persistence.file",
              Kind.NOT_YET,
              "<file>",
              "",
              "A Pushgateway's persistence file to take over. Not implemented yet."),
          new Flag(
              PERSISTENCE_INTERVAL,
              Kind.VALUE,
              "<duration>",
              "5m",
              "Accepted and without effect: every answered push is on the disk already."),
          new Flag(
              "push.disable-consistency-check",
              Kind.NOT_YET_SWITCH,
              "",
              "false",
              "Take pushes without checking them. Not implemented yet."),
          new Flag(
              "push.enable-utf8-names",
              Kind.NOT_YET_SWITCH,
              "",
              "false",
              "Allow UTF-8 in metric and label names. Not implemented yet."),
          new Flag(
              SHUTDOWN_DRAIN,
              Kind.VALUE,
              "<duration>",
              "0s",
              "How long to report unready on SIGTERM before requests are no longer served."),
          new Flag(
              LOG_LEVEL,
              Kind.VALUE,
              "<level>",
              "info",
              "Log messages of this level and above: debug, info, warn or error."),
          new Flag(
              LOG_FORMAT,
              Kind.VALUE,
              "<format>",
              "logfmt",
              "Form of log messages: logfmt or json."));

  private Flags() {}

  /** What to do with a command line. */
  sealed interface Result {
    /** Start. */
    record Run(Options options) implements Result {}

    /** Print the text to standard output and exit with 0. */
    record Print(String text) implements Result {}

    /** Print the message to standard error and exit with 2. */
    record Refuse(String message) implements Result {}
  }

  static Result parse(String[] arguments) {
    return parse(arguments, version(BuildInfo.version()));
  }

  static Result parse(String[] arguments, String version) {
    CommandLine commandLine = commandLine();
    try {
      CommandLine.ParseResult parsed = commandLine.parseArgs(arguments);
      if (parsed.isUsageHelpRequested()) {
        return new Result.Print(commandLine.getUsageMessage(Help.Ansi.OFF));
      }
      if (parsed.isVersionHelpRequested()) {
        return new Result.Print(version);
      }
      return new Result.Run(options(parsed));
    } catch (ParameterException e) {
      return new Result.Refuse(explain(e, arguments));
    } catch (IllegalArgumentException e) {
      return new Result.Refuse(String.valueOf(e.getMessage()));
    }
  }

  private static String version(String version) {
    return "holdfast, version %s (java: %s, platform: %s/%s)%n"
        .formatted(
            version,
            Runtime.version(),
            System.getProperty("os.name", "unknown").toLowerCase(Locale.ROOT),
            System.getProperty("os.arch", "unknown"));
  }

  // --- the grammar ------------------------------------------------------------------------------

  private static CommandLine commandLine() {
    CommandSpec spec = CommandSpec.create().name("holdfast");
    spec.usageMessage()
        .width(100)
        .sortOptions(false)
        .customSynopsis("holdfast [flags]")
        .description("Keeps pushed metrics, durably, until Prometheus scrapes them.")
        .optionListHeading("%nFlags (a switch --x is turned off by --no-x):%n");
    spec.negatableOptionTransformer(new NoPrefix());
    for (Flag flag : ALL) {
      spec.addOption(flag.spec());
    }
    spec.addOption(
        OptionSpec.builder("--version")
            .versionHelp(true)
            .type(boolean.class)
            .description("Print the version and exit.")
            .build());
    spec.addOption(
        OptionSpec.builder("-h", "--help")
            .usageHelp(true)
            .type(boolean.class)
            .description("Print this help and exit.")
            .build());
    return new CommandLine(spec)
        .setUseSimplifiedAtFiles(true)
        .setAbbreviatedOptionsAllowed(false)
        .setPosixClusteredShortOptionsAllowed(false);
  }

  private static String explain(ParameterException e, String[] arguments) {
    String reason;
    if (e instanceof CommandLine.UnmatchedArgumentException unmatched) {
      String argument = unmatched.getUnmatched().get(0);
      reason =
          argument.startsWith("-")
              ? "unknown flag: " + argument
              : "unexpected argument: \"" + argument + "\" (expected: flags only)";
    } else if (e instanceof CommandLine.OverwrittenOptionException overwritten) {
      reason = name(overwritten.getOverwritten()) + ": given twice (expected: once)";
    } else if (e instanceof CommandLine.MissingParameterException missing) {
      reason = name(missing.getMissing().get(0)) + ": without a value (expected: a value)";
    } else {
      reason = valueForSwitch(arguments).orElse(String.valueOf(e.getMessage()));
    }
    return reason + "; try --help";
  }

  private static String name(ArgSpec flag) {
    return flag instanceof OptionSpec option ? option.longestName() : flag.paramLabel();
  }

  /** Picocli tells no more of this mistake than a sentence. */
  private static Optional<String> valueForSwitch(String[] arguments) {
    return Arrays.stream(arguments)
        .map(argument -> argument.split("=", 2))
        .filter(parts -> parts.length == 2)
        .filter(parts -> ALL.stream().anyMatch(flag -> flag.isSwitchNamed(parts[0])))
        .map(parts -> parts[0] + ": \"" + parts[1] + "\" (expected: no value)")
        .findFirst();
  }

  // --- from values to options -------------------------------------------------------------------

  private static Options options(CommandLine.ParseResult parsed) {
    Map<String, List<String>> values = new LinkedHashMap<>();
    for (Flag flag : ALL) {
      values.put(flag.name(), flag.values(parsed));
    }
    Values flags = new Values(values);

    String externalUrl = flags.get(EXTERNAL_URL);
    String externalPath = flags.read(EXTERNAL_URL, Flags::externalPath);
    String givenPrefix = flags.get(ROUTE_PREFIX);
    Options.Web web =
        new Options.Web(
            flags.all(LISTEN_ADDRESS).stream()
                .map(address -> read(LISTEN_ADDRESS, address, ListenAddress::parse))
                .toList(),
            flags.read(TELEMETRY_PATH, Flags::absolutePath),
            externalUrl,
            routePrefix(externalPath),
            routePrefix(givenPrefix.isEmpty() ? externalPath : givenPrefix),
            flags.isOn(ENABLE_LIFECYCLE),
            flags.isOn(ENABLE_ADMIN_API));
    refuseTakenTelemetryPath(web);

    Duration interval = flags.read(PERSISTENCE_INTERVAL, GoDuration::parse);
    return new Options(
        web,
        new Options.Storage(flags.read(STORAGE_PATH, Flags::directory)),
        new Options.Persistence(interval, parsed.hasMatchedOption("--" + PERSISTENCE_INTERVAL)),
        new Options.Log(
            flags.read(LOG_LEVEL, text -> oneOf(Logging.Level.values(), text)),
            flags.read(LOG_FORMAT, text -> oneOf(Logging.Format.values(), text))),
        flags.read(SHUTDOWN_DRAIN, GoDuration::parse),
        flags.effective());
  }

  /** Empty, or with a slash in front and none at the end. */
  private static String routePrefix(String prefix) {
    if (prefix.isEmpty() || prefix.equals("/")) {
      return "";
    }
    String absolute = prefix.startsWith("/") ? prefix : "/" + prefix;
    return absolute.endsWith("/") ? absolute.substring(0, absolute.length() - 1) : absolute;
  }

  private static String externalPath(String url) {
    if (url.isEmpty()) {
      return "";
    }
    try {
      URI parsed = new URI(url);
      if (parsed.getScheme() == null || parsed.getHost() == null) {
        throw new IllegalArgumentException(
            "\"" + url + "\" (expected: a URL such as https://example.org/pushgateway/)");
      }
      return String.valueOf(parsed.getPath());
    } catch (URISyntaxException e) {
      throw new IllegalArgumentException(
          "\"" + url + "\" (expected: a URL; " + e.getReason() + ")");
    }
  }

  private static String absolutePath(String path) {
    if (!path.startsWith("/") || path.equals("/") || path.contains(":") || path.contains("*")) {
      throw new IllegalArgumentException(
          "\"" + path + "\" (expected: a path such as /metrics, without : and *)");
    }
    return path;
  }

  private static void refuseTakenTelemetryPath(Options.Web web) {
    String path = UrlPath.join(web.routePrefix(), web.telemetryPath());
    Set<String> taken = Set.of("/-/healthy", "/-/ready", "/status", "/");
    boolean own = path.equals("/-/quit") || path.equals(web.routePrefix());
    for (String route : taken) {
      own |= path.equals(web.routePrefix() + route);
    }
    for (String tree : List.of("/api/v1", "/static", "/debug/pprof")) {
      own |= (path + "/").startsWith(web.routePrefix() + tree + "/");
    }
    if (own) {
      throw new IllegalArgumentException(
          "--%s: \"%s\" (expected: a path that is not taken by another page)"
              .formatted(TELEMETRY_PATH, web.telemetryPath()));
    }
  }

  private static Path directory(String text) {
    try {
      if (text.isEmpty()) {
        throw new IllegalArgumentException("\"\" (expected: a directory)");
      }
      return Path.of(text);
    } catch (InvalidPathException e) {
      throw new IllegalArgumentException("\"" + text + "\" (expected: a directory)", e);
    }
  }

  private static <E extends Enum<E>> E oneOf(E[] constants, String text) {
    List<String> names =
        Arrays.stream(constants).map(constant -> constant.name().toLowerCase(Locale.ROOT)).toList();
    int index = names.indexOf(text);
    if (index < 0) {
      throw new IllegalArgumentException(
          "\"" + text + "\" (expected: one of " + String.join(", ", names) + ")");
    }
    return constants[index];
  }

  private static <T> T read(String flag, String text, Function<String, T> reader) {
    try {
      return reader.apply(text);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("--" + flag + ": " + e.getMessage(), e);
    }
  }

  /** Each flag's values: the given ones, or the default. */
  private record Values(Map<String, List<String>> byFlag) {
    List<String> all(String flag) {
      return byFlag.getOrDefault(flag, List.of());
    }

    String get(String flag) {
      return String.join(", ", all(flag));
    }

    boolean isOn(String flag) {
      return get(flag).equals("true");
    }

    <T> T read(String flag, Function<String, T> reader) {
      return Flags.read(flag, get(flag), reader);
    }

    Map<String, String> effective() {
      Map<String, String> effective = new LinkedHashMap<>();
      byFlag.keySet().forEach(flag -> effective.put(flag, get(flag)));
      return Collections.unmodifiableMap(effective);
    }
  }

  private enum Kind {
    VALUE,
    LIST,
    SWITCH,
    NOT_YET,
    NOT_YET_SWITCH;

    boolean isSwitch() {
      return this == SWITCH || this == NOT_YET_SWITCH;
    }

    boolean isNotYet() {
      return this == NOT_YET || this == NOT_YET_SWITCH;
    }
  }

  private record Flag(String name, Kind kind, String label, String byDefault, String description) {
    OptionSpec spec() {
      OptionSpec.Builder spec = OptionSpec.builder("--" + name);
      if (kind.isSwitch()) {
        return spec.type(boolean.class).negatable(true).arity("0").description(description).build();
      }
      String shown = byDefault.isEmpty() ? "" : " Default: " + byDefault;
      spec.paramLabel(label).hideParamSyntax(true).description(description + shown);
      return kind == Kind.LIST
          ? spec.type(List.class).auxiliaryTypes(String.class).arity("1").build()
          : spec.type(String.class).arity("1").build();
    }

    boolean isSwitchNamed(String argument) {
      return kind.isSwitch() && (argument.equals("--" + name) || argument.equals("--no-" + name));
    }

    List<String> values(CommandLine.ParseResult parsed) {
      List<String> values;
      if (!parsed.hasMatchedOption("--" + name)) {
        values = List.of(byDefault);
      } else if (kind.isSwitch()) {
        values = List.of(String.valueOf(parsed.<Boolean>matchedOptionValue("--" + name, false)));
      } else if (kind == Kind.LIST) {
        values = List.copyOf(parsed.matchedOptionValue("--" + name, List.<String>of()));
      } else {
        values = List.of(parsed.matchedOptionValue("--" + name, byDefault));
      }
      if (kind.isNotYet() && !values.equals(List.of(byDefault))) {
        throw new IllegalArgumentException(
            "--%s: not implemented yet (expected: a command line without it)".formatted(name));
      }
      return values;
    }
  }

  /** Picocli's own transformer leaves names with dots alone. */
  private static final class NoPrefix implements CommandLine.INegatableOptionTransformer {
    @Override
    public String makeNegative(String optionName, CommandSpec command) {
      return "--no-" + optionName.substring(2);
    }

    @Override
    public String makeSynopsis(String optionName, CommandSpec command) {
      return optionName;
    }
  }
}
