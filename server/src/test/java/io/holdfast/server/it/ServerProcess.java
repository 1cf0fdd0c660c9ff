package io.holdfast.server.it;

import static org.junit.jupiter.api.Assertions.fail;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.awaitility.Awaitility;

/**
 * A server in a process of its own that answers 200 on one path once it is ready. What it prints
 * goes into a file. Made by {@link Processes}, which ends what a test leaves running.
 */
final class ServerProcess {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final String name;
  private final InetSocketAddress address;
  private final Path output;
  private final Process process;

  private ServerProcess(String name, InetSocketAddress address, Path output, Process process) {
    this.name = name;
    this.address = address;
    this.output = output;
    this.process = process;
  }

  /** Starts the command without waiting for anything. */
  static ServerProcess launch(
      String name, InetSocketAddress address, Path output, List<String> command)
      throws IOException {
    Process process =
        new ProcessBuilder(command)
            .directory(Programs.repository().toFile())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    process.getOutputStream().close();
    return new ServerProcess(name, address, output, process);
  }

  /** Waits until {@code GET path} answers 200; fails at once when the process ends instead. */
  ServerProcess awaitReady(String path) {
    Awaitility.await(name + " answers 200 on " + path)
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(20))
        .until(
            () -> {
              if (!process.isAlive()) {
                throw new AssertionError(name + " ended before it was ready:\n" + output());
              }
              return answers200(path);
            });
    return this;
  }

  private boolean answers200(String path) {
    try {
      return send(Step.get(path)).status() == 200;
    } catch (IOException e) {
      return false;
    }
  }

  long pid() {
    return process.pid();
  }

  int port() {
    return address.getPort();
  }

  InetSocketAddress address() {
    return address;
  }

  /** {@code http://<address>:<port>} and the path. */
  URI uri(String path) {
    String host = address.getAddress().getHostAddress();
    return URI.create("http://" + host + ":" + address.getPort() + path);
  }

  /** One request on a connection of its own. */
  RawHttp.Response send(Step step) throws IOException {
    try (RawHttp client = new RawHttp(address)) {
      return client.send(step);
    }
  }

  /** One scrape of everything, which must succeed. */
  Exposition scrape() throws IOException {
    RawHttp.Response response = send(Step.get("/metrics"));
    if (response.status() != 200) {
      fail(name + " answers a scrape with " + response.status() + ": " + response.text());
    }
    return Exposition.parse(response.text());
  }

  /**
   * Ends the process at once: no handler, no hook, no flush runs. What it gave to the kernel is not
   * lost, unlike in a power cut; that it is synced is {@link DurabilityIT}'s to show. Returns when
   * it is gone.
   */
  void kill9() {
    process.destroyForcibly();
    awaitEnd();
  }

  /** Sends a signal, such as TERM, and waits for nothing. */
  void signal(String signal) throws IOException {
    Programs.run(
            output.getParent(),
            new byte[0],
            List.of("sh", "-c", "kill -" + signal + " " + process.pid()))
        .orFail();
  }

  /** Sends SIGTERM and waits for the exit code. */
  int stop() {
    process.destroy();
    return awaitEnd();
  }

  /** Waits until the process has ended by itself, and returns its exit code. */
  int awaitEnd() {
    try {
      return process.onExit().get(PATIENCE.toSeconds(), TimeUnit.SECONDS).exitValue();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    } catch (ExecutionException | TimeoutException e) {
      throw new AssertionError(name + " does not end:\n" + output(), e);
    }
  }

  boolean isAlive() {
    return process.isAlive();
  }

  /** Everything printed so far, on both outputs. */
  String output() {
    try {
      return Files.readString(output);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Leaves nothing behind, neither the process nor what it started. */
  void reap() {
    List<ProcessHandle> all = new ArrayList<>(process.descendants().toList());
    all.add(process.toHandle());
    all.forEach(ProcessHandle::destroyForcibly);
    all.forEach(handle -> handle.onExit().orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS).join());
  }

  @Override
  public String toString() {
    return name + " on " + address;
  }
}
