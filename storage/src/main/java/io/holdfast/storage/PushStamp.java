package io.holdfast.storage;

import org.jspecify.annotations.Nullable;

/**
 * The time of a group's last successful or last failed push.
 *
 * @param unixSeconds seconds since 1970
 * @param claimedAt the version since which the group has had such a stamp; of two groups whose push
 *     times would be the same series, the older is exposed
 * @param reason why the push failed; null if it succeeded, or if the reason is unknown
 * @param ttlMillis the group expires this long after the version's time, unless a newer push comes;
 *     0 if it never expires
 */
record PushStamp(
    Version version,
    double unixSeconds,
    Version claimedAt,
    @Nullable String reason,
    long ttlMillis) {
  /** Enough for the family, the series and the other group, unless their labels are long. */
  static final int MAX_REASON_LENGTH = 400;

  private static final String CUT = "\u2026";

  PushStamp {
    // The constructor cuts the reason, so that a reason from another node is bounded in memory too.
    reason = reason == null ? null : bounded(reason);
  }

  PushStamp(Version version, double unixSeconds, Version claimedAt) {
    this(version, unixSeconds, claimedAt, null, 0);
  }

  /** Returns when the group expires, in milliseconds of the cluster time; never if too far. */
  long expiresAtMillis() {
    long millis = HybridClock.millis(version.clock());
    return ttlMillis <= 0 || ttlMillis > Group.NEVER - millis ? Group.NEVER : millis + ttlMillis;
  }

  /** Returns the reason, cut to the length that a stamp keeps. */
  static String bounded(String reason) {
    if (reason.length() <= MAX_REASON_LENGTH) {
      return reason;
    }
    int end = MAX_REASON_LENGTH - CUT.length();
    boolean splitsPair = Character.isHighSurrogate(reason.charAt(end - 1));
    return reason.substring(0, splitsPair ? end - 1 : end) + CUT;
  }
}
