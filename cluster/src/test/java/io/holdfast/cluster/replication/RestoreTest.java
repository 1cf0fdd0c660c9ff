package io.holdfast.cluster.replication;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.storage.BackupException;
import io.holdfast.storage.BackupReader;
import io.holdfast.storage.BackupWriter;
import io.holdfast.storage.Change;
import io.holdfast.storage.ContentLimits;
import io.holdfast.storage.RestoredGroup;
import io.holdfast.storage.SnapshotRead;
import io.holdfast.storage.WriteOutcome;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Backups of a cluster, restored through one of its nodes. */
final class RestoreTest {
  private static final long MILLI = 1_000_000L;

  private static Change push(int value) {
    return ThreeNodes.push("job", "# TYPE value gauge\nvalue " + value + "\n");
  }

  private static WriteOutcome decided(ThreeNodes nodes, int node, Change change) {
    List<WriteOutcome> outcomes = new ArrayList<>();
    nodes.submit(node, change, outcomes);
    nodes.run(ThreeNodes.SECOND);
    return outcomes.get(0);
  }

  private static SnapshotRead.Fresh read(ThreeNodes nodes, int node) {
    List<SnapshotRead> results = new ArrayList<>();
    var unused = nodes.life(node).groups.readSnapshot().thenAccept(results::add);
    nodes.run(ThreeNodes.SECOND);
    return assertInstanceOf(SnapshotRead.Fresh.class, results.get(0));
  }

  private static Map<String, Integer> shown(ThreeNodes nodes, int node) {
    return ShownValues.of(read(nodes, node).snapshot());
  }

  private static List<RestoredGroup> backup(ThreeNodes nodes, int node)
      throws IOException, BackupException {
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    try (BackupWriter writer =
        new BackupWriter(read(nodes, node).snapshot(), "test", Instant.EPOCH)) {
      for (ByteBuffer piece = writer.next(); piece != null; piece = writer.next()) {
        byte[] bytes = new byte[piece.remaining()];
        piece.get(bytes);
        file.writeBytes(bytes);
      }
    }
    List<RestoredGroup> groups = new ArrayList<>();
    BackupReader.Limits limits =
        new BackupReader.Limits(ContentLimits.ofText(1 << 20), 1_000, 1_000);
    try (BackupReader reader =
        new BackupReader(new ByteArrayInputStream(file.toByteArray()), limits)) {
      for (RestoredGroup group = reader.next(); group != null; group = reader.next()) {
        groups.add(group);
      }
    }
    return groups;
  }

  private static void assertAllShow(ThreeNodes nodes, Map<String, Integer> values) {
    for (int node = 0; node < 3; node++) {
      assertEquals(values, shown(nodes, node));
      assertEquals(nodes.digest(0), nodes.digest(node));
    }
  }

  @Test
  void restoredGroup_isOnAllNodes_alsoAfterAWipe() throws Exception {
    ThreeNodes nodes = new ThreeNodes();
    assertInstanceOf(WriteOutcome.Applied.class, decided(nodes, 0, push(7)));
    RestoredGroup group = backup(nodes, 2).get(0);
    assertInstanceOf(WriteOutcome.Applied.class, decided(nodes, 2, new Change.Wipe()));
    assertAllShow(nodes, Map.of());
    Change restore = new Change.Restore(group, 0);
    assertInstanceOf(WriteOutcome.Applied.class, decided(nodes, 1, restore));
    assertAllShow(nodes, Map.of("job", 7));
    assertEquals(new WriteOutcome.Kept(false), decided(nodes, 0, restore));
  }

  @Test
  void restoredGroup_survivesALostNode_thatComesBack() throws Exception {
    ThreeNodes nodes = new ThreeNodes();
    assertInstanceOf(WriteOutcome.Applied.class, decided(nodes, 0, push(7)));
    RestoredGroup group = backup(nodes, 0).get(0);
    assertInstanceOf(WriteOutcome.Applied.class, decided(nodes, 0, push(8)));
    nodes.crash(2);
    nodes.run(5 * ThreeNodes.SECOND);
    assertInstanceOf(
        WriteOutcome.Applied.class, decided(nodes, 1, new Change.Restore(group, Long.MAX_VALUE)));
    nodes.start(2);
    nodes.run(20 * ThreeNodes.SECOND);
    assertAllShow(nodes, Map.of("job", 7));
  }

  /** An acknowledged push through another node stays, however the two meet. */
  @Test
  void pushElsewhere_atTheMomentOfTheRestore_stays() throws Exception {
    ThreeNodes nodes = new ThreeNodes();
    assertInstanceOf(WriteOutcome.Applied.class, decided(nodes, 0, push(1)));
    RestoredGroup group = backup(nodes, 0).get(0);
    for (int micros = -6_000; micros <= 6_000; micros += 500) {
      assertInstanceOf(WriteOutcome.Applied.class, decided(nodes, 0, new Change.Wipe()));
      List<WriteOutcome> outcomes = new ArrayList<>();
      if (micros < 0) {
        nodes.submit(1, new Change.Restore(group, 0), outcomes);
        nodes.run(-micros * MILLI / 1_000);
        nodes.submit(0, push(9_000 + micros), outcomes);
      } else {
        nodes.submit(0, push(9_000 + micros), outcomes);
        nodes.run(micros * MILLI / 1_000);
        nodes.submit(1, new Change.Restore(group, 0), outcomes);
      }
      nodes.run(5 * ThreeNodes.SECOND);
      assertEquals(2, outcomes.size());
      boolean isTaken = outcomes.stream().noneMatch(WriteOutcome.Unavailable.class::isInstance);
      assertTrue(isTaken, outcomes.toString());
      assertAllShow(nodes, Map.of("job", 9_000 + micros));
    }
  }
}
