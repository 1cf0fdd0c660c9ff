package io.holdfast.cluster.replication;

import io.holdfast.storage.Version;
import java.time.Instant;
import java.time.InstantSource;
import java.util.function.LongSupplier;

/**
 * The cluster's time, of which versions are made. No wall clock of one machine can move it far.
 *
 * <p>A change that failed, on a node that was cut off, may come to light after a later one was
 * acknowledged elsewhere. The failed change must look older. So all nodes that take changes have
 * nearly one time:
 *
 * <ul>
 *   <li>It runs at the pace of time that never goes back, whatever the wall clock does.
 *   <li>Each node goes on from the latest time that it has heard of another, or seen in a version.
 *   <li>Its goal is the time that a quorum of wall clocks has reached. Behind the goal it runs
 *       faster by half, ahead of it slower by a thousandth; it never jumps to the goal.
 * </ul>
 *
 * <p>INVARIANT: a node takes changes for at most 2 s without a word of a quorum, and a client waits
 * for 3 s before it goes on elsewhere. In 2 s a time that is half as fast again gains 1 s, so that
 * no client meets a node whose time is behind that of its last change.
 *
 * <p>A node that has just started knows no time: it is <em>settled</em> when it has heard the time
 * of a settled node, or when a quorum has started with it and none knows one. Only then the time is
 * set to the goal, as far ahead as it was noted before the restart. After that, and after each
 * leap, a node takes changes only when a majority has heard its new time: every question tells the
 * asker's.
 *
 * <p>Any threads may use it.
 */
public final class ClusterClock implements InstantSource {
  private static final int VERSION_BITS = 16;
  private static final long MICROS_PER_MILLI = 1_000;
  private static final long NANOS_PER_MICRO = 1_000;
  private static final long LEAP_MICROS = 500_000;
  private static final long SPEED_UP = 2;
  private static final long SLOWDOWN = 1000;

  private final InstantSource wallClock;
  private final LongSupplier nanos;

  private long microsThen;
  private long goalThen;
  private long then;
  private boolean hasGoal;
  private long aheadBefore;
  private boolean isSettled;
  private long leaptAt;

  /**
   * A clock that knows no time yet.
   *
   * @param wallClock of this machine; it may jump
   * @param nanos time that never goes back, in nanoseconds since some moment
   */
  public ClusterClock(InstantSource wallClock, LongSupplier nanos) {
    this.wallClock = wallClock;
    this.nanos = nanos;
    this.then = nanos.getAsLong();
    this.leaptAt = then;
  }

  /** What this machine's clock shows, right or wrong. */
  long wallMillis() {
    return wallClock.millis();
  }

  /** Has been as far ahead of the goal before the restart. */
  synchronized void resume(long aheadMillis) {
    aheadBefore = aheadMillis;
  }

  /** A version of this time is in the store. */
  synchronized void seen(long millis) {
    raise(millis);
  }

  /** A version of this hybrid clock reading is in the store of a peer, or here. */
  synchronized void seenVersion(long reading) {
    raise(reading >>> VERSION_BITS);
  }

  /** A settled node has this time. */
  synchronized void follow(long millis) {
    if (millis > 0 && Version.isPossible(millis << VERSION_BITS)) {
      raise(millis);
      isSettled = true;
    }
  }

  /** A quorum of wall clocks has reached this time, and no node of the quorum is settled. */
  synchronized void settle(long millis) {
    aim(millis);
    raise(millis + aheadBefore);
    isSettled = true;
    leaptAt = nanos.getAsLong();
  }

  /** A quorum of wall clocks has reached this time. */
  synchronized void aim(long millis) {
    goOn();
    goalThen = millis * MICROS_PER_MILLI;
    hasGoal = true;
  }

  synchronized boolean isSettled() {
    return isSettled;
  }

  /** How far it is ahead of its goal. */
  synchronized long aheadMillis() {
    goOn();
    return hasGoal ? Math.max(0, microsThen - goalThen) / MICROS_PER_MILLI : 0;
  }

  /**
   * When it last went ahead by more than a moment. Until others have heard of that, a change that
   * fails here would look newer than what they acknowledge afterwards.
   */
  synchronized long leaptAt() {
    return leaptAt;
  }

  private void raise(long millis) {
    goOn();
    long micros = millis * MICROS_PER_MILLI;
    if (micros - microsThen > LEAP_MICROS) {
      leaptAt = nanos.getAsLong();
    }
    microsThen = Math.max(microsThen, micros);
  }

  private void goOn() {
    long elapsed = elapsed();
    microsThen = micros(elapsed);
    goalThen += elapsed;
    then += elapsed * NANOS_PER_MICRO;
  }

  private long elapsed() {
    return (nanos.getAsLong() - then) / NANOS_PER_MICRO;
  }

  private long micros(long elapsed) {
    if (!isSettled) {
      return microsThen;
    }
    long running = microsThen + elapsed;
    if (!hasGoal) {
      return running;
    }
    long goal = goalThen + elapsed;
    return goal > running
        ? Math.min(goal, running + elapsed / SPEED_UP)
        : Math.max(goal, running - elapsed / SLOWDOWN);
  }

  /** 0, or that of the newest version seen, as long as it is not settled. */
  @Override
  public synchronized long millis() {
    return micros(elapsed()) / MICROS_PER_MILLI;
  }

  @Override
  public Instant instant() {
    return Instant.ofEpochMilli(millis());
  }
}
