package io.holdfast.cluster;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One group that one client changes, each time after it knows how the time before ended: what was
 * asked for, in order, and what scrapes may show.
 */
final class Register {
  /** An operation that was asked for. */
  static final class Operation {
    /** Null for a delete. */
    final @Nullable Integer value;

    final long askedAt;
    boolean isAcknowledged;
    long acknowledgedAt;

    Operation(@Nullable Integer value, long askedAt) {
      this.value = value;
      this.askedAt = askedAt;
    }
  }

  final String job;
  private final List<Operation> operations = new ArrayList<>();

  Register(String job) {
    this.job = job;
  }

  Operation ask(@Nullable Integer value, long now) {
    Operation operation = new Operation(value, now);
    operations.add(operation);
    return operation;
  }

  int nextValue() {
    return operations.size() + 1;
  }

  /** What is wrong with a scrape that shows this, or null. */
  @Nullable String check(@Nullable Integer shown, long startedAt) {
    int acknowledged = lastAcknowledged(startedAt);
    boolean isNothingYet = acknowledged < 0 && shown == null;
    for (int i = Math.max(acknowledged, 0); i < operations.size() && !isNothingYet; i++) {
      Integer value = operations.get(i).value;
      isNothingYet = value == null ? shown == null : value.equals(shown);
    }
    return isNothingYet
        ? null
        : job
            + " shows "
            + shown
            + " (expected: "
            + (acknowledged < 0 ? "nothing" : operations.get(acknowledged).value)
            + ", acknowledged before, or something later)";
  }

  private int lastAcknowledged(long before) {
    for (int i = operations.size() - 1; i >= 0; i--) {
      Operation operation = operations.get(i);
      if (operation.isAcknowledged && operation.acknowledgedAt <= before) {
        return i;
      }
    }
    return -1;
  }
}
