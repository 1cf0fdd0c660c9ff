package io.holdfast.server.it;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Finds what the tests run: this repository, and programs that Debian packages. */
final class Programs {
  private static final long PATIENCE_SECONDS = 60;

  private Programs() {}

  /** The directory that holds the parent pom and {@code config/}. */
  static Path repository() {
    Path start = Path.of(System.getProperty("basedir", "")).toAbsolutePath();
    for (Path at = start; at != null; at = at.getParent()) {
      if (Files.exists(at.resolve("config/jvm.options"))) {
        return at;
      }
    }
    throw new AssertionError(start + " (expected: inside a directory with config/jvm.options)");
  }

  /** The Java that runs the tests, so that Holdfast runs on the same one. */
  static String java() {
    return Path.of(System.getProperty("java.home"), "bin", "java").toString();
  }

  /** The full path of a program that must be there; {@code debianPackage} is what brings it. */
  static String require(String program, String debianPackage) {
    for (String directory : System.getenv("PATH").split(File.pathSeparator, -1)) {
      Path candidate = Path.of(directory, program);
      if (Files.isExecutable(candidate)) {
        return candidate.toString();
      }
    }
    throw new AssertionError(
        program + " is not on the PATH (expected: apt-get install " + debianPackage + ")");
  }

  /** The real Pushgateway: the one that {@code $PUSHGATEWAY} names, or else Debian's. */
  static String pushgateway() {
    String named = System.getenv("PUSHGATEWAY");
    return named == null || named.isEmpty()
        ? require("prometheus-pushgateway", "prometheus-pushgateway")
        : named;
  }

  /** Whether a Pushgateway is new enough for names of any UTF-8: 1.11 is, Debian's is not. */
  static boolean knowsUtf8Names(Path scratch, String pushgateway) throws IOException {
    return run(scratch, new byte[0], List.of(pushgateway, "--help"))
        .output()
        .contains("--push.enable-utf8-names");
  }

  /** Runs a command to its end. Standard input is {@code input}; both outputs come back as one. */
  static Result run(Path scratch, byte[] input, List<String> command) throws IOException {
    return run(scratch, scratch, input, command);
  }

  /** The same, in a directory other than the one that takes the input's and output's files. */
  static Result run(Path scratch, Path directory, byte[] input, List<String> command)
      throws IOException {
    Path output = Files.createTempFile(scratch, "output", ".txt");
    Path given = Files.write(Files.createTempFile(scratch, "input", ".bin"), input);
    Process process =
        new ProcessBuilder(command)
            .directory(directory.toFile())
            .redirectInput(given.toFile())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    try {
      if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        throw new AssertionError(command + " has not ended: " + Files.readString(output));
      }
      return new Result(
          command, process.exitValue(), Files.readString(output, StandardCharsets.UTF_8));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(command + " was interrupted", e);
    } finally {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
    }
  }

  /** How a command ended. */
  record Result(List<String> command, int exitCode, String output) {
    /** Fails with the output unless the command succeeded; returns the output. */
    String orFail() {
      assertEquals(0, exitCode, () -> "exit code of " + command + ", which said:\n" + output);
      return output;
    }
  }
}
