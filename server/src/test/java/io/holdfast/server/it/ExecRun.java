package io.holdfast.server.it;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;

/** A run of {@code bin/holdfast-exec}, whose stdout and stderr go into files. */
final class ExecRun implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final Process process;
  private final Path stdout;
  private final Path stderr;

  private ExecRun(Process process, Path stdout, Path stderr) {
    this.process = process;
    this.stdout = stdout;
    this.stderr = stderr;
  }

  /**
   * Starts {@code holdfast-exec} in a session of its own: a terminal of the tests sends it nothing.
   *
   * @param shell the interpreter with its arguments, such as {@code busybox sh}
   */
  static ExecRun start(Path scratch, List<String> shell, String input, List<String> arguments)
      throws IOException {
    List<String> command = new ArrayList<>(List.of(Programs.require("setsid", "util-linux")));
    command.addAll(shell);
    command.add(Programs.repository().resolve("bin/holdfast-exec").toString());
    command.addAll(arguments);
    return launch(scratch, input, command);
  }

  /** Starts any command, to compare. */
  static ExecRun launch(Path scratch, String input, List<String> command) throws IOException {
    Path stdin = Files.writeString(Files.createTempFile(scratch, "stdin", ".txt"), input);
    Path stdout = Files.createTempFile(scratch, "stdout", ".txt");
    Path stderr = Files.createTempFile(scratch, "stderr", ".txt");
    // A shell without job control starts its background commands, and so perhaps these tests, with
    // SIGINT ignored.
    List<String> whole = new ArrayList<>(List.of("env", "--default-signal"));
    whole.addAll(command);
    ProcessBuilder builder =
        new ProcessBuilder(whole)
            .redirectInput(stdin.toFile())
            .redirectOutput(stdout.toFile())
            .redirectError(stderr.toFile());
    builder.environment().remove("HOLDFAST_URL");
    return new ExecRun(builder.start(), stdout, stderr);
  }

  /** Waits for a line on the command's stdout. */
  ExecRun await(String line) {
    Awaitility.await(line)
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(10))
        .until(() -> stdout().lines().anyMatch(line::equals));
    return this;
  }

  /** Sends a signal to {@code holdfast-exec} alone, and not to the command. */
  ExecRun signal(Path scratch, String signal) throws IOException {
    List<String> kill = List.of("sh", "-c", "kill -s " + signal + " " + process.pid());
    Programs.run(scratch, new byte[0], kill).orFail();
    return this;
  }

  /** Waits for the end and returns the exit code; 128 + N after the signal N. */
  int exitCode() {
    try {
      if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
        throw new AssertionError("holdfast-exec has not ended: " + stdout() + stderr());
      }
      return process.exitValue();
    } catch (InterruptedException | IOException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    } finally {
      close();
    }
  }

  boolean isAlive() {
    return process.isAlive();
  }

  String stdout() throws IOException {
    return Files.readString(stdout);
  }

  String stderr() throws IOException {
    return Files.readString(stderr);
  }

  @Override
  public void close() {
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
  }
}
