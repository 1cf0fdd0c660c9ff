package io.holdfast.cluster.replication;

import io.holdfast.storage.Version;
import java.time.Instant;
import java.time.InstantSource;
import java.util.function.LongSupplier;

/**
 * The cluster time, from which versions are made. No single wall clock can move the cluster time
 * far.
 *
 * <p>A change can fail on a node that is cut off. That change can come to light after a later
 * change was acknowledged elsewhere. The failed change must have the older version. So all nodes
 * that accept changes have nearly one time:
 *
 * <ul>
 *   <li>The cluster time runs at the pace of a clock that never goes back, whatever the wall clock
 *       shows.
 *   <li>Each node goes on from the latest time that it has heard from a peer or seen in a version.
 *   <li>The goal is the time that a quorum of wall clocks has reached. A time behind the goal runs
 *       faster by half. A time ahead of the goal runs slower by a thousandth. The time never jumps
 *       to the goal.
 * </ul>
 *
 * <p>INVARIANT: a node accepts changes for at most 2 s without contact with a quorum. A client
 * waits for 3 s before the client tries another node. In 2 s, a time that runs faster by half gains
 * 1 s. So no client meets a node whose time is behind the time of the client's last change.
 *
 * <p>A node that has just started knows no time. A node is <em>settled</em> when it has heard the
 * time of a settled node. A node is also settled when a quorum has started with it and no node of
 * the quorum is settled. Only then the time is set to the goal, plus the lead that was noted before
 * the restart. After settling, and after each leap, a node accepts changes only when a majority has
 * heard its new time. Every question carries the time of its sender.
 *
 * <p>Concurrency: for any thread.
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
   * Creates a clock that is not yet settled.
   *
   * @param wallClock of this machine; it can jump
   * @param nanos a time that never goes back, in nanoseconds since some moment
   */
  public ClusterClock(InstantSource wallClock, LongSupplier nanos) {
    this.wallClock = wallClock;
    this.nanos = nanos;
    this.then = nanos.getAsLong();
    this.leaptAt = then;
  }

  /** Returns the reading of this machine's wall clock, right or wrong. */
  long wallMillis() {
    return wallClock.millis();
  }

  /** Notes how far the cluster time was ahead of its goal before the restart. */
  synchronized void resume(long aheadMillis) {
    aheadBefore = aheadMillis;
  }

  /** Notes that the store has a version of this time. */
  synchronized void seen(long millis) {
    raise(millis);
  }

  /** Notes that the store of this node or of a peer has a version of this hybrid clock reading. */
  synchronized void seenVersion(long reading) {
    raise(reading >>> VERSION_BITS);
  }

  /** Takes over the time of a settled node. */
  synchronized void follow(long millis) {
    if (millis > 0 && Version.isPossible(millis << VERSION_BITS)) {
      raise(millis);
      isSettled = true;
    }
  }

  /**
   * Settles this clock. A quorum of wall clocks has reached this time, and no node of the quorum is
   * settled.
   */
  synchronized void settle(long millis) {
    aim(millis);
    raise(millis + aheadBefore);
    isSettled = true;
    leaptAt = nanos.getAsLong();
  }

  /** Sets the goal to the time that a quorum of wall clocks has reached. */
  synchronized void aim(long millis) {
    goOn();
    goalThen = millis * MICROS_PER_MILLI;
    hasGoal = true;
  }

  synchronized boolean isSettled() {
    return isSettled;
  }

  /** Returns how far the cluster time is ahead of its goal. */
  synchronized long aheadMillis() {
    goOn();
    return hasGoal ? Math.max(0, microsThen - goalThen) / MICROS_PER_MILLI : 0;
  }

  /**
   * Returns when the cluster time last leapt. Until peers have heard of the leap, a change that
   * fails here would look newer than changes that peers acknowledge later.
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

  /**
   * Returns the cluster time. Before the clock is settled, the time is that of the newest version
   * seen, or 0.
   */
  @Override
  public synchronized long millis() {
    return micros(elapsed()) / MICROS_PER_MILLI;
  }

  @Override
  public Instant instant() {
    return Instant.ofEpochMilli(millis());
  }
}
