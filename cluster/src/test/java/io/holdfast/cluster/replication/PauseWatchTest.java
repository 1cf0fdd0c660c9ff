package io.holdfast.cluster.replication;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.proto.cluster.ProcessTime;
import org.junit.jupiter.api.Test;

/** What the time of others tells of this machine's own. */
final class PauseWatchTest {
  private static final long MILLI = 1_000_000;
  private static final long AHEAD = 1L << 40;

  private final PauseWatch watch = new PauseWatch();

  private static ProcessTime time(long millis) {
    return ProcessTime.newBuilder().setProcess(7).setNanos(AHEAD + millis * MILLI).build();
  }

  @Test
  void pauseOfThisMachine_isFoundWithTheFirstMessage_andOnce() {
    assertFalse(watch.answered(time(1), 0, 2 * MILLI));
    assertTrue(watch.heard(time(5_001), 3 * MILLI));
    assertFalse(watch.answered(time(5_003), 4 * MILLI, 5 * MILLI));
    assertFalse(watch.heard(time(5_004), 6 * MILLI));
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
  void processThatWasNeverHeard_provesNothing() {
    assertFalse(watch.heard(time(1_000_000), 0));
  }
}
