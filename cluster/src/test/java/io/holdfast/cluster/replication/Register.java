package io.holdfast.cluster.replication;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One group that one client changes, each time after it knows how the time before ended: what was
 * asked for, in order, and what scrapes may show. A late request is an exception: it may take
 * effect when its client has gone on, as if another client asked for it then.
 */
final class Register {
  /** The time of what does not expire. */
  static final long NEVER = Long.MAX_VALUE;

  /** What the nodes have expired. */
  interface Expiries {
    /** Whether a node has expired what was due at this cluster time, after this moment. */
    boolean haveReached(long dueMillis, long since);
  }

  /** An operation that was asked for. */
  static final class Operation {
    /** Null for a delete. */
    final @Nullable Integer value;

    final long askedAt;
    boolean isAcknowledged;
    long acknowledgedAt;

    /** Of a late request: an operation that is asked for after this comes later in the order. */
    private long arrivesUntil;

    /**
     * While this is the last push of its group: the group expires at this cluster time or later.
     */
    long dueMillis = NEVER;

    Operation(@Nullable Integer value, long askedAt) {
      this.value = value;
      this.askedAt = askedAt;
    }

    /** Takes effect as if another client asked for it now: the request is late. */
    void arrivesUntil(long nanos) {
      arrivesUntil = nanos;
    }

    void acknowledge(long now) {
      isAcknowledged = true;
      acknowledgedAt = now;
      arrivesUntil = 0;
    }
  }

  final String job;
  private final @Nullable Expiries expiries;
  private final List<Operation> operations = new ArrayList<>();

  /** By operation: when the first scrape that showed it ended. */
  private final Map<Integer, Long> shownAt = new HashMap<>();

  /**
   * By operation: when the first scrape ended that began after it was shown, and showed another.
   */
  private final Map<Integer, Long> leftAt = new HashMap<>();

  /**
   * Begins with nothing, as after a delete that was acknowledged before all: a scrape that shows
   * nothing yet shows no delete that comes later.
   */
  Register(String job) {
    this(job, null);
  }

  /**
   * @param expiries null for a group that does not expire
   */
  Register(String job, @Nullable Expiries expiries) {
    this.job = job;
    this.expiries = expiries;
    Operation nothingYet = ask(null, 0);
    nothingYet.isAcknowledged = true;
  }

  Operation ask(@Nullable Integer value, long now) {
    Operation operation = new Operation(value, now);
    operations.add(operation);
    return operation;
  }

  int nextValue() {
    return operations.size();
  }

  boolean expires() {
    return expiries != null;
  }

  boolean isAcknowledged(int value) {
    return operations.get(indexOf(value)).isAcknowledged;
  }

  Operation last() {
    return operations.get(operations.size() - 1);
  }

  /**
   * A client has asked for a push that leaves the value. It is not known yet whether the group has
   * its time from there.
   */
  void askRenewal(long dueMillis) {
    for (Operation operation : operations.subList(lastAcknowledged(NEVER), operations.size())) {
      operation.dueMillis = Math.min(operation.dueMillis, dueMillis);
    }
  }

  /** Such a push was acknowledged while nothing of the group can have expired. */
  void acknowledgeRenewal(long dueMillis) {
    operations.get(lastAcknowledged(NEVER)).dueMillis = dueMillis;
  }

  /** When the group may expire at the earliest, unless somebody pushes again. */
  long dueMillis() {
    return operations.subList(lastAcknowledged(NEVER), operations.size()).stream()
        .mapToLong(operation -> operation.dueMillis)
        .min()
        .orElse(NEVER);
  }

  /**
   * What is wrong with a scrape that shows this, given what those before have shown, or null. A
   * group is an atomic register: once a scrape has shown a value, none that begins later shows an
   * older one, even if the change was never acknowledged. To be called in the order in which
   * scrapes end.
   */
  @Nullable String checkOrder(@Nullable Integer shown, long startedAt, long endedAt) {
    int index = indexOf(shown);
    if (index < 0) {
      return job + " shows " + shown + ", which no client has pushed";
    }
    if (shown == null && isOpen(null, lastAcknowledged(startedAt))) {
      return null;
    }
    if (shown == null && mayHaveExpired(lastAcknowledged(startedAt))) {
      leftAt.putIfAbsent(lastAcknowledged(startedAt), endedAt);
      leave(-1, startedAt, endedAt);
      return null;
    }
    // A scrape does not tell which of several deletes it shows. The one that proves least counts.
    int first = firstIndexOf(shown, lastAcknowledged(startedAt));
    String problem = null;
    for (Map.Entry<Integer, Long> earlier : shownAt.entrySet()) {
      boolean isGoingBack =
          precedes(index, earlier.getKey()) && operations.get(index).isAcknowledged;
      if (isGoingBack && earlier.getValue() < startedAt) {
        problem = "goes back from " + operations.get(earlier.getKey()).value + " to " + shown;
      }
    }
    boolean wasLeft = leftAt.getOrDefault(index, Long.MAX_VALUE) < startedAt;
    if (shown != null && wasLeft && !isConcurrent(index)) {
      problem = "shows " + shown + " again, after another value";
    }
    leave(first, startedAt, endedAt);
    shownAt.putIfAbsent(first, endedAt);
    return problem == null ? null : job + " " + problem;
  }

  /** A scrape shows one operation, or none: those that were shown before it are gone for good. */
  private void leave(int shown, long startedAt, long endedAt) {
    shownAt.forEach(
        (other, at) -> {
          if (other != shown && at < startedAt) {
            leftAt.putIfAbsent(other, endedAt);
          }
        });
  }

  private int firstIndexOf(@Nullable Integer shown, int from) {
    for (int i = from; i < operations.size(); i++) {
      if (Objects.equals(operations.get(i).value, shown)) {
        return i;
      }
    }
    return indexOf(shown);
  }

  private int indexOf(@Nullable Integer shown) {
    for (int i = operations.size() - 1; i >= 0; i--) {
      if (Objects.equals(operations.get(i).value, shown)) {
        return i;
      }
    }
    return -1;
  }

  /** What is wrong with a scrape that shows this, or null. */
  @Nullable String check(@Nullable Integer shown, long startedAt) {
    int acknowledged = lastAcknowledged(startedAt);
    for (Operation operation : operations.subList(acknowledged, operations.size())) {
      if (Objects.equals(operation.value, shown)) {
        return null;
      }
    }
    if (isOpen(shown, acknowledged) || (shown == null && mayHaveExpired(acknowledged))) {
      return null;
    }
    return job
        + " shows "
        + shown
        + " (expected: "
        + operations.get(acknowledged).value
        + ", acknowledged before, or something later)";
  }

  /** Whether the group may have expired when this operation or a later one was its last push. */
  private boolean mayHaveExpired(int from) {
    if (expiries == null) {
      return false;
    }
    return operations.subList(from, operations.size()).stream()
        .filter(operation -> operation.dueMillis != NEVER)
        .anyMatch(operation -> expiries.haveReached(operation.dueMillis, operation.askedAt));
  }

  /**
   * Whether a disk may show this after an operation was acknowledged, instead of its value: that of
   * a late request, or nothing if the group has expired meanwhile.
   */
  boolean mayReplace(@Nullable Integer shown, Operation acknowledged) {
    int index = operations.indexOf(acknowledged);
    return isOpen(shown, index) || (shown == null && mayHaveExpired(index));
  }

  /**
   * Whether a late operation with this value may come after an operation that is asked for later.
   */
  private boolean isOpen(@Nullable Integer value, int later) {
    for (int i = 0; i < later; i++) {
      if (Objects.equals(operations.get(i).value, value) && !precedes(i, later)) {
        return true;
      }
    }
    return false;
  }

  /**
   * Whether another operation may have been under way with this one. A change that meets a newer
   * one is made once more: it may be shown, then the newer one, and then again.
   */
  private boolean isConcurrent(int index) {
    boolean isConcurrent = operations.get(index).arrivesUntil > 0;
    for (int i = 0; i < index && !isConcurrent; i++) {
      isConcurrent = !precedes(i, index);
    }
    return isConcurrent;
  }

  /** In the order of the client, but for late requests. */
  private boolean precedes(int one, int other) {
    return one < other && operations.get(one).arrivesUntil <= operations.get(other).askedAt;
  }

  private int lastAcknowledged(long before) {
    for (int i = operations.size() - 1; i >= 0; i--) {
      Operation operation = operations.get(i);
      if (operation.isAcknowledged && operation.acknowledgedAt <= before) {
        return i;
      }
    }
    return 0;
  }
}
