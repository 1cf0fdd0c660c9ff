package io.holdfast.storage;

import java.time.Instant;
import java.util.Optional;

/**
 * A group as it is known without reading its metrics. Immutable; holds nothing that the exposition
 * does not hold as well, and works out its times when asked.
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

  /** When the last push that succeeded arrived; empty if none did. */
  public Optional<Instant> lastPush() {
    return time(push);
  }

  /** When the last push that failed arrived; empty if none did. */
  public Optional<Instant> lastFailure() {
    return time(failure);
  }

  /** Whether no push has failed since the last one that succeeded. */
  public boolean isLastPushSuccessful() {
    return !PushTimes.isSet(failure) || PushTimes.seconds(failure) <= PushTimes.seconds(push);
  }

  /**
   * For sorting and comparing many: milliseconds since 1970 of the last push that succeeded, by the
   * clock of the node that took it; 0 if none did. Not the version's time, which may be ahead of
   * all clocks.
   */
  public long lastPushMillis() {
    return PushTimes.isSet(push) ? (long) (PushTimes.seconds(push) * 1e3) : 0;
  }

  private static Optional<Instant> time(Family family) {
    return PushTimes.isSet(family)
        ? Optional.of(PushTimes.time(PushTimes.seconds(family)))
        : Optional.empty();
  }
}
