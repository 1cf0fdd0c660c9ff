package io.holdfast.cluster.replication;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.cluster.replication.ReplicaOptions.Quorum;
import io.holdfast.storage.Change;
import io.holdfast.storage.WriteOutcome;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** When a delete is forgotten, on nodes whose time a test lets pass. */
final class TombstoneCollectorTest {
  private static final long SECOND = ThreeNodes.SECOND;
  private static final Duration RETENTION = Duration.ofMinutes(5);

  private final ThreeNodes nodes = new ThreeNodes(new Quorum(3, 2, false), RETENTION);

  @Test
  void deleteThatAllNodesHave_isCollectedAfterTheLatestArrival() {
    delete();
    nodes.run(Timeouts.LATEST_ARRIVAL.toNanos() / 2);
    assertEquals(List.of(0L, 0L, 0L), collected());

    nodes.run(4 * 30 * SECOND);
    assertTrue(collected().stream().allMatch(watermark -> watermark > 0));
  }

  @Test
  void deleteThatAKnownNodeMayLack_isKeptWhileThatNodeIsAway() {
    nodes.run(40 * SECOND);
    long before = collected(0);
    nodes.crash(2);
    delete();
    nodes.run(RETENTION.toNanos() / 2);
    assertEquals(before, collected(0));
  }

  @Test
  void nodeThatComesBackWithinTheRetention_keepsItsStoreAndLearnsOfTheDelete() {
    nodes.run(40 * SECOND);
    long identity = nodes.life(2).store.replicaState().node();
    nodes.crash(2);
    delete();
    nodes.start(2);
    nodes.run(20 * SECOND);
    assertEquals(identity, nodes.life(2).store.replicaState().node());
    assertEquals(0, nodes.life(2).store.replicaState().exposition().groups());
  }

  private void delete() {
    List<WriteOutcome> outcomes = new ArrayList<>();
    nodes.submit(0, ThreeNodes.push("gone", "value 1\n"), outcomes);
    nodes.run(SECOND);
    nodes.submit(0, new Change.Delete(ThreeNodes.key("gone")), outcomes);
    nodes.run(SECOND);
    assertEquals(2, outcomes.size());
  }

  private List<Long> collected() {
    List<Long> watermarks = new ArrayList<>();
    for (int node = 0; node < 3; node++) {
      watermarks.add(collected(node));
    }
    return watermarks;
  }

  private long collected(int node) {
    return nodes.life(node).store.replicaState().metadata().collectedWatermark();
  }
}
