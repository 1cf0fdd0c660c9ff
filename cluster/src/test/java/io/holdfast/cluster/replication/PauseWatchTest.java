package io.holdfast.cluster.replication;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.proto.cluster.ProcessTime;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What the time of others tells of this machine's own. */
final class PauseWatchTest {
  private static final long MILLI = 1_000_000;
  private static final long AHEAD = 1L << 40;

  private final PauseWatch watch = new PauseWatch();

  private static ProcessTime time(long millis) {
    return ProcessTime.newBuilder().setClock(7).setNanos(AHEAD + millis * MILLI).build();
  }

  @Test
  void pauseOfThisMachine_isFoundWithTheFirstMessage_andOnce() {
    assertFalse(watch.answered(time(1), 0, 2 * MILLI));
    assertTrue(watch.heard(time(5_001), 3 * MILLI));
    assertFalse(watch.answered(time(5_003), 4 * MILLI, 5 * MILLI));
    assertFalse(watch.heard(time(5_004), 6 * MILLI));
  }

  @Test
  void pauseOfThisMachine_isFoundByATimeThatAnotherNodePassesOn() {
    PauseWatch other = new PauseWatch();
    assertFalse(other.heard(time(5_001), 9 * MILLI));
    ProcessTime passedOn =
        ProcessTime.newBuilder().setClock(8).setNanos(1).addAllOthers(other.newestTimes()).build();

    assertFalse(watch.answered(time(1), 0, 2 * MILLI));
    assertTrue(watch.heard(passedOn, 3 * MILLI));
    assertFalse(watch.heard(passedOn, 4 * MILLI));
  }

  @Test
  void timeThatIsPassedOnLate_provesNothing_andIsNotPassedOnOverANewerTime() {
    PauseWatch other = new PauseWatch();
    assertFalse(other.heard(time(5_001), 9 * MILLI));
    assertFalse(other.heard(time(4_001), 10 * MILLI));
    assertEquals(List.of(time(5_001)), other.newestTimes());

    assertFalse(watch.answered(time(9_000), 9_000 * MILLI, 9_001 * MILLI));
    ProcessTime passedOn =
        ProcessTime.newBuilder().setClock(8).addAllOthers(other.newestTimes()).build();
    assertFalse(watch.heard(passedOn, 9_002 * MILLI));
  }

  @Test
  void slowMessages_andPausesOfTheOther_proveNothing() {
    assertFalse(watch.answered(time(1), 0, 2 * MILLI));
    assertFalse(watch.answered(time(10), 9 * MILLI, 4_000 * MILLI));
    assertFalse(watch.heard(time(20), 9_000 * MILLI));
    assertFalse(watch.answered(time(9_000), 9_001 * MILLI, 9_002 * MILLI));
    // The other was paused for four seconds.
    assertFalse(watch.answered(time(9_010), 13_010 * MILLI, 13_011 * MILLI));
    assertTrue(watch.heard(time(10_010), 13_012 * MILLI));
  }

  @Test
  void clocksThatDriftApart_proveNothing() {
    for (long millis = 0; millis < 100_000_000; millis += 200_000) {
      assertFalse(watch.answered(time(millis + millis / 5_000), millis * MILLI, millis * MILLI));
    }
  }

  @Test
  void clockThatWasNeverHeard_provesNothing() {
    assertFalse(watch.heard(time(1_000_000), 0));
  }
}
