package io.holdfast.server.it;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The command line that starts Holdfast as {@code scripts/holdfast} does. */
final class HoldfastCommand {
  private HoldfastCommand() {}

  /** Nodes of most tests end before the optimizing compiler has earned its time. */
  private static final List<String> SHORT_LIFE = List.of("-XX:TieredStopAtLevel=1");

  static List<String> of(String... flags) {
    return withJvmOptions(SHORT_LIFE, flags);
  }

  /** The command that starts another build: its jar with the libraries beside it. */
  static List<String> ofBuild(Path jar, String... flags) {
    return command(jar, SHORT_LIFE, flags);
  }

  /** The options come after those of {@code config/jvm.options} and win. */
  static List<String> withJvmOptions(List<String> options, String... flags) {
    Path jar = Programs.repository().resolve("server/target/holdfast.jar");
    return command(jar, options, flags);
  }

  private static List<String> command(Path jar, List<String> options, String... flags) {
    List<String> command = new ArrayList<>();
    command.add(Programs.java());
    command.add("@" + Programs.repository().resolve("config/jvm.options"));
    command.addAll(StartArchive.options());
    command.addAll(options);
    command.add("-jar");
    command.add(jar.toString());
    command.addAll(List.of(flags));
    return command;
  }
}
