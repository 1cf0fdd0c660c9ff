package io.holdfast.storage;

import io.holdfast.proto.Excerpt;

/**
 * Why a push was refused, for the one who pushed.
 *
 * @param message names the family, the series and, for a conflict, the other group
 */
public record Rejection(Reason reason, String message) {
  public Rejection {
    message = Excerpt.ofMessage(message);
  }

  /** What kind of mistake it was: the {@code reason} label of the counter of rejected pushes. */
  public enum Reason {
    TIMESTAMP,
    BAD_LABELS,
    BAD_METRIC,
    DUPLICATE_SERIES,
    TYPE_CONFLICT,
    SUFFIX_COLLISION,
    /** Another node took something else at the same time. */
    CONCURRENT_CONFLICT,
    TOO_LARGE,
    TOO_MANY_SERIES,
    TOO_MANY_LABELS,
    NAME_TOO_LONG,
    LABEL_VALUE_TOO_LONG,
    HELP_TOO_LONG,
    TOO_MANY_GROUPS,
    TOO_MANY_GROUP_SERIES
  }
}
