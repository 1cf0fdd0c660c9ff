package io.holdfast.server.it;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * Nodes with the arguments of the pods in {@code deploy/kubernetes}, which the Helm chart renders.
 * Each pod finds its own name in its own file of hosts, as the kubelet writes the name there. The
 * name of the headless Service stands for all pods, after they have started.
 */
@Tag("cluster")
final class KubernetesIT {
  private static final List<Integer> ALL = List.of(1, 2, 3);
  private static final Duration STARTED = Duration.ofSeconds(60);

  /** A mounted secret belongs to root, and the node runs as another user. Here the node is root. */
  private static final int OTHER_USER = 65_534;

  @RegisterExtension final Processes processes = Processes.perTest();

  @TempDir Path directory;

  private final Map<Integer, ServerProcess> pods = new HashMap<>();
  private Namespaces network;
  private Path secret;

  @BeforeEach
  void prepare() throws IOException {
    network = processes.namespaces(ALL.size());
    secret = SecretFile.in(directory);
    Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString("r--r-----"));
    Files.setAttribute(secret, "unix:uid", OTHER_USER);
  }

  private static String name(int pod) {
    return "holdfast-" + (pod - 1);
  }

  private Path hosts(int pod) {
    return directory.resolve("hosts-" + name(pod));
  }

  /** Writes what a pod can look up: its own name, and the Service's when there is one. */
  private void publish(int pod, boolean hasService) throws IOException {
    StringBuilder names = new StringBuilder("127.0.0.1 localhost\n");
    names.append(network.addressForNodes(pod)).append(' ').append(name(pod)).append('\n');
    if (hasService) {
      for (int each : ALL) {
        names.append(network.addressForNodes(each)).append(" holdfast-nodes\n");
      }
    }
    Path next = Files.writeString(directory.resolve("hosts.new"), names);
    Files.move(next, hosts(pod), StandardCopyOption.ATOMIC_MOVE);
  }

  private ServerProcess start(PodTemplate template, int pod) throws IOException {
    publish(pod, false);
    InetSocketAddress http = network.http(pod);
    Path volume = Files.createDirectories(directory.resolve("volume-" + name(pod)));
    List<String> args =
        template.args(name(pod), Map.of("/data", volume, "/etc/holdfast/cluster/secret", secret));
    List<String> command = new ArrayList<>(network.prefix(pod));
    command.addAll(
        HoldfastCommand.withJvmOptions(
            List.of("-Djdk.net.hosts.file=" + hosts(pod), "-XX:TieredStopAtLevel=1"),
            args.toArray(String[]::new)));
    ServerProcess started = processes.launch(name(pod), http, command);
    pods.put(pod, started);
    return started;
  }

  private RawHttp.Response push(int pod, String metric) throws IOException {
    return pods.get(pod).send(Step.put("/metrics/job/" + metric, metric + " 1\n"));
  }

  private boolean isReady(int pod) {
    try {
      return pods.get(pod).send(Step.get("/-/ready")).status() == 200;
    } catch (IOException e) {
      return false;
    }
  }

  @Test
  void podOfOneNode_becomesAClusterOfThree_thatKeepsItsMetrics() throws Exception {
    ServerProcess alone = start(PodTemplate.of("single.yaml"), 1).awaitReady("/-/ready");
    assertEquals(200, push(1, "before").status());
    alone.kill9();

    PodTemplate cluster = PodTemplate.of("cluster.yaml");
    for (int pod : ALL) {
      start(cluster, pod);
    }
    for (int pod : ALL) {
      pods.get(pod).awaitReady("/-/healthy");
    }
    String reason = pods.get(1).send(Step.get("/-/ready")).text();
    assertTrue(reason.contains("(expected: 2 of 3)"), reason);
    assertEquals(503, push(1, "refused").status());

    for (int pod : ALL) {
      publish(pod, true);
    }
    await("every pod is ready")
        .atMost(STARTED)
        .pollInterval(Duration.ofMillis(100))
        .until(() -> ALL.stream().allMatch(this::isReady));
    assertEquals(200, push(2, "after").status());
    for (int pod : ALL) {
      Exposition scraped = pods.get(pod).scrape();
      assertEquals(1, scraped.samples("before").size(), () -> name(pod));
      assertEquals(1, scraped.samples("after").size(), () -> name(pod));
    }
  }
}
