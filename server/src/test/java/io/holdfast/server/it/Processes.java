package io.holdfast.server.it;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Starts the servers that a test needs and ends them after it, whatever has happened. After a
 * failure it shows what they printed. Registered in a static field, they live as long as the class;
 * in an instance field, as one test.
 */
final class Processes implements AfterEachCallback, AfterAllCallback {
  private static final int SHOWN_CHARACTERS = 8_000;

  private final boolean isPerClass;
  private final List<ServerProcess> running = new CopyOnWriteArrayList<>();
  private final List<Namespaces> networks = new CopyOnWriteArrayList<>();
  private final Thread atExit = new Thread(this::reapAll, "reap processes");

  private Processes(boolean isPerClass) {
    this.isPerClass = isPerClass;
    Runtime.getRuntime().addShutdownHook(atExit);
  }

  /**
   * The seed of random choices: always the same one, so that a failure can be repeated. Another:
   * {@code -Dholdfast.it.seed=N}.
   */
  static long seed() {
    return Long.getLong("holdfast.it.seed", 20_261_122L);
  }

  static Processes perTest() {
    return new Processes(false);
  }

  static Processes perClass() {
    return new Processes(true);
  }

  /**
   * Holdfast on a free port, ready. {@code -Dholdfast.it.subject=pushgateway} puts the real
   * Pushgateway in its place, to try a test on what it is written after.
   */
  ServerProcess holdfast(Path store, String... flags) throws IOException {
    if (isTrial()) {
      return pushgateway();
    }
    return holdfastOn(Port.free(), store, flags);
  }

  /** Holdfast as {@code scripts/holdfast} starts it, ready. */
  ServerProcess holdfastOn(int port, Path store, String... flags) throws IOException {
    List<String> command = new ArrayList<>(HoldfastCommand.of(flags));
    command.add("--web.listen-address=127.0.0.1:" + port);
    command.add("--storage.path=" + store);
    return launch("holdfast", port, command).awaitReady("/-/ready");
  }

  /** The real Pushgateway, keeping nothing on disk, ready. */
  ServerProcess pushgateway() throws IOException {
    return pushgatewayWith("--persistence.file=");
  }

  /** The same with any UTF-8 in names; only for one that {@link Programs#knowsUtf8Names}. */
  ServerProcess pushgatewayWithUtf8Names() throws IOException {
    return pushgatewayWith("--persistence.file=", "--push.enable-utf8-names");
  }

  /** The real Pushgateway, which writes this file when it is stopped. */
  ServerProcess pushgatewayKeeping(Path file) throws IOException {
    return pushgatewayWith("--persistence.file=" + file);
  }

  /** The real Pushgateway, which checks no push and keeps nothing, or this file. */
  ServerProcess uncheckedPushgateway(String file) throws IOException {
    return pushgatewayWith("--persistence.file=" + file, "--push.disable-consistency-check");
  }

  private ServerProcess pushgatewayWith(String... flags) throws IOException {
    int port = Port.free();
    List<String> command = new ArrayList<>();
    command.add(Programs.pushgateway());
    command.add("--web.listen-address=127.0.0.1:" + port);
    command.add("--web.enable-admin-api");
    command.add("--log.level=warn");
    command.addAll(List.of(flags));
    return launch("pushgateway", port, command).awaitReady("/-/ready");
  }

  /** Whether the tests are tried on the real Pushgateway. */
  static boolean isTrial() {
    return System.getProperty("holdfast.it.subject", "holdfast").equals("pushgateway");
  }

  /** Any other server, on the loopback address. */
  ServerProcess launch(String name, int port, List<String> command) throws IOException {
    return launch(name, new InetSocketAddress(InetAddress.getLoopbackAddress(), port), command);
  }

  /** Any other server. */
  ServerProcess launch(String name, InetSocketAddress address, List<String> command)
      throws IOException {
    Path logs = Files.createDirectories(Programs.repository().resolve("server/target/it-logs"));
    Path output = Files.createTempFile(logs, name + "-", ".log");
    ServerProcess process = ServerProcess.launch(name, address, output, command);
    running.add(process);
    return process;
  }

  /** Network namespaces, removed when the processes have ended. */
  Namespaces namespaces(int count) throws IOException {
    Namespaces network = new Namespaces(count);
    networks.add(network);
    network.create();
    return network;
  }

  @Override
  public void afterEach(ExtensionContext context) {
    if (context.getExecutionException().isPresent()) {
      running.forEach(Processes::show);
    }
    if (!isPerClass) {
      end();
    }
  }

  @Override
  public void afterAll(ExtensionContext context) {
    end();
  }

  private void end() {
    reapAll();
    Runtime.getRuntime().removeShutdownHook(atExit);
  }

  private void reapAll() {
    running.forEach(ServerProcess::reap);
    running.clear();
    networks.forEach(Namespaces::remove);
    networks.clear();
  }

  private static void show(ServerProcess process) {
    String output = process.output();
    System.err.println("---- what " + process + " printed, at the end:");
    System.err.println(output.substring(Math.max(0, output.length() - SHOWN_CHARACTERS)));
  }
}
