package io.holdfast.server.it;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * Nodes that know each other, and themselves, by names alone, as pods do. They come back under
 * other addresses, the old addresses do not answer, and their names follow late: when the nodes
 * have asked for them already.
 */
@Tag("cluster")
final class ClusterAddressesIT {
  private static final List<Integer> ALL = List.of(1, 2, 3);

  /** From the moment when the names stand for the new addresses. */
  private static final Duration FOLLOWED = Duration.ofSeconds(15);

  private static final Duration STARTED = Duration.ofSeconds(60);
  private static final Pattern READY_MEMBER = Pattern.compile("\"state\":\"ready\"");

  @RegisterExtension final Processes processes = Processes.perTest();

  @TempDir Path directory;

  private final Map<Integer, Integer> addresses = new HashMap<>(Map.of(1, 1, 2, 2, 3, 3));
  private final Map<Integer, ServerProcess> nodes = new HashMap<>();
  private Namespaces network;
  private Path secret;

  @BeforeEach
  void prepare() throws IOException {
    network = processes.namespaces(ALL.size());
    secret = SecretFile.in(directory);
  }

  private Path hosts() {
    return directory.resolve("hosts");
  }

  /** Lets the names stand for where the nodes are now. */
  private void publishNames() throws IOException {
    StringBuilder names = new StringBuilder("127.0.0.1 localhost\n");
    ALL.forEach(
        node ->
            names
                .append(network.addressForNodes(addresses.get(node)))
                .append(" node-")
                .append(node)
                .append('\n'));
    Path next = Files.writeString(directory.resolve("hosts.new"), names);
    Files.move(next, hosts(), StandardCopyOption.ATOMIC_MOVE);
  }

  private void start(int node) throws IOException {
    InetSocketAddress http = network.http(node);
    List<String> flags = new ArrayList<>();
    flags.add("--web.listen-address=" + http.getAddress().getHostAddress() + ":" + http.getPort());
    flags.add("--storage.path=" + directory.resolve("store-" + node));
    flags.add("--cluster.node-name=node-" + node);
    flags.add("--cluster.listen-address=node-" + node + ":9092");
    flags.add("--cluster.secret-file=" + secret);
    ALL.forEach(peer -> flags.add("--cluster.peer=node-" + peer + ":9092"));
    List<String> command = new ArrayList<>(network.prefix(node));
    // Java reads this file at each look-up, in place of what the system would do.
    command.addAll(
        HoldfastCommand.withJvmOptions(
            List.of("-Djdk.net.hosts.file=" + hosts()), flags.toArray(String[]::new)));
    nodes.put(node, processes.launch("node-" + node, http, command));
  }

  private void startAll() throws IOException {
    publishNames();
    for (int node : ALL) {
      start(node);
    }
    awaitComplete(STARTED);
    assertEquals(200, push(1, "before_total 1\n"));
  }

  /** Kills the nodes, and starts them under addresses that their names do not stand for yet. */
  private void move(List<Integer> moved) throws IOException {
    moved.parallelStream().forEach(node -> nodes.get(node).kill9());
    for (int node : moved) {
      int from = addresses.get(node);
      network.move(node, from, from + 10);
      addresses.put(node, from + 10);
      start(node);
    }
    for (int node : moved) {
      nodes.get(node).awaitReady("/-/healthy");
      assertTrue(unready(node).contains("no address of this machine"), () -> unready(node));
    }
  }

  private String unready(int node) {
    try {
      RawHttp.Response answer = nodes.get(node).send(Step.get("/-/ready"));
      assertEquals(503, answer.status());
      return answer.text();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private void awaitComplete(Duration patience) {
    await("every node is in touch with every other")
        .atMost(patience)
        .pollInterval(Duration.ofMillis(100))
        .ignoreExceptions()
        .until(() -> ALL.stream().allMatch(this::isComplete));
  }

  private boolean isComplete(int node) {
    try {
      RawHttp.Response members = nodes.get(node).send(Step.get("/api/v1/cluster"));
      return nodes.get(node).send(Step.get("/-/ready")).status() == 200
          && READY_MEMBER.matcher(members.text()).results().count() == ALL.size() - 1;
    } catch (IOException e) {
      return false;
    }
  }

  private int push(int node, String body) throws IOException {
    return nodes.get(node).send(Step.put("/metrics/job/j" + node, body)).status();
  }

  private void assertAllExpose(String... names) throws IOException {
    for (int node : ALL) {
      Exposition scraped = nodes.get(node).scrape();
      for (String name : names) {
        assertEquals(1, scraped.samples(name).size(), () -> name + " at node " + node);
      }
    }
  }

  @Test
  void oneNodeMoves_andIsFollowedByItsName() throws Exception {
    startAll();

    move(List.of(1));
    publishNames();

    awaitComplete(FOLLOWED);
    assertEquals(200, push(1, "after_total 1\n"));
    assertAllExpose("after_total");
  }

  @Test
  void allNodesMoveAtOnce_andFindEachOtherByTheirNames() throws Exception {
    startAll();

    move(ALL);
    publishNames();

    awaitComplete(FOLLOWED);
    assertEquals(200, push(2, "after_total 1\n"));
    assertAllExpose("before_total", "after_total");
  }

  /** A service without a cluster address publishes the names of pods that run already. */
  @Test
  void namesThatAreNotThereYet_areWaitedFor() throws Exception {
    Files.writeString(hosts(), "127.0.0.1 localhost\n");
    for (int node : ALL) {
      start(node);
    }
    for (int node : ALL) {
      nodes.get(node).awaitReady("/-/healthy");
      String reason = unready(node);
      assertTrue(reason.contains("\"node-" + node + "\" has no address yet"), reason);
    }

    publishNames();

    awaitComplete(FOLLOWED);
    assertEquals(200, push(3, "first_total 1\n"));
    assertAllExpose("first_total");
  }
}
