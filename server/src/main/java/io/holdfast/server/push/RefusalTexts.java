package io.holdfast.server.push;

import io.holdfast.proto.ParseException;
import io.holdfast.storage.Rejection;

/** The bodies of answers 400 to a push. */
public final class RefusalTexts {
  private RefusalTexts() {}

  /** Returns the answer to a body that is not of its format. */
  public static String unreadable(ParseException e) {
    return e.getMessage() + (e.column() > 0 ? " (column " + e.column() + ")" : "");
  }

  /** Returns the answer to metrics that contradict themselves or others. */
  public static String inconsistent(Rejection rejection) {
    return RefusalLog.INCONSISTENT + ": " + rejection.message();
  }
}
