package io.holdfast.server.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import at.favre.lib.crypto.bcrypt.BCrypt;
import io.holdfast.server.tls.TestAuthority;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * Three nodes that take requests over TLS with a password alone, behind the balancer that comes
 * with Holdfast, with its lines for that in use.
 */
@Tag("cluster")
final class SecureClusterIT {
  private static final Duration PATIENCE = Duration.ofSeconds(40);
  private static final String[] PASSWORD = {"-u", "job:push-secret"};

  @RegisterExtension static final Processes PROCESSES = Processes.perClass();

  @TempDir static Path directory;

  private static Cluster cluster;

  @BeforeAll
  static void start() throws IOException {
    TestAuthority.create(directory, "ca").issueServer("server");
    Files.writeString(
        directory.resolve("balancer.pem"),
        Files.readString(directory.resolve("server.crt"))
            + Files.readString(directory.resolve("server.key")));
    String hash = BCrypt.withDefaults().hashToString(10, "push-secret".toCharArray());
    Path config =
        Files.writeString(
            directory.resolve("web.yml"),
            SecureNode.TLS + "basic_auth_users: {job: " + hash + "}\n");
    cluster =
        Cluster.launch(
            PROCESSES,
            directory,
            SecureClusterIT::overTls,
            "--web.config.file=" + config,
            "--shutdown.drain=2s");
    for (int node : cluster.all()) {
      awaitReady(node);
    }
    cluster.awaitBalanced();
  }

  /** The shipped configuration with what it says of TLS in use. */
  private static String overTls(String shipped) {
    String config = shipped.replaceFirst("(?m)^  bind :9091\n", "");
    assertEquals(6, config.lines().filter(line -> line.startsWith("  #TLS ")).count(), config);
    return config
        .replace("#TLS ", "")
        .replace("/etc/haproxy/nodes.crt", directory.resolve("ca.crt").toString())
        .replace("/etc/haproxy/balancer.pem", directory.resolve("balancer.pem").toString());
  }

  private static void awaitReady(int node) {
    Awaitility.await(Cluster.name(node) + " is ready")
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(200))
        .until(() -> ask(node, with("/-/ready")).status() == 200);
  }

  @Test
  void push_throughOne_isServedByEach_atOnce() throws IOException {
    for (int i = 1; i <= 6; i++) {
      String body = "one_total " + i + "\n";
      assertEquals(200, ask(1 + i % 3, with("--data-binary", body, "/metrics/job/one")).status());
      for (int node : cluster.all()) {
        String text = ask(node, with("/metrics")).body();
        assertTrue(text.contains("\none_total{instance=\"\",job=\"one\"} " + i + "\n"), text);
      }
    }
  }

  @Test
  void everyPathOfEachNode_wantsThePassword() throws IOException {
    List<String> paths =
        List.of("/", "/metrics", "/-/ready", "/-/healthy", "/api/v1/metrics", "/api/v1/cluster");
    for (int node : cluster.all()) {
      for (String path : paths) {
        assertEquals(401, ask(node, path).status(), path);
        assertEquals(401, ask(node, "-u", "job:wrong", path).status(), path);
        assertEquals(200, ask(node, with(path)).status(), path);
      }
    }
  }

  @Test
  void balancer_knowsThatNodesAreReady_andLetsThemAskForThePassword() throws IOException {
    assertEquals(200, throughBalancer(with("-d", "b 1\n", "/metrics/job/balanced")).status());
    assertEquals(
        401, throughBalancer("-u", "job:wrong", "-d", "b 2\n", "/metrics/job/balanced").status());
    String text = throughBalancer(with("/metrics")).body();
    assertTrue(text.contains("\nb{instance=\"\",job=\"balanced\"} 1\n"), text);
  }

  @Test
  void nodeKilled_noPushThroughTheBalancerFails() throws IOException {
    cluster.kill(3);
    for (int i = 1; i <= 20; i++) {
      String[] push = with("--data-binary", "k " + i + "\n", "/metrics/job/killed");
      SecureNode.Answer answer = throughBalancer(push);
      assertEquals(200, answer.status(), answer::toString);
    }
    cluster.start(3);
    awaitReady(3);
    String text = ask(3, with("/metrics")).body();
    assertTrue(text.contains("\nk{instance=\"\",job=\"killed\"} 20\n"), text);
    cluster.awaitBalanced();
  }

  private static String[] with(String... arguments) {
    List<String> all = new ArrayList<>(Arrays.asList(PASSWORD));
    all.addAll(Arrays.asList(arguments));
    return all.toArray(String[]::new);
  }

  private static SecureNode.Answer ask(int node, String... arguments) throws IOException {
    return curl(cluster.node(node).address(), arguments);
  }

  private static SecureNode.Answer throughBalancer(String... arguments) throws IOException {
    return curl(cluster.balancer().address(), arguments);
  }

  /** The certificate is for localhost, wherever the server is. */
  private static SecureNode.Answer curl(InetSocketAddress server, String... arguments)
      throws IOException {
    String address = server.getAddress().getHostAddress() + ":" + server.getPort();
    List<String> command = new ArrayList<>();
    command.addAll(List.of(Programs.require("curl", "curl"), "-sS", "-i", "-m", "20"));
    command.addAll(List.of("--cacert", "ca.crt", "--connect-to", "::" + address));
    command.addAll(Arrays.asList(arguments).subList(0, arguments.length - 1));
    command.add("https://localhost" + arguments[arguments.length - 1]);
    return SecureNode.Answer.of(Programs.run(directory, directory, new byte[0], command));
  }
}
