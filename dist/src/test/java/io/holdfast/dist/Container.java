package io.holdfast.dist;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.awaitility.Awaitility;

/**
 * A container as a kubelet with the strictest settings runs one: by an OCI runtime, with a
 * read-only root, without capabilities and new privileges, in name spaces of its own.
 *
 * <p>Concurrency: for one thread.
 */
final class Container implements AutoCloseable {
  private static final Duration SOON = Duration.ofSeconds(60);

  /**
   * The runtime with arguments behind it. The runtime refuses hosts with both kinds of cgroups, and
   * needs none here.
   */
  private static final List<String> RUNTIME =
      List.of(
          "unshare",
          "--mount",
          "sh",
          "-c",
          "mount -t cgroup2 none /sys/fs/cgroup && exec crun --cgroup-manager=disabled \"$@\"",
          "crun");

  private final Path bundle;
  private final String id = "holdfast-" + ProcessHandle.current().pid() + "-" + System.nanoTime();
  private final Process process;

  private Container(Path bundle) throws IOException {
    this.bundle = bundle;
    process =
        new ProcessBuilder(
                command(
                    "run",
                    "--bundle",
                    bundle.toString(),
                    "--pid-file",
                    bundle.resolve("pid").toString(),
                    id))
            .redirectErrorStream(true)
            .redirectOutput(bundle.resolve("log").toFile())
            .start();
  }

  /** The user and the group of the container's processes. */
  record User(int uid, int gid) {}

  /**
   * Starts a container.
   *
   * @param bundle an empty directory for the runtime
   * @param volume directory that appears as {@code /data}
   * @param arguments behind the image's entry point
   */
  static Container start(Path bundle, Image image, User user, Path volume, String... arguments)
      throws IOException {
    List<String> command = new ArrayList<>(image.values("entrypoint"));
    command.addAll(List.of(arguments));
    String spec =
        """
        {
          "ociVersion": "1.0.2",
          "process": {
            "user": {"uid": %d, "gid": %d},
            "args": %s,
            "env": %s,
            "cwd": "%s",
            "capabilities": {"bounding": [], "effective": [], "inheritable": [], "permitted": []},
            "noNewPrivileges": true
          },
          "root": {"path": "%s", "readonly": true},
          "mounts": [
            {"destination": "/proc", "type": "proc", "source": "proc"},
            {"destination": "/dev", "type": "tmpfs", "source": "tmpfs", "options": ["nosuid", "mode=755"]},
            {"destination": "/data", "type": "bind", "source": "%s", "options": ["rbind", "rw"]}
          ],
          "linux": {
            "namespaces": [{"type": "pid"}, {"type": "mount"}, {"type": "ipc"}, {"type": "network"}]
          }
        }
        """
            .formatted(
                user.uid(),
                user.gid(),
                json(command),
                json(image.values("env")),
                image.value("workdir"),
                image.root(),
                volume);
    Files.writeString(bundle.resolve("config.json"), spec);
    return new Container(bundle);
  }

  void awaitReady() {
    try {
      Awaitility.await("the container is ready")
          .atMost(SOON)
          .failFast("the container has ended", () -> !process.isAlive())
          .ignoreExceptions()
          .untilAsserted(() -> curl("/-/ready"));
    } catch (RuntimeException e) {
      throw new AssertionError(log(), e);
    }
  }

  /** Returns the body of an answer with a code below 400, in the container's network. */
  String curl(String path, String... options) throws Exception {
    List<String> command =
        new ArrayList<>(
            List.of(
                "nsenter",
                "--target",
                Files.readString(bundle.resolve("pid")).strip(),
                "--net",
                "curl",
                "-sS",
                "--fail",
                "http://127.0.0.1:9091" + path));
    command.addAll(List.of(options));
    return output(command);
  }

  /** Returns the output of a command that runs in the container and succeeds. */
  String run(User user, String... command) throws Exception {
    List<String> all = command("exec", "--user", user.uid() + ":" + user.gid(), id);
    all.addAll(List.of(command));
    return output(all);
  }

  /** Sends SIGTERM, and returns the exit code. */
  int terminate() throws Exception {
    output(command("kill", id, "TERM"));
    assertTrue(process.waitFor(SOON.toSeconds(), TimeUnit.SECONDS), this::log);
    return process.exitValue();
  }

  String log() {
    try {
      return Files.readString(bundle.resolve("log"));
    } catch (IOException e) {
      return e.toString();
    }
  }

  @Override
  public void close() throws IOException {
    if (process.isAlive()) {
      try {
        output(command("delete", "--force", id));
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  static String output(List<String> command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output;
    try (InputStream in = process.getInputStream()) {
      output = new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
    if (process.waitFor() != 0) {
      throw new AssertionError(command + ": exit code " + process.exitValue() + ": " + output);
    }
    return output;
  }

  private List<String> command(String... arguments) {
    return Stream.concat(RUNTIME.stream(), Stream.of(arguments))
        .collect(Collectors.toCollection(ArrayList::new));
  }

  private static String json(List<String> texts) {
    return texts.stream()
        .map(text -> "\"" + text.replace("\\", "\\\\").replace("\"", "\\\"") + "\"")
        .collect(Collectors.joining(", ", "[", "]"));
  }
}
