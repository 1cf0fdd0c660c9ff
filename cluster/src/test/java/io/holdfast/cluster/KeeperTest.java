package io.holdfast.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import io.holdfast.storage.WriteOutcome;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class KeeperTest {
  private final ThreeNodes nodes = new ThreeNodes();

  /** It has noted nothing yet, as a node has that comes back after years. */
  @Test
  void nodeOfAYoungCluster_thatLosesTouchForAMoment_isNotTakenForOneThatWasAway() {
    nodes.network.cut(0, 1);
    nodes.network.cut(0, 2);
    nodes.run(4 * ThreeNodes.SECOND);
    assertNotEquals(Optional.empty(), nodes.life(0).groups.unready());

    List<WriteOutcome> outcomes = new ArrayList<>();
    nodes.submit(0, ThreeNodes.push("a", "m 1\n"), outcomes);
    nodes.run(ThreeNodes.SECOND);

    String reason = assertInstanceOf(WriteOutcome.Unavailable.class, outcomes.get(0)).reason();
    assertEquals("this node reaches 1 of 3", reason.substring(0, 24), reason);
  }
}
