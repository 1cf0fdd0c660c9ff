package io.holdfast.cluster.replication;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.storage.WriteOutcome;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Three nodes, the clocks of which are set while they run. */
final class ClocksTest {
  private static final long SIX_HOURS = 6 * 3_600_000L;

  private final ThreeNodes nodes = new ThreeNodes();

  private String cannotWrite(int node) {
    return String.valueOf(nodes.life(node).replica.cannotWrite());
  }

  private WriteOutcome push(int node) {
    List<WriteOutcome> outcomes = new ArrayList<>();
    nodes.submit(node, ThreeNodes.push("job", "value 1\n"), outcomes);
    nodes.run(5 * ThreeNodes.SECOND);
    return outcomes.get(0);
  }

  @Test
  void clockThatJumps_stopsItsOwnNode_atOnce_andNoOther() {
    for (long jump : new long[] {SIX_HOURS, -SIX_HOURS}) {
      nodes.setClock(0, jump);
      assertTrue(cannotWrite(0).contains("has jumped"), cannotWrite(0));
      nodes.run(ThreeNodes.SECOND);
      String sign = jump > 0 ? "ahead of" : "behind";
      assertTrue(cannotWrite(0).contains("21600 s " + sign + " that of node-"), cannotWrite(0));
      assertEquals(cannotWrite(0), nodes.life(0).groups.unready().orElseThrow().toString());
      assertTrue(push(0) instanceof WriteOutcome.Unavailable);
      for (int other = 1; other < 3; other++) {
        assertTrue(nodes.life(other).groups.unready().isEmpty());
        assertTrue(push(other) instanceof WriteOutcome.Applied);
      }
      nodes.setClock(0, 0);
      nodes.run(ThreeNodes.SECOND);
      assertNull(nodes.life(0).replica.cannotWrite());
      assertTrue(nodes.life(0).groups.unready().isEmpty());
      assertTrue(push(0) instanceof WriteOutcome.Applied);
    }
    assertEquals(1, IntStream.range(0, 3).mapToLong(nodes::digest).distinct().count());
  }

  @Test
  void clocksOfAll_thatAreSetTogether_stopNobody() {
    IntStream.range(0, 3).forEach(node -> nodes.setClock(node, SIX_HOURS));
    nodes.run(ThreeNodes.SECOND);
    IntStream.range(0, 3).forEach(node -> assertTrue(push(node) instanceof WriteOutcome.Applied));
    IntStream.range(0, 3).forEach(node -> nodes.setClock(node, 0));
    nodes.run(ThreeNodes.SECOND);
    IntStream.range(0, 3).forEach(node -> assertTrue(push(node) instanceof WriteOutcome.Applied));
  }

  /** Two of three nodes that are in touch cannot tell which clock is right. Both go on. */
  @Test
  void clockThatJumps_whileOneNodeIsAway_stopsNobody() {
    nodes.network.cut(0, 2);
    nodes.network.cut(1, 2);
    nodes.run(10 * ThreeNodes.SECOND);
    nodes.setClock(0, SIX_HOURS);
    nodes.run(ThreeNodes.SECOND);
    assertTrue(push(0) instanceof WriteOutcome.Applied);
    assertTrue(push(1) instanceof WriteOutcome.Applied);
    nodes.network.heal();
    nodes.run(10 * ThreeNodes.SECOND);
    assertNotNull(nodes.life(0).replica.cannotWrite());
    assertTrue(push(2) instanceof WriteOutcome.Applied);
  }

  @Test
  void offsets_areMeasuredAllTheTime() {
    nodes.setClock(1, 30_000);
    nodes.run(ThreeNodes.SECOND);
    List<ClusterStatus.Member> members = nodes.life(0).replica.status().members();
    double[] offsets =
        members.stream()
            .sorted((one, other) -> one.name().compareTo(other.name()))
            .mapToDouble(ClusterStatus.Member::clockOffsetSeconds)
            .toArray();
    assertEquals(30, offsets[0], 0.1);
    assertEquals(0, offsets[1], 0.1);
  }
}
