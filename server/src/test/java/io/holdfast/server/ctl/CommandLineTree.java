package io.holdfast.server.ctl;

import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import picocli.CommandLine;

/** The declared commands, which no test runs. */
final class CommandLineTree {
  private CommandLineTree() {}

  static CommandLine root() {
    OutputStream none = OutputStream.nullOutputStream();
    return new Holdfastctl(
            new Console(
                InputStream.nullInputStream(),
                none,
                new PrintStream(none, false, StandardCharsets.UTF_8),
                new Console.Surroundings(Map.of(), "", Clock.systemUTC(), System::nanoTime)))
        .commandLine();
  }

  /** The commands as they are typed behind the tool's name; the first one is empty. */
  static List<String> names() {
    List<String> names = new ArrayList<>();
    collect("", root(), names);
    return names;
  }

  private static void collect(String name, CommandLine command, List<String> names) {
    names.add(name);
    command
        .getSubcommands()
        .forEach((each, below) -> collect((name + " " + each).strip(), below, names));
  }
}
