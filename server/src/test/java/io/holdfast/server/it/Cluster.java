package io.holdfast.server.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.awaitility.Awaitility;

/**
 * Three nodes, each in a network namespace of its own, behind a HAProxy that runs on the
 * configuration that comes with Holdfast. Nodes are numbered from 1. {@link Processes} ends and
 * removes it all.
 */
final class Cluster {
  static final int SIZE = 3;

  private static final Duration PATIENCE = Duration.ofSeconds(40);
  private static final Pattern READY_MEMBER = Pattern.compile("\"state\":\"ready\"");

  private final Processes processes;
  private final Path directory;
  private final List<String> flags;
  private final IntFunction<List<String>> environment;
  private final Namespaces network;
  private final Path secret;
  private final int statisticsPort = Port.free();
  private final ServerProcess balancer;
  private final Map<Integer, ServerProcess> nodes = new HashMap<>();

  private Cluster(
      Processes processes,
      Path directory,
      UnaryOperator<String> balancing,
      IntFunction<List<String>> environment,
      List<String> flags)
      throws IOException {
    this.processes = processes;
    this.directory = directory;
    this.flags = flags;
    this.environment = environment;
    this.network = processes.namespaces(SIZE);
    this.secret = SecretFile.in(directory);
    this.balancer = startBalancer(balancing);
  }

  /** Starts all nodes at the same moment and waits for nothing. The flags go to each of them. */
  static Cluster launch(Processes processes, Path directory, String... flags) throws IOException {
    return launch(processes, directory, UnaryOperator.identity(), flags);
  }

  /** The same with changes of the balancer's configuration. */
  static Cluster launch(
      Processes processes, Path directory, UnaryOperator<String> balancing, String... flags)
      throws IOException {
    Cluster cluster =
        new Cluster(processes, directory, balancing, node -> List.of(), List.of(flags));
    for (int node : cluster.all()) {
      cluster.start(node);
    }
    return cluster;
  }

  /**
   * Starts the balancer, and no node.
   *
   * @param environment variables of each node, as {@code NAME=value}
   */
  static Cluster prepare(
      Processes processes, Path directory, IntFunction<List<String>> environment, String... flags)
      throws IOException {
    return new Cluster(processes, directory, UnaryOperator.identity(), environment, List.of(flags));
  }

  /** The same, and waits until every node is ready and the balancer knows it. */
  static Cluster start(Processes processes, Path directory, String... flags) throws IOException {
    Cluster cluster = launch(processes, directory, flags);
    cluster.awaitComplete();
    return cluster;
  }

  List<Integer> all() {
    return IntStream.rangeClosed(1, SIZE).boxed().toList();
  }

  ServerProcess balancer() {
    return balancer;
  }

  ServerProcess node(int node) {
    ServerProcess process = nodes.get(node);
    assertTrue(process != null, () -> "node " + node + " has not been started");
    return process;
  }

  /** Starts a node that does not run; its store is as it was left. Waits for nothing. */
  void start(int node) throws IOException {
    start(node, HoldfastCommand.of(flags.toArray(String[]::new)));
  }

  /** Starts a node with another build. */
  void startBuild(int node, Path jar) throws IOException {
    start(node, HoldfastCommand.ofBuild(jar, flags.toArray(String[]::new)));
  }

  private void start(int node, List<String> holdfast) throws IOException {
    List<String> command = new ArrayList<>(network.prefix(node));
    command.add("env");
    command.addAll(environment.apply(node));
    command.addAll(holdfast);
    InetSocketAddress http = network.http(node);
    command.add(
        "--web.listen-address=" + http.getAddress().getHostAddress() + ":" + http.getPort());
    command.add("--storage.path=" + store(node));
    command.add("--cluster.node-name=" + name(node));
    command.add("--cluster.listen-address=" + network.forNodes(node));
    command.add("--cluster.secret-file=" + secret);
    all().forEach(peer -> command.add("--cluster.peer=" + network.forNodes(peer)));
    nodes.put(node, processes.launch(name(node), http, command));
  }

  static String name(int node) {
    return "node-" + node;
  }

  void kill(int node) {
    node(node).kill9();
  }

  void freeze(int node) throws IOException {
    node(node).signal("STOP");
  }

  void thaw(int node) throws IOException {
    node(node).signal("CONT");
  }

  /** Cuts the node off from the other nodes; clients still reach it. */
  void partition(int node) throws IOException {
    network.pull(node);
  }

  /** Cuts the node off from clients and the balancer too. */
  void unplug(int node) throws IOException {
    network.pull(node);
    network.setReachable(node, false);
  }

  /** Ends every partition. */
  void heal() throws IOException {
    for (int node : all()) {
      network.plugIn(node);
      network.setReachable(node, true);
    }
  }

  /** Ends every fault and waits until the cluster is whole. */
  void mend() throws IOException {
    heal();
    for (int node : all()) {
      if (node(node).isAlive()) {
        thaw(node);
      } else {
        start(node);
      }
    }
    awaitComplete();
  }

  /** Removes all groups. Needs {@code --web.enable-admin-api}. */
  void wipe() throws IOException {
    RawHttp.Response response = balancer.send(Step.put("/api/v1/admin/wipe", ""));
    assertEquals(202, response.status(), response::text);
  }

  /** Takes the disk away from a node that has been killed. */
  void loseDisk(int node) throws IOException {
    try (Stream<Path> files = Files.walk(store(node))) {
      files.sorted(Comparator.reverseOrder()).forEach(Cluster::delete);
    }
  }

  /** Ends all nodes at one instant. */
  void killAll() {
    all().parallelStream().forEach(this::kill);
  }

  void awaitReady(int node) {
    node(node).awaitReady("/-/ready");
  }

  void awaitReady() {
    all().forEach(this::awaitReady);
  }

  /**
   * Waits until every node says of every node that it is ready, and the balancer does so. A node is
   * ready itself as soon as a quorum is in touch with it: what hits the cluster before the last two
   * have found each other, hits a cluster that has lost one link already.
   */
  void awaitComplete() {
    awaitReady();
    for (int node : all()) {
      Awaitility.await(name(node) + " is in touch with all nodes")
          .atMost(PATIENCE)
          .pollInterval(Duration.ofMillis(50))
          .untilAsserted(() -> assertInTouchWithAll(node));
    }
    awaitBalanced();
  }

  private void assertInTouchWithAll(int node) throws IOException {
    String status = status(node);
    assertEquals(SIZE - 1, READY_MEMBER.matcher(status).results().count(), status);
  }

  /** What {@code /api/v1/cluster} answers. */
  String status(int node) throws IOException {
    RawHttp.Response response = node(node).send(Step.get("/api/v1/cluster"));
    assertEquals(200, response.status(), response::text);
    return response.text();
  }

  /** Waits until the node says that it is not ready, as a balancer asks it; returns the reason. */
  String awaitUnready(int node) {
    return Awaitility.await(name(node) + " is unready")
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(50))
        .until(() -> node(node).send(Step.get("/-/ready")), answer -> answer.status() == 503)
        .text();
  }

  /** Waits until the balancer sends pushes and scrapes to every node. */
  void awaitBalanced() {
    Awaitility.await("the balancer sees all nodes")
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(50))
        .untilAsserted(() -> assertEquals(2L * SIZE, readyAtTheBalancer()));
  }

  private long readyAtTheBalancer() throws IOException {
    String metrics;
    try (RawHttp http = new RawHttp(statistics())) {
      metrics = http.send(Step.get("/metrics")).text();
    }
    return metrics
        .lines()
        .filter(line -> line.startsWith("haproxy_server_status{"))
        .filter(line -> !line.contains("last_known") && line.contains("state=\"UP\""))
        .filter(line -> line.endsWith(" 1"))
        .count();
  }

  /** What the node exposes of what was pushed, byte for byte; not whether that is current. */
  ByteString pushed(int node) throws IOException {
    RawHttp.Response response = node(node).send(Step.get("/metrics?collect[]=pushed"));
    assertEquals(200, response.status(), () -> name(node) + ": " + response.text());
    return response.body();
  }

  /** Waits until all nodes expose the same bytes, and returns them. */
  Exposition awaitSame() {
    Awaitility.await("all nodes expose the same bytes")
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(100))
        .ignoreExceptions()
        .until(() -> all().stream().map(this::pushedUnchecked).distinct().count() == 1);
    return Exposition.parse(pushedUnchecked(1).toStringUtf8());
  }

  private ByteString pushedUnchecked(int node) {
    try {
      return pushed(node);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  Path store(int node) {
    return directory.resolve(name(node));
  }

  private static void delete(Path file) {
    try {
      Files.delete(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private InetSocketAddress statistics() {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), statisticsPort);
  }

  private ServerProcess startBalancer(UnaryOperator<String> change) throws IOException {
    String haproxy = Programs.require("haproxy", "haproxy");
    int port = Port.free();
    String config =
        change.apply(
            Files.readString(Programs.repository().resolve("deploy/balancers/haproxy.cfg")));
    config = replaced(config, "bind :9091", "bind 127.0.0.1:" + port);
    config = replaced(config, "127.0.0.1:8404", "127.0.0.1:" + statisticsPort);
    Path file = Files.writeString(directory.resolve("haproxy.cfg"), withNodes(config));
    return processes.launch("haproxy", port, List.of(haproxy, "-f", file.toString()));
  }

  /** Starts nginx, on the configuration that comes with Holdfast, as a second balancer. */
  ServerProcess startNginx() throws IOException {
    String nginx = Programs.require("nginx", "nginx-light");
    int port = Port.free();
    String config = Files.readString(Programs.repository().resolve("deploy/balancers/nginx.conf"));
    config = replaced(config, "listen 9091", "listen 127.0.0.1:" + port);
    config = replaced(config, "/tmp/holdfast-nginx", directory.resolve("nginx").toString());
    config = withNodes(config);
    Path file = Files.writeString(directory.resolve("nginx.conf"), "daemon off;\n" + config);
    return processes.launch("nginx", port, List.of(nginx, "-c", file.toString()));
  }

  private String withNodes(String shipped) {
    String config = shipped;
    for (int node : all()) {
      InetSocketAddress http = network.http(node);
      config =
          replaced(
              config,
              "127.0.0.1:919" + node,
              http.getAddress().getHostAddress() + ":" + http.getPort());
    }
    return config;
  }

  private static String replaced(String config, String shipped, String own) {
    assertTrue(config.contains(shipped), () -> shipped + " (expected: in " + config + ")");
    return config.replace(shipped, own);
  }
}
