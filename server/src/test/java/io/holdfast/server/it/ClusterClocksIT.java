package io.holdfast.server.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * Real nodes whose clocks are set: libfaketime stands between each process and its machine's clock,
 * and reads from a file how far that is ahead. Time that never goes back is left alone.
 */
@Tag("cluster")
final class ClusterClocksIT {
  private static final String LIBRARY = "faketime/libfaketimeMT.so.1";
  private static final Duration PATIENCE = Duration.ofSeconds(40);
  private static final String SIX_HOURS = "+21600";
  private static final String RIGHT = "+0";

  @RegisterExtension final Processes processes = Processes.perTest();

  @TempDir Path directory;

  private Cluster cluster;

  @BeforeEach
  void prepare() throws IOException {
    String library = library();
    for (int node = 1; node <= Cluster.SIZE; node++) {
      set(node, RIGHT);
    }
    cluster =
        Cluster.prepare(
            processes,
            directory,
            node ->
                List.of(
                    "LD_PRELOAD=" + library,
                    // One for each of the versions in use.
                    "DONT_FAKE_MONOTONIC=1",
                    "FAKETIME_DONT_FAKE_MONOTONIC=1",
                    // Its repair of waits in monotonic time makes the JVM wait in a loop.
                    "FAKETIME_FORCE_MONOTONIC_FIX=0",
                    "FAKETIME_CACHE_DURATION=1",
                    "FAKETIME_TIMESTAMP_FILE=" + file(node)));
  }

  private static String library() throws IOException {
    try (var found =
        Files.find(Path.of("/usr/lib"), 3, (path, attributes) -> path.endsWith(LIBRARY))) {
      return found
          .map(Path::toString)
          .findFirst()
          .orElseThrow(() -> new AssertionError("needs Debian's libfaketime"));
    }
  }

  private Path file(int node) {
    return directory.resolve("clock-" + node);
  }

  /** How far the node's clock is ahead; takes effect within a second. */
  private void set(int node, String ahead) throws IOException {
    Path next = directory.resolve("next-clock");
    Files.writeString(next, ahead + "\n");
    Files.move(next, file(node), StandardCopyOption.ATOMIC_MOVE);
  }

  private void startAll() throws IOException {
    for (int node : cluster.all()) {
      cluster.start(node);
    }
  }

  private int push(int node, int value) throws IOException {
    return cluster
        .node(node)
        .send(Step.put("/metrics/job/clocks", "value " + value + "\n"))
        .status();
  }

  private void awaitPush(int node, int value) {
    Awaitility.await("node " + node + " takes a push")
        .atMost(PATIENCE)
        .untilAsserted(() -> assertEquals(200, push(node, value)));
  }

  private void assertAllShow(int value) {
    List<Exposition.Sample> shown = cluster.awaitSame().samples("value");
    assertEquals(
        List.of(Integer.toString(value)), shown.stream().map(Exposition.Sample::value).toList());
  }

  private void awaitWrongClock(int node) {
    Awaitility.await("node " + node + " says that its clock is wrong")
        .atMost(PATIENCE)
        .ignoreExceptionsInstanceOf(IOException.class)
        .until(
            () ->
                cluster
                    .node(node)
                    .send(Step.get("/-/ready"))
                    .text()
                    .contains("this node's clock is 21"));
  }

  /** Ahead at the start and set right; then jumping back while it runs, and set right. */
  @Test
  void wrongClock_stopsItsOwnNode_andNoneWhenItIsRight() throws Exception {
    set(1, SIX_HOURS);
    startAll();
    awaitWrongClock(1);
    cluster.awaitReady(2);
    cluster.awaitReady(3);
    assertEquals(503, push(1, 1));
    awaitPush(2, 2);
    awaitPush(3, 3);
    set(1, RIGHT);
    cluster.awaitComplete();
    awaitPush(1, 4);

    set(1, "-21600");
    awaitWrongClock(1);
    awaitPush(2, 5);
    String metrics = cluster.node(2).send(Step.get("/metrics?collect[]=self")).text();
    assertTrue(
        metrics
            .lines()
            .anyMatch(
                line ->
                    line.startsWith("pushgateway_cluster_clock_offset_seconds{")
                        && line.contains("member=\"node-1\"")
                        && line.contains("} -21")),
        metrics);
    set(1, RIGHT);
    cluster.awaitComplete();
    awaitPush(1, 6);
    assertAllShow(6);
  }

  /** All take the future for the present; then all are right, and start again. */
  @Test
  void clocksOfAll_aheadAndSetRight_stopNothing_alsoAfterARestart() throws Exception {
    startAll();
    cluster.awaitComplete();
    for (int node : cluster.all()) {
      set(node, SIX_HOURS);
    }
    for (int node : cluster.all()) {
      awaitPush(node, node);
    }
    for (int node : cluster.all()) {
      set(node, RIGHT);
    }
    cluster.awaitComplete();
    awaitPush(1, 4);
    cluster.killAll();
    startAll();
    cluster.awaitComplete();
    awaitPush(2, 5);
    assertAllShow(5);
  }
}
