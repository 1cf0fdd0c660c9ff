package io.holdfast.server.config;

import io.holdfast.server.lifecycle.BuildInfo;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.Help;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;

/**
 * The command line, in the forms of upstream's flags: {@code --x=y}, {@code --x y}, {@code --x} and
 * {@code --no-x} for booleans, {@code @file} for a file with one argument a line.
 *
 * <p>Nothing is guessed: unknown, malformed and repeated flags are refused.
 */
public final class Flags {
  private Flags() {}

  /** The result of parsing a command line. */
  public sealed interface Result {
    /** The node is to start. */
    record Run(Options options) implements Result {}

    /** The text is to be printed to standard output. The exit code is 0. */
    record Print(String text) implements Result {}

    /** The message is to be printed to standard error. The exit code is 2. */
    record Refuse(String message) implements Result {}
  }

  /** Parses a command line, with a store in the working directory by default. */
  public static Result parse(String[] arguments) {
    return parse(arguments, StoreHome.WORKING_DIRECTORY);
  }

  /**
   * Parses a command line.
   *
   * @param home the place of the store by default
   */
  public static Result parse(String[] arguments, StoreHome home) {
    CommandLine commandLine = commandLine();
    try {
      CommandLine.ParseResult parsed = commandLine.parseArgs(arguments);
      if (parsed.isUsageHelpRequested()) {
        return new Result.Print(commandLine.getUsageMessage(Help.Ansi.OFF));
      }
      if (parsed.isVersionHelpRequested()) {
        return new Result.Print(version(BuildInfo.version()));
      }
      return new Result.Run(OptionsReader.read(FlagValues.of(parsed), home));
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

  private static CommandLine commandLine() {
    CommandSpec spec = CommandSpec.create().name("holdfast");
    spec.usageMessage()
        .width(100)
        .sortOptions(false)
        .customSynopsis("holdfast [flags]")
        .description("Keeps pushed metrics, durably, until Prometheus scrapes them.")
        .optionListHeading("%nFlags (a switch --x is turned off by --no-x):%n");
    spec.negatableOptionTransformer(new NoPrefix());
    for (Flag flag : FlagTable.ALL) {
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

  /**
   * Returns a better message for a switch that has a value. Picocli describes this mistake with one
   * fixed sentence.
   */
  private static Optional<String> valueForSwitch(String[] arguments) {
    return Arrays.stream(arguments)
        .map(argument -> argument.split("=", 2))
        .filter(parts -> parts.length == 2)
        .filter(parts -> FlagTable.ALL.stream().anyMatch(flag -> flag.isSwitchNamed(parts[0])))
        .map(parts -> parts[0] + ": \"" + parts[1] + "\" (expected: no value)")
        .findFirst();
  }

  /**
   * The negation of names that contain dots. Picocli's own transformer does not negate such names.
   */
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
