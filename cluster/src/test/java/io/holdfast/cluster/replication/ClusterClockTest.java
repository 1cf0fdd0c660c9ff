package io.holdfast.cluster.replication;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import org.junit.jupiter.api.Test;

/** The cluster's time at one node, while the clocks of machines do what they like. */
final class ClusterClockTest {
  private static final long START = 1_700_000_000_000L;
  private static final long HOUR = 3_600_000;

  private long wall = START;
  private long nanos = -7;
  private final ClusterClock clock =
      new ClusterClock(() -> Instant.ofEpochMilli(wall), () -> nanos);

  private void pass(long millis) {
    nanos += millis * 1_000_000;
    wall += millis;
  }

  @Test
  void clockOfANodeThatHasHeardNothing_isNotSettled() {
    assertFalse(clock.isSettled());
    clock.seen(START);
    pass(1000);
    assertFalse(clock.isSettled());
    assertEquals(START, clock.millis());
  }

  @Test
  void wallClockThatJumps_movesNothing() {
    clock.settle(START);
    wall += 6 * HOUR;
    pass(1000);
    assertEquals(START + 1000, clock.millis());
    wall -= 12 * HOUR;
    pass(1000);
    assertEquals(START + 2000, clock.millis());
  }

  /** The INVARIANT of the class: in 2 s it gains 1 s, whatever a quorum shows. */
  @Test
  void quorumThatJumpsAhead_isFollowedAtHalfAsFastAgain() {
    clock.settle(START);
    clock.aim(START + 6 * HOUR);
    pass(2000);
    assertEquals(START + 3000, clock.millis());
    pass(100 * HOUR);
    assertEquals(START + 6 * HOUR + 2000 + 100 * HOUR, clock.millis());
  }

  @Test
  void quorumThatIsSetBack_makesItSlowerByAThousandth() {
    clock.settle(START);
    clock.aim(START - HOUR);
    pass(1_000_000);
    assertEquals(START + 999_000, clock.millis());
    assertEquals(HOUR - 1_000, clock.aheadMillis());
  }

  @Test
  void timeOfAnotherNode_isFollowedAtOnce_evenFromTheFuture() {
    clock.settle(START);
    clock.follow(START + 400 * 24 * HOUR);
    assertEquals(START + 400 * 24 * HOUR, clock.millis());
  }

  @Test
  void timeThatNoClockCanShow_isNotFollowed() {
    clock.follow(1L << 46);
    assertFalse(clock.isSettled());
    clock.settle(START);
    clock.follow(Long.MAX_VALUE);
    clock.follow(-1);
    assertEquals(START, clock.millis());
  }

  @Test
  void restart_goesOnAsFarAheadAsBefore() {
    clock.resume(HOUR);
    clock.settle(START);
    assertTrue(clock.isSettled());
    assertEquals(START + HOUR, clock.millis());
  }
}
