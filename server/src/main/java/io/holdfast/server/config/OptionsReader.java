package io.holdfast.server.config;

import io.holdfast.cluster.ClusterOptions;
import io.holdfast.proto.NameRule;
import io.holdfast.server.gocompat.GoDuration;
import io.holdfast.server.gocompat.UrlPath;
import io.holdfast.server.logging.Logging;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.jspecify.annotations.Nullable;

/**
 * The reader that checks the values of flags, singly and against each other, and makes {@link
 * Options}.
 */
final class OptionsReader {
  private static final Pattern HOST_PATTERN =
      Pattern.compile("(\\*\\.)?[a-z0-9_]([a-z0-9._-]*[a-z0-9_])?");

  private OptionsReader() {}

  /**
   * Reads the options.
   *
   * @throws IllegalArgumentException if a value can't be used; the message names its flag
   */
  static Options read(FlagValues flags, StoreHome home) {
    Options.Storage storage = storage(flags, home);
    String externalUrl = withoutUser(flags.get(FlagTable.EXTERNAL_URL));
    String externalPath = flags.read(FlagTable.EXTERNAL_URL, OptionsReader::externalPath);
    String givenPrefix = flags.get(FlagTable.ROUTE_PREFIX);
    Options.Web web =
        new Options.Web(
            new Options.Listening(
                flags.readAll(FlagTable.LISTEN_ADDRESS, ListenAddress::parse),
                flags.isOn(FlagTable.SYSTEMD_SOCKET)),
            new Options.Paths(
                flags.read(FlagTable.TELEMETRY_PATH, OptionsReader::absolutePath),
                externalUrl,
                routePrefix(externalPath),
                routePrefix(givenPrefix.isEmpty() ? externalPath : givenPrefix)),
            new Options.Permissions(
                flags.isOn(FlagTable.ENABLE_LIFECYCLE),
                flags.isOn(FlagTable.ENABLE_ADMIN_API),
                !flags.isOn(FlagTable.READ_ONLY_PAGE)),
            flags.read(FlagTable.CONFIG_FILE, OptionsReader::file),
            new Options.Browsers(
                flags.readAll(FlagTable.ALLOWED_HOST, OptionsReader::hostPattern),
                flags.read(FlagTable.CORS_ORIGIN, OptionsReader::regex)));
    refuseTakenTelemetryPath(web.paths());

    ClusterOptions cluster = ClusterOptionsReader.read(flags, web.listening().addresses());
    Duration interval = flags.read(FlagTable.PERSISTENCE_INTERVAL, GoDuration::parse);
    return new Options(
        web,
        storage,
        new Options.Persistence(
            flags.read(FlagTable.PERSISTENCE_FILE, OptionsReader::file),
            interval,
            flags.isGiven(FlagTable.PERSISTENCE_INTERVAL)),
        new Options.Pushes(
            !flags.isOn(FlagTable.DISABLE_CONSISTENCY_CHECK),
            flags.isOn(FlagTable.ENABLE_UTF8_NAMES) ? NameRule.UTF8 : NameRule.LEGACY,
            expiry(flags)),
        LimitsReader.read(flags),
        new Options.Log(
            flags.read(FlagTable.LOG_LEVEL, OptionsReader::level),
            flags.read(FlagTable.LOG_FORMAT, text -> oneOf(Logging.Format.values(), text))),
        flags.read(FlagTable.SHUTDOWN_DRAIN, GoDuration::parse),
        cluster,
        warnings(storage, flags, cluster),
        shown(flags, externalUrl, storage));
  }

  private static Options.Storage storage(FlagValues flags, StoreHome home) {
    if (flags.isGiven(FlagTable.STORAGE_PATH)) {
      return new Options.Storage(
          flags.read(FlagTable.STORAGE_PATH, OptionsReader::directory), null);
    }
    StoreHome.Choice choice = home.choose(flags.get(FlagTable.STORAGE_PATH));
    return new Options.Storage(directory(choice.path()), choice);
  }

  private static List<String> warnings(
      Options.Storage storage, FlagValues flags, @Nullable ClusterOptions cluster) {
    List<String> warnings = new ArrayList<>();
    StoreHome.Choice choice = storage.choice();
    String warning = choice == null ? null : choice.warning();
    if (warning != null) {
      warnings.add(warning);
    }
    if (cluster != null) {
      warnings.addAll(ClusterOptionsReader.warnings(flags, cluster));
    }
    return List.copyOf(warnings);
  }

  private static Options.Expiry expiry(FlagValues flags) {
    Duration maxTtl = flags.read(FlagTable.MAX_TTL, GoDuration::parse);
    Duration ttl = flags.read(FlagTable.TTL, GoDuration::parse);
    if (!maxTtl.isZero() && ttl.compareTo(maxTtl) > 0) {
      throw new IllegalArgumentException(
          "--%s: \"%s\" (expected: at most --%s, which is %s)"
              .formatted(
                  FlagTable.TTL,
                  flags.get(FlagTable.TTL),
                  FlagTable.MAX_TTL,
                  flags.get(FlagTable.MAX_TTL)));
    }
    return new Options.Expiry(ttl, maxTtl);
  }

  /** Returns the flags as the page, the API and the log show them. */
  private static Map<String, String> shown(
      FlagValues flags, String externalUrl, Options.Storage storage) {
    Map<String, String> shown = new LinkedHashMap<>(flags.effective());
    shown.put(FlagTable.EXTERNAL_URL.name(), externalUrl);
    StoreHome.Choice choice = storage.choice();
    if (choice != null) {
      shown.put(FlagTable.STORAGE_PATH.name(), choice.path());
    }
    return Collections.unmodifiableMap(shown);
  }

  /** Returns the URL without user and password. The URL is public, and neither is needed in it. */
  private static String withoutUser(String url) {
    return url.replaceFirst("^([a-zA-Z][a-zA-Z0-9+.-]*:)?//[^/?#]*@", "$1//");
  }

  /** Returns the prefix: empty, or with a slash in front and none at the end. */
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
      URI parsed = new URI(withoutUser(url));
      boolean isPath = parsed.getScheme() == null && url.startsWith("/");
      if (!isPath && (parsed.getScheme() == null || parsed.getHost() == null)) {
        throw new IllegalArgumentException(
            "\""
                + withoutUser(url)
                + "\" (expected: a URL such as https://example.org/pushgateway/)");
      }
      return String.valueOf(parsed.getPath());
    } catch (URISyntaxException e) {
      throw new IllegalArgumentException(
          "\"" + withoutUser(url) + "\" (expected: a URL; " + e.getReason() + ")");
    }
  }

  private static String absolutePath(String path) {
    if (!path.startsWith("/") || path.equals("/") || path.contains(":") || path.contains("*")) {
      throw new IllegalArgumentException(
          "\"" + path + "\" (expected: a path such as /metrics, without : and *)");
    }
    return path;
  }

  private static void refuseTakenTelemetryPath(Options.Paths paths) {
    String path = UrlPath.join(paths.routePrefix(), paths.telemetry());
    Set<String> taken = Set.of("/-/healthy", "/-/ready", "/status", "/");
    boolean own = path.equals("/-/quit") || path.equals(paths.routePrefix());
    for (String route : taken) {
      own |= path.equals(paths.routePrefix() + route);
    }
    for (String tree : List.of("/api/v1", "/static", "/group", "/delete-all", "/debug/pprof")) {
      own |= (path + "/").startsWith(paths.routePrefix() + tree + "/");
    }
    if (own) {
      throw new IllegalArgumentException(
          "--%s: \"%s\" (expected: a path that is not taken by another page)"
              .formatted(FlagTable.TELEMETRY_PATH, paths.telemetry()));
    }
  }

  /** Reads a host name, all names below a name ({@code *.x}), or all names ({@code *}). */
  private static String hostPattern(String text) {
    String name = text.toLowerCase(Locale.ROOT);
    if (!name.equals("*") && !HOST_PATTERN.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "\"" + text + "\" (expected: a host name without a port, *.example.org, or *)");
    }
    return name;
  }

  private static String regex(String text) {
    try {
      // The user of the pattern compiles it again, because compiled patterns have no equality.
      return Pattern.compile(text).pattern();
    } catch (PatternSyntaxException e) {
      throw new IllegalArgumentException(
          "\"" + text + "\" (expected: a regular expression; " + e.getDescription() + ")", e);
    }
  }

  private static Path directory(String text) {
    try {
      if (text.isEmpty()) {
        throw new IllegalArgumentException("\"\" (expected: a directory)");
      }
      return Path.of(text);
    } catch (InvalidPathException e) {
      throw noPath(text, "a directory", e);
    }
  }

  private static @Nullable Path file(String text) {
    try {
      return text.isEmpty() ? null : Path.of(text);
    } catch (InvalidPathException e) {
      throw noPath(text, "a file", e);
    }
  }

  private static IllegalArgumentException noPath(
      String text, String expected, InvalidPathException e) {
    boolean isAscii = text.chars().allMatch(c -> c < 0x80);
    return new IllegalArgumentException(
        isAscii
            ? "\"%s\" (expected: %s)".formatted(text, expected)
            : "\"%s\" (expected: %s that the locale can name; LC_ALL=C.UTF-8 can name all)"
                .formatted(text, expected),
        e);
  }

  /** Reads a level in upper or lower case, as upstream does. */
  private static Logging.Level level(String text) {
    return oneOf(Logging.Level.values(), text.toLowerCase(Locale.ROOT));
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
}
