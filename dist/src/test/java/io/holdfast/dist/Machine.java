package io.holdfast.dist;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A copy of this machine in which packages are installed: its file system, with changes in memory,
 * its own processes and its own network. All of it ends with the test, however the test ends.
 *
 * <p>No systemd runs here. {@link ServiceUnit} runs what a unit says.
 */
final class Machine implements AutoCloseable {
  private static final String BOOT =
      """
      set -e
      cd "$1"
      mount -t tmpfs tmpfs .
      cd "$1"
      mkdir changes work root
      mount -t overlay overlay -o "lowerdir=/,upperdir=$1/changes,workdir=$1/work" root
      mount -t proc proc root/proc
      mount --rbind /dev root/dev
      mount -t tmpfs tmpfs root/tmp
      chmod 1777 root/tmp
      ip link set lo up
      echo booted
      # Ends with the test's own process, and all processes here end with this one.
      read -r line || :
      """;

  private final Process first;
  private final long shell;
  private final Path root;

  private Machine(Process first, long shell, Path root) {
    this.first = first;
    this.shell = shell;
    this.root = root;
  }

  static Machine boot(Path directory) throws Exception {
    Process first =
        new ProcessBuilder(
                "unshare",
                "--mount",
                "--pid",
                "--net",
                "--fork",
                "--kill-child",
                "/bin/sh",
                "-c",
                BOOT,
                "sh",
                directory.toString())
            .redirectErrorStream(true)
            .start();
    String line = first.inputReader(StandardCharsets.UTF_8).readLine();
    assertEquals("booted", line);
    long shell = first.toHandle().children().findFirst().orElseThrow().pid();
    return new Machine(first, shell, directory.resolve("root"));
  }

  /** Runs a shell's script as root, and returns its output. */
  String run(String script, String... arguments) throws Exception {
    Process process = start(script, arguments);
    process.getOutputStream().close();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertTrue(process.waitFor(60, TimeUnit.SECONDS), output);
    assertEquals(0, process.exitValue(), script + "\n" + output);
    return output;
  }

  /** Returns the paths that were changed since the start and have the word in their name. */
  String changed(String word) throws Exception {
    Path changes = root.resolveSibling("changes");
    Process find =
        new ProcessBuilder(
                "nsenter",
                "--target",
                Long.toString(shell),
                "--mount",
                "find",
                changes.toString(),
                "-name",
                "*" + word + "*")
            .redirectErrorStream(true)
            .start();
    return new String(find.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
  }

  /** Copies a file of the test into the machine. */
  void put(Path file, String target) throws Exception {
    Process process =
        new ProcessBuilder(command("cat >\"$1\"", target)).redirectInput(file.toFile()).start();
    assertTrue(process.waitFor(60, TimeUnit.SECONDS), target);
    assertEquals(0, process.exitValue(), target);
  }

  /** Starts a shell's script as root. */
  Process start(String script, String... arguments) throws IOException {
    return new ProcessBuilder(command(script, arguments)).redirectErrorStream(true).start();
  }

  private List<String> command(String script, String... arguments) {
    List<String> command = new ArrayList<>();
    command.addAll(List.of("nsenter", "--target", Long.toString(shell)));
    command.addAll(List.of("--mount", "--pid", "--net"));
    command.addAll(List.of("/usr/sbin/chroot", root.toString()));
    command.addAll(List.of("/bin/sh", "-ec", script, "sh"));
    command.addAll(List.of(arguments));
    return command;
  }

  @Override
  public void close() throws IOException {
    first.getOutputStream().close();
    first.onExit().orTimeout(60, TimeUnit.SECONDS).join();
  }
}
