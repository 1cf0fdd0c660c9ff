package io.holdfast.server.ctl;

import io.holdfast.storage.GroupKey;
import java.util.SortedMap;

/**
 * A group of a Pushgateway, ready to be pushed.
 *
 * @param lastPush seconds since 1970; 0 for never
 * @param lastFailure seconds since 1970; 0 for never
 * @param body all families in delimited protobuf
 */
record SourceGroup(
    SortedMap<String, String> labels,
    double lastPush,
    double lastFailure,
    int families,
    int series,
    byte[] body) {

  String name() {
    return GroupKey.of(labels).toString();
  }

  /** The receiver of groups, one by one. */
  interface Receiver {
    void take(SourceGroup group) throws Failure;
  }
}
