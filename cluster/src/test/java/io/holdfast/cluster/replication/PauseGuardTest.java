package io.holdfast.cluster.replication;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.proto.cluster.ProcessTime;
import java.time.Duration;
import org.junit.jupiter.api.Test;

final class PauseGuardTest {
  private static final Duration MOMENT = Duration.ofNanos(1);

  private final FakeLoop loop = new FakeLoop();
  private final PauseGuard pauses = new PauseGuard(1, loop);

  @Test
  void processThatTicks_takesChanges() {
    loop.freeze(Timeouts.FREEZE);
    assertFalse(pauses.refusesChanges());
  }

  @Test
  void frozenProcess_refusesChangesFromItsFirstMoment_andForAWhile() {
    loop.freeze(Timeouts.FREEZE.plus(MOMENT));
    assertTrue(pauses.refusesChanges());
    pauses.ticked(loop.nanos());
    assertTrue(pauses.refusesChanges());

    run(Timeouts.AFTER_FREEZE.minus(MOMENT));
    assertTrue(pauses.refusesChanges());
    run(MOMENT);
    assertFalse(pauses.refusesChanges());
  }

  @Test
  void stopTooShortForAFreeze_doesNotCountAsPartOfTheMoment() {
    loop.freeze(Timeouts.FREEZE.plus(MOMENT));
    pauses.ticked(loop.nanos());
    run(Timeouts.AFTER_FREEZE.dividedBy(2));

    loop.freeze(Timeouts.FREEZE.minus(MOMENT));
    assertTrue(pauses.refusesChanges());
    pauses.ticked(loop.nanos());
    run(Timeouts.AFTER_FREEZE.dividedBy(4));
    assertTrue(pauses.refusesChanges());
    run(Timeouts.AFTER_FREEZE.dividedBy(4));
    assertFalse(pauses.refusesChanges());
  }

  /** The process runs, and its event loop ticks. */
  private void run(Duration duration) {
    long end = loop.nanos() + duration.toNanos();
    while (loop.nanos() < end) {
      loop.freeze(Duration.ofNanos(Math.min(Timeouts.TICK.toNanos(), end - loop.nanos())));
      pauses.ticked(loop.nanos());
    }
  }

  @Test
  void timeOfAPeerThatHasGoneOn_tellsOfAPause() {
    long before = loop.nanos();
    pauses.answered(theirs(0), loop.nanos());
    loop.freeze(Duration.ofMillis(10));
    pauses.heard(theirs(Timeouts.PAUSE.toNanos() + 20_000_000));

    assertTrue(pauses.refusesChanges());
    assertTrue(pauses.wasPausedSince(before));
    assertFalse(pauses.wasPausedSince(loop.nanos() + 1));
  }

  @Test
  void timeOfAPeerThatAgrees_tellsOfNoPause() {
    pauses.answered(theirs(0), loop.nanos());
    loop.freeze(Duration.ofMillis(10));
    pauses.heard(theirs(10_000_000));
    assertFalse(pauses.refusesChanges());
    assertFalse(pauses.wasPausedSince(0));
  }

  private static ProcessTime theirs(long nanos) {
    return ProcessTime.newBuilder().setClock(2).setNanos(nanos).build();
  }
}
