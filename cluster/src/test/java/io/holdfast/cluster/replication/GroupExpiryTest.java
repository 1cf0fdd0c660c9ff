package io.holdfast.cluster.replication;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.storage.Change;
import io.holdfast.storage.WriteOutcome;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The expiry of groups in a cluster: by which node, when, and under which conditions. */
final class GroupExpiryTest {
  private static final long SECOND = ThreeNodes.SECOND;
  private static final long TTL_SECONDS = 10;
  private static final long MILLI = SECOND / 1000;

  private final ThreeNodes cluster = new ThreeNodes();

  @Test
  void group_staysUntilItsTime_andIsThenGoneEverywhere() {
    push("a", "value 1\n");
    cluster.run((TTL_SECONDS - 1) * SECOND);
    assertEquals(List.of(1, 1, 1), groups());
    cluster.run(2 * SECOND);
    assertEquals(List.of(0, 0, 0), groups());
    assertEquals(1, IntStream.range(0, 3).mapToLong(cluster::digest).distinct().count());
  }

  @Test
  void withoutQuorum_nothingExpires_untilAnotherNodeIsBack() {
    push("a", "value 1\n");
    cluster.crash(1);
    cluster.crash(2);
    cluster.run(6 * TTL_SECONDS * SECOND);
    assertEquals(1, groups(0));
    cluster.start(1);
    cluster.run(20 * SECOND);
    assertEquals(0, groups(0));
    assertEquals(0, groups(1));
  }

  @Test
  void nodeThatIsCutOff_expiresNoGroup_thatOthersHaveRenewed() {
    push("a", "value 1\n");
    cluster.network.cut(0, 1);
    cluster.network.cut(0, 2);
    cluster.run(SECOND);
    submit(1, ThreeNodes.push("a", "renewed 1\n"));
    cluster.run(2 * TTL_SECONDS * SECOND);
    cluster.network.heal();
    cluster.run(20 * SECOND);
    for (int node = 0; node < 3; node++) {
      assertEquals(Map.of("a", 1), ShownValues.of(cluster.life(node).store.exposition()));
    }
  }

  @Test
  void nodesThatAreInTouch_leaveAnExpiryToOneOfThem() {
    List<Integer> turns =
        IntStream.range(0, 3)
            .boxed()
            .sorted(Comparator.comparing(this::identity, Long::compareUnsigned))
            .toList();
    push("a", "value 1\n");
    cluster.run((TTL_SECONDS + 10) * SECOND);
    assertEquals(List.of(1L, 0L, 0L), turns.stream().map(this::expiredGroups).toList());
    cluster.crash(turns.get(0));
    submit(turns.get(1), Change.withTtl(ThreeNodes.push("a", "value 2\n"), TTL_SECONDS * 1000));
    cluster.run((TTL_SECONDS + 10) * SECOND);
    assertEquals(List.of(1L, 0L), turns.subList(1, 3).stream().map(this::expiredGroups).toList());
  }

  @Test
  void nodeThatStarts_isReadyOnlyWithoutOverdueGroups() {
    push("a", "value 1\n");
    IntStream.range(0, 3).forEach(cluster::crash);
    cluster.run(2 * TTL_SECONDS * SECOND);
    IntStream.range(0, 3).forEach(cluster::start);
    assertEquals(List.of(1, 1, 1), groups());
    int ready = 0;
    for (int i = 0; i < 3000 && ready < 3; i++) {
      cluster.run(10 * MILLI);
      ready = 0;
      for (int node = 0; node < 3; node++) {
        if (cluster.life(node).groups.unready().isEmpty()) {
          ready++;
          assertEquals(0, groups(node), "groups of ready node " + node);
        }
      }
    }
    assertEquals(3, ready);
  }

  @Test
  void nodeThatStarts_isReadySoon_thoughGroupsComeDueAllTheTime() {
    for (int i = 0; i < 1500; i++) {
      // Each tick finds groups that have come due since the tick before.
      long ttlMillis = TTL_SECONDS * 1000 + i * 10L;
      Change push = Change.withTtl(ThreeNodes.push("a" + i, "value 1\n"), ttlMillis);
      cluster.submit(0, push, new ArrayList<>());
    }
    cluster.run(2 * SECOND);
    cluster.crash(2);
    cluster.run((TTL_SECONDS - 1) * SECOND);
    cluster.start(2);
    for (int i = 0; i < 800 && !isReady(2); i++) {
      cluster.run(10 * MILLI);
    }
    assertTrue(groups(2) > 0);
    assertTrue(isReady(2));
  }

  @Test
  void nodeThatIsReady_staysSo_whileGroupsExpire() {
    push("a", "value 1\n");
    for (int i = 0; i < 2 * TTL_SECONDS * 100; i++) {
      cluster.run(10 * MILLI);
      for (int node = 0; node < 3; node++) {
        assertTrue(cluster.life(node).groups.unready().isEmpty());
      }
    }
    assertEquals(List.of(0, 0, 0), groups());
  }

  private boolean isReady(int node) {
    return cluster.life(node).groups.unready().isEmpty();
  }

  private void push(String job, String body) {
    submit(0, Change.withTtl(ThreeNodes.push(job, body), TTL_SECONDS * 1000));
  }

  private void submit(int node, Change change) {
    List<WriteOutcome> outcomes = new ArrayList<>();
    cluster.submit(node, change, outcomes);
    cluster.run(SECOND / 2);
    assertEquals(1, outcomes.size());
    assertInstanceOf(WriteOutcome.Applied.class, outcomes.get(0));
  }

  private List<Integer> groups() {
    return IntStream.range(0, 3).map(this::groups).boxed().toList();
  }

  private int groups(int node) {
    return cluster.life(node).store.exposition().groups();
  }

  private long expiredGroups(int node) {
    return cluster.life(node).store.exposition().expiredGroups();
  }

  private long identity(int node) {
    return cluster.life(node).store.replicaState().node();
  }
}
