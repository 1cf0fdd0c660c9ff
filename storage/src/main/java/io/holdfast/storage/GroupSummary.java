package io.holdfast.storage;

import java.time.Instant;
import java.util.Optional;

/**
 * A summary of a group without its metrics. Immutable. The summary refers only to objects of the
 * exposition. The times are computed on demand.
 */
public final class GroupSummary {
  private final Family push;
  private final Family failure;

  GroupSummary(Family push, Family failure) {
    this.push = push;
    this.failure = failure;
  }

  public GroupKey key() {
    return push.group;
  }

  /** Returns when the last successful push arrived; empty if there was none. */
  public Optional<Instant> lastPush() {
    return time(push);
  }

  /** Returns when the last failed push arrived; empty if there was none. */
  public Optional<Instant> lastFailure() {
    return time(failure);
  }

  /** Returns whether no push has failed since the last successful push. */
  public boolean isLastPushSuccessful() {
    return !PushTimes.isSet(failure) || PushTimes.seconds(failure) <= PushTimes.seconds(push);
  }

  /**
   * Returns the time of the last successful push in milliseconds since 1970, for sorting; 0 if
   * there was none. The time is from the clock of the node that accepted the push. The version's
   * time can be ahead of all clocks.
   */
  public long lastPushMillis() {
    return PushTimes.isSet(push) ? (long) (PushTimes.seconds(push) * 1e3) : 0;
  }

  /**
   * Returns the time of the last push in milliseconds since 1970, whether it succeeded or failed.
   */
  public long lastAttemptMillis() {
    return Math.max(lastPushMillis(), (long) (PushTimes.seconds(failure) * 1e3));
  }

  /**
   * Returns the newest version of the group. Every push leaves a stamp that is at least as new as
   * its families. A push time that was never set has the version of the group's claim, which is not
   * above the version of the other one.
   */
  Version newest() {
    return push.version.isAfter(failure.version) ? push.version : failure.version;
  }

  /** Returns whether the group has a version above this hybrid clock reading. */
  public boolean hasChangedAfter(long clock) {
    return Long.compareUnsigned(newest().clock(), clock) > 0;
  }

  private static Optional<Instant> time(Family family) {
    return PushTimes.isSet(family)
        ? Optional.of(PushTimes.time(PushTimes.seconds(family)))
        : Optional.empty();
  }
}
