package io.holdfast.server.it;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** A real Pushgateway is stopped, and Holdfast is started with its file. */
final class MigrationIT {
  private static final long SEED = Long.getLong("holdfast.test.seed", 20_261_122L);
  private static final int MANY = 20_000;

  @RegisterExtension final Processes processes = Processes.perTest();

  @TempDir Path directory;

  private Path file() {
    return directory.resolve("pushgateway.data");
  }

  private ServerProcess holdfast() throws IOException {
    return processes.holdfastOn(
        Port.free(), directory.resolve("store"), "--persistence.file=" + file());
  }

  @Test
  void whatThePushgatewayShowed_isShown_withItsTimes_andIsNotMigratedAgain() throws Exception {
    ServerProcess pushgateway = processes.pushgatewayKeeping(file());
    ManyKindsOfGroups.pushTo(pushgateway);
    Exposition before = pushgateway.scrape();
    pushgateway.stop();
    byte[] written = Files.readAllBytes(file());

    ServerProcess holdfast = holdfast();
    Exposition after = holdfast.scrape();

    assertEquals(before.pushed().canonical(true), after.pushed().canonical(true));
    assertEquals(ManyKindsOfGroups.pushTimes(before), ManyKindsOfGroups.pushTimes(after));
    assertArrayEquals(written, Files.readAllBytes(file()));
    assertFalse(holdfast.output().contains("left out of"), holdfast.output());
    assertFalse(holdfast.output().contains("not exposed"), holdfast.output());

    assertEquals(202, holdfast.send(Step.delete("/metrics/job/without-metrics")).status());
    assertEquals(200, holdfast.send(Step.put("/metrics/job/text", "t 1\n")).status());
    Exposition changed = holdfast.scrape();
    assertEquals(0, holdfast.stop());
    ServerProcess again = holdfast();
    assertEquals(changed.pushed().canonical(true), again.scrape().pushed().canonical(true));
    assertTrue(again.output().contains("is not read again"), again.output());
  }

  @Test
  void whatAnUncheckedPushgatewayCouldNotScrape_isTakenOver_andShadowed() throws Exception {
    ServerProcess pushgateway = processes.uncheckedPushgateway(file().toString());
    pushgateway.send(Step.put("/metrics/job/a", "# TYPE m gauge\nm 1\n"));
    pushgateway.send(Step.put("/metrics/job/b", "# TYPE m counter\nm 1\nn 1\n"));
    pushgateway.send(Step.put("/metrics/job/c", "d 1\nd 2\n"));
    Awaitility.await()
        .until(() -> pushgateway.send(Step.get("/api/v1/metrics")).text().contains("\"c\""));
    assertEquals(500, pushgateway.send(Step.get("/metrics")).status());
    pushgateway.stop();

    ServerProcess holdfast = holdfast();

    assertEquals(
        "{instance=\"\",job=\"a\"} 1",
        String.join("", holdfast.scrape().samples("m").stream().map(Object::toString).toList())
            .substring(1));
    assertEquals(1, holdfast.scrape().samples("n").size());
    assertEquals(
        List.of("pushgateway_groups{} 3"),
        holdfast.scrape().samples("pushgateway_groups").stream().map(Object::toString).toList());
    String output = holdfast.output();
    assertTrue(output.contains("family=d"), output);
    assertTrue(output.contains("stored but not exposed"), output);
  }

  @Test
  void damagedFile_refusesToStart_andSaysWhere() throws Exception {
    ServerProcess pushgateway = processes.pushgatewayKeeping(file());
    pushgateway.send(Step.put("/metrics/job/a", "m 1\n"));
    pushgateway.stop();
    byte[] whole = Files.readAllBytes(file());
    Files.write(file(), Arrays.copyOf(whole, whole.length - 3));

    ServerProcess refused = launched();

    assertEquals(1, refused.awaitEnd());
    String output = refused.output();
    assertTrue(output.contains("--persistence.file=" + file() + " is damaged at byte "), output);
    Files.write(file(), whole);
    assertEquals(1, holdfast().scrape().samples("m").size());
  }

  @Test
  void kill9InTheMiddle_leavesNothingOut() throws Exception {
    ServerProcess pushgateway = processes.uncheckedPushgateway(file().toString());
    try (RawHttp http = new RawHttp(pushgateway.address())) {
      for (int i = 0; i < MANY; i++) {
        http.send(Step.put("/metrics/job/job" + i, "m 1\nn 1\n"));
      }
    }
    pushgateway.stop();
    RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(SEED);
    int killed = 0;
    for (int i = 0; i < 4; i++) {
      ServerProcess process = launched();
      Awaitility.await()
          .pollInterval(Duration.ofMillis(5))
          .atMost(Duration.ofSeconds(30))
          .until(() -> process.output().contains("migrating") || !process.isAlive());
      long until = System.nanoTime() + random.nextLong(300_000_000L);
      while (System.nanoTime() < until) {
        Thread.onSpinWait();
      }
      process.kill9();
      killed += process.output().contains("is not read again") ? 0 : 1;
    }

    ServerProcess holdfast = holdfast();

    String message = "replay with -Dholdfast.test.seed=" + SEED;
    assertTrue(killed > 0, message);
    Exposition scraped = holdfast.scrape();
    assertEquals(MANY, scraped.samples("m").size(), message);
    assertEquals(MANY, scraped.samples("n").size(), message);
  }

  @Test
  void threeNodesWithTheSameFile_areOneCluster_andADiskThatIsLostBringsNothingBack()
      throws Exception {
    ServerProcess pushgateway = processes.pushgatewayKeeping(file());
    ManyKindsOfGroups.pushTo(pushgateway);
    Exposition before = pushgateway.scrape();
    pushgateway.stop();

    Cluster cluster =
        Cluster.start(
            processes,
            Files.createDirectory(directory.resolve("nodes")),
            "--persistence.file=" + file());

    assertEquals(before.pushed().canonical(true), cluster.awaitSame().pushed().canonical(true));
    assertEquals(
        ManyKindsOfGroups.pushTimes(before), ManyKindsOfGroups.pushTimes(cluster.awaitSame()));
    ServerProcess balancer = cluster.balancer();
    assertEquals(202, balancer.send(Step.delete("/metrics/job/failed")).status());
    assertEquals(200, balancer.send(Step.put("/metrics/job/text", "t 1\n")).status());
    String changed = cluster.awaitSame().pushed().canonical(true);

    cluster.kill(3);
    cluster.loseDisk(3);
    cluster.start(3);
    cluster.awaitReady(3);

    assertEquals(changed, cluster.awaitSame().pushed().canonical(true));
  }

  /** Holdfast, about which nothing is known yet. */
  private ServerProcess launched() throws IOException {
    int port = Port.free();
    List<String> command =
        Stream.concat(
                HoldfastCommand.of("--persistence.file=" + file()).stream(),
                Stream.of(
                    "--web.listen-address=127.0.0.1:" + port,
                    "--storage.path=" + directory.resolve("store")))
            .toList();
    return processes.launch(
        "holdfast", new InetSocketAddress(InetAddress.getLoopbackAddress(), port), command);
  }
}
