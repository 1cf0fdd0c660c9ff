package io.holdfast.server.config;

import io.holdfast.storage.Refusal;
import io.holdfast.storage.Rejection;
import org.jspecify.annotations.Nullable;

/**
 * A limit on a resource that one client can exhaust.
 *
 * @see LimitFlags
 */
public enum Limit {
  CONNECTIONS(LimitFlags.MAX_CONNECTIONS, 503),
  HEADER_TIME(LimitFlags.READ_HEADER_TIMEOUT, 408),
  HEADER_SIZE(LimitFlags.MAX_HEADER_SIZE, 431),
  HEADER_FIELDS(LimitFlags.MAX_HEADER_FIELDS, 431),
  BODY_TIME(LimitFlags.READ_TIMEOUT, 408),
  BODY_SIZE(LimitFlags.MAX_BODY_SIZE, 413),
  INFLATED_SIZE(LimitFlags.MAX_INFLATED_SIZE, 413),
  BYTES_IN_FLIGHT(LimitFlags.MAX_BYTES_IN_FLIGHT, 503),
  SERIES(LimitFlags.MAX_SERIES, 413),
  GROUP_SERIES(LimitFlags.MAX_GROUP_SERIES, 413),
  /** Not 503: a proxy would then repeat the request at other nodes, in vain. */
  GROUPS(LimitFlags.MAX_GROUPS, 429),
  LABELS(LimitFlags.MAX_LABELS, 413),
  NAME_LENGTH(LimitFlags.MAX_NAME_LENGTH, 413),
  LABEL_VALUE_LENGTH(LimitFlags.MAX_LABEL_VALUE_LENGTH, 413),
  HELP_LENGTH(LimitFlags.MAX_HELP_LENGTH, 413),
  GROUPING_KEY_SIZE(LimitFlags.MAX_GROUPING_KEY_SIZE, 414),
  /** This status is rarely sent, because the connection closes in the middle of an answer. */
  WRITE_TIME(LimitFlags.WRITE_TIMEOUT, 503),
  UNREAD_BYTES(LimitFlags.MAX_UNREAD_BYTES, 503);

  private final String flag;
  private final int status;

  Limit(Flag flag, int status) {
    this.flag = flag.name();
    this.status = status;
  }

  /** Returns the flag that sets the limit, without dashes. */
  public String flag() {
    return flag;
  }

  /** Returns the status of the answer to a request that exceeds the limit. */
  public int status() {
    return status;
  }

  /** Returns the reason and the flag that raises the limit. */
  public String explain(String reason) {
    return reason + "; the limit is --" + flag;
  }

  /** Returns the refusal of a request that exceeds the limit, for answers with status 503. */
  public Refusal refusal(String reason) {
    return new Refusal(Refusal.Code.LIMIT_EXCEEDED, explain(reason));
  }

  /** Returns the limit that a refused push exceeded. Returns null if the push itself was wrong. */
  public static @Nullable Limit of(Rejection.Reason reason) {
    return switch (reason) {
      // The text can be twice as long as its body.
      case TOO_LARGE -> INFLATED_SIZE;
      case TOO_MANY_SERIES -> SERIES;
      case TOO_MANY_LABELS -> LABELS;
      case NAME_TOO_LONG -> NAME_LENGTH;
      case LABEL_VALUE_TOO_LONG -> LABEL_VALUE_LENGTH;
      case HELP_TOO_LONG -> HELP_LENGTH;
      case TOO_MANY_GROUPS -> GROUPS;
      case TOO_MANY_GROUP_SERIES -> GROUP_SERIES;
      case TIMESTAMP,
          BAD_LABELS,
          BAD_METRIC,
          DUPLICATE_SERIES,
          TYPE_CONFLICT,
          SUFFIX_COLLISION,
          CONCURRENT_CONFLICT ->
          null;
    };
  }
}
