package io.holdfast.server.ctl;

import io.holdfast.server.lifecycle.BuildInfo;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;

/** The command line of the tool: the tree of subcommands, and one run of it. */
final class Holdfastctl {
  static final String NAME = "holdfastctl";
  private static final int WIDTH = 100;

  private final Console console;

  Holdfastctl(Console console) {
    this.console = console;
  }

  /** Returns the declaration of all commands, from which help, completion and man page follow. */
  CommandLine commandLine() {
    CommandSpec root = CommandSpec.create().name(NAME);
    root.usageMessage()
        .description("Lists, pushes, checks, deletes and moves the groups of a Holdfast server.")
        .footerHeading("%nExit codes:%n")
        .footer(
            "  0    done",
            "  1    the server refused or cannot be reached, or a file cannot be read or written",
            "  2    a mistake on the command line",
            "  3    the command ran, and found problems (check, push, doctor, store check)",
            "  4    no such group",
            "  130  interrupted",
            "  141  the reader of standard output has gone");
    root.addOption(
        OptionSpec.builder("-V", "--version")
            .versionHelp(true)
            .type(boolean.class)
            .description("Print the version and exit.")
            .build());
    CommandLine commandLine = new CommandLine(root);
    for (Command command : commands()) {
      commandLine.addSubcommand(command);
    }
    commandLine.addSubcommand(
        new CommandLine(new StoreCommand())
            .addSubcommand(new StoreCheckCommand(console))
            .addSubcommand(new StoreDumpCommand(console)));
    addHelp(commandLine);
    return commandLine
        .setAbbreviatedOptionsAllowed(false)
        .setAbbreviatedSubcommandsAllowed(false)
        .setExpandAtFiles(false)
        .setOverwrittenOptionsAllowed(false);
  }

  private List<Command> commands() {
    return List.of(
        new ListCommand(console),
        new GetCommand(console),
        new PushCommand(console),
        new CheckCommand(console),
        new DeleteCommand(console),
        new WipeCommand(console),
        new ExportCommand(console),
        new ImportCommand(console),
        new MigrateCommand(console),
        new ClusterCommand(console),
        new DoctorCommand(console));
  }

  private static void addHelp(CommandLine commandLine) {
    CommandSpec spec = commandLine.getCommandSpec();
    spec.usageMessage().width(WIDTH).sortOptions(false).abbreviateSynopsis(true);
    spec.addOption(
        OptionSpec.builder("-h", "--help")
            .usageHelp(true)
            .type(boolean.class)
            .description("Print this help and exit.")
            .build());
    commandLine.getSubcommands().values().forEach(Holdfastctl::addHelp);
  }

  /** Runs the command that the arguments name. Returns the exit code. */
  int run(String... arguments) {
    try {
      int code = parseAndRun(arguments);
      console.out().flush();
      return code;
    } catch (Failure e) {
      return fail(e.exitCode(), e.reason());
    } catch (UncheckedIOException e) {
      return brokenOff(Objects.requireNonNull(e.getCause()));
    } catch (IOException e) {
      return brokenOff(e);
    } catch (RuntimeException e) {
      return fail(ExitCodes.FAILED, "a bug of holdfastctl: " + e);
    }
  }

  private int brokenOff(IOException e) {
    if (e instanceof OutputClosedException closed) {
      return closed.isReaderGone()
          ? ExitCodes.OUTPUT_CLOSED
          : fail(ExitCodes.FAILED, "standard output cannot be written: " + e.getMessage());
    }
    return fail(
        ExitCodes.FAILED,
        "broken off: " + e.getMessage() + " (expected: the end of the answer; try again)");
  }

  private int fail(int exitCode, String reason) {
    if (exitCode != ExitCodes.INTERRUPTED) {
      console.err().println(NAME + ": " + Table.printable(reason));
    }
    return exitCode;
  }

  private int parseAndRun(String[] arguments) throws Failure, IOException {
    CommandLine.ParseResult parsed;
    try {
      parsed = commandLine().parseArgs(arguments);
    } catch (ParameterException e) {
      throw Failure.usage(explain(e));
    }
    for (CommandLine each : parsed.asCommandLineList()) {
      if (each.isUsageHelpRequested()) {
        print(each.getUsageMessage(Ansi.OFF));
        return ExitCodes.OK;
      }
      if (each.isVersionHelpRequested()) {
        print(NAME + ", version " + BuildInfo.version() + "\n");
        return ExitCodes.OK;
      }
    }
    List<CommandLine> chosen = parsed.asCommandLineList();
    CommandLine last = chosen.get(chosen.size() - 1);
    if (last.getCommand() instanceof Command command) {
      return command.call();
    }
    throw Failure.usage(
        "no command (expected: one of "
            + last.getSubcommands().keySet().stream().collect(Collectors.joining(", "))
            + "); try --help");
  }

  private void print(String text) throws IOException {
    console.out().write(text.getBytes(StandardCharsets.UTF_8));
    console.out().flush();
  }

  private static String explain(ParameterException e) {
    String name = e.getCommandLine().getCommandSpec().qualifiedName();
    String reason;
    if (e instanceof CommandLine.UnmatchedArgumentException unmatched) {
      String argument = unmatched.getUnmatched().get(0);
      reason =
          argument.startsWith("-")
              ? "unknown option: " + argument
              : "unexpected argument: \"" + argument + "\"";
      if (!(e.getCommandLine().getCommand() instanceof Command)) {
        reason +=
            " (expected: one of "
                + String.join(", ", e.getCommandLine().getSubcommands().keySet())
                + ")";
      }
    } else if (e instanceof CommandLine.OverwrittenOptionException overwritten) {
      reason = option(overwritten.getOverwritten()) + ": given twice (expected: once)";
    } else if (e instanceof CommandLine.MissingParameterException missing
        && !missing.getMissing().isEmpty()) {
      reason = option(missing.getMissing().get(0)) + ": without a value (expected: a value)";
    } else {
      reason = String.valueOf(e.getMessage());
    }
    return reason + "; try: " + name + " --help";
  }

  private static String option(ArgSpec argument) {
    return argument instanceof OptionSpec option ? option.longestName() : argument.paramLabel();
  }
}
