package io.holdfast.storage;

import io.holdfast.proto.Excerpt;

/**
 * The reason for the refusal of a push, for the client.
 *
 * @param message names the family, the series and, for a conflict, the other group
 */
public record Rejection(Reason reason, String message) {
  public Rejection {
    message = Excerpt.ofMessage(message);
  }

  /** The kind of a mistake: the {@code reason} label of the counter of rejected pushes. */
  public enum Reason {
    TIMESTAMP,
    BAD_LABELS,
    BAD_METRIC,
    DUPLICATE_SERIES,
    TYPE_CONFLICT,
    SUFFIX_COLLISION,
    /** Another node accepted a conflicting push at the same time. */
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
