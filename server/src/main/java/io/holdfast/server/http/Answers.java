package io.holdfast.server.http;

import io.holdfast.server.config.Limit;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * The answers under way, and the memory that they hold while their clients do not read. This memory
 * is unsent bytes, output of scrapes, and old groups that a scrape or the API still reads. When
 * this memory exceeds its bound, the slowest clients are closed. Otherwise a few clients that do
 * not read could end the process.
 *
 * <p>A client is slow if it has taken no whole piece for {@link #GRACE}. A client that takes no
 * byte for the write time-out is closed in any case.
 *
 * <p>Concurrency: any thread may use it.
 */
public final class Answers {
  /** The time that a client has for a piece even when other clients need the memory. */
  static final Duration GRACE = Duration.ofSeconds(2);

  /** The heap that old groups may take, as a multiple of the heap that unread bytes may take. */
  private static final int OLD_GROUPS = 2;

  /** The number of snapshots at once. Each snapshot keeps files on the disk from being deleted. */
  private static final int MOST_SNAPSHOTS = 64;

  private static final long NO_GROUPS = Long.MAX_VALUE;

  /** The reader of an answer. */
  interface Client {
    /** Returns the time for which no byte has moved. */
    long idleNanos();

    void close();
  }

  private final long mostBytes;
  private final Duration writeTimeout;
  private final Consumer<Limit> exceeded;
  private final LongSupplier nanos;
  private volatile LongSupplier replacedBytes = () -> 0;

  private final Set<Answer> answers = ConcurrentHashMap.newKeySet();
  private final Set<Answer> readings = ConcurrentHashMap.newKeySet();
  private final AtomicLong heldBytes = new AtomicLong();

  /** One answer, or a part of an answer. */
  public final class Answer {
    private final Client client;
    private final long replacedBefore;
    private final boolean isSnapshot;
    private final long startedAt = nanos.getAsLong();
    private final AtomicLong bytes = new AtomicLong();
    private volatile long progressedAt = startedAt;

    private Answer(Client client, long replacedBefore, boolean isSnapshot) {
      this.client = client;
      this.replacedBefore = replacedBefore;
      this.isSnapshot = isSnapshot;
    }

    /** Notes the bytes held from now on. The client has taken the bytes before. */
    void holds(long more) {
      progressedAt = nanos.getAsLong();
      if (answers.contains(this)) {
        heldBytes.addAndGet(more - bytes.getAndSet(more));
      }
    }

    /** Notes the end of the answer. A second call does nothing. */
    public void end() {
      answers.remove(this);
      readings.remove(this);
      heldBytes.addAndGet(-bytes.getAndSet(0));
    }

    private long slowFor(long now) {
      return now - progressedAt;
    }

    private void close(Limit limit) {
      end();
      exceeded.accept(limit);
      client.close();
    }
  }

  /**
   * Creates the bounds on answers.
   *
   * @param mostBytes that may be held for clients that have not read them
   * @param writeTimeout the time after which a client that takes no byte is closed
   * @param exceeded told of the limit whenever a client is closed
   * @param nanos the reading of a clock that never goes back
   */
  public Answers(
      long mostBytes, Duration writeTimeout, Consumer<Limit> exceeded, LongSupplier nanos) {
    this.mostBytes = mostBytes;
    this.writeTimeout = writeTimeout;
    this.exceeded = exceeded;
    this.nanos = nanos;
  }

  /** Sets the source of the count of replaced bytes; see {@code Exposition.replacedBytes}. */
  public void follow(LongSupplier replaced) {
    replacedBytes = replaced;
  }

  public long heldBytes() {
    return heldBytes.get();
  }

  public long mostBytes() {
    return mostBytes;
  }

  /** Returns the heap that old groups may take. */
  public long mostGroupBytes() {
    return OLD_GROUPS * mostBytes;
  }

  /** Returns the heap of old groups that answers keep. */
  public long oldGroupBytes() {
    long oldest = replacedBytes.getAsLong();
    long now = oldest;
    for (Answer reading : readings) {
      oldest = Math.min(oldest, reading.replacedBefore);
    }
    return now - oldest;
  }

  /** Begins an answer whose bytes are complete. */
  Answer begin(Client client, long bytes) {
    Answer answer = new Answer(client, NO_GROUPS, false);
    answers.add(answer);
    answer.holds(bytes);
    makeRoom();
    return answer;
  }

  /**
   * Begins an answer that is made while the client reads it.
   *
   * @param replacedBefore the count of replaced bytes when the groups of this answer were current
   * @param isSnapshot whether the answer keeps a snapshot of the disk
   */
  public Answer begin(Client client, long replacedBefore, boolean isSnapshot) {
    Answer answer = new Answer(client, replacedBefore, isSnapshot);
    answers.add(answer);
    readings.add(answer);
    makeRoom();
    return answer;
  }

  /** Returns whether one more answer may begin that is made while the client reads it. */
  public boolean hasRoom() {
    makeRoom();
    return heldBytes.get() <= mostBytes && snapshots() < MOST_SNAPSHOTS;
  }

  private long snapshots() {
    return readings.stream().filter(reading -> reading.isSnapshot).count();
  }

  /** Closes the slowest clients if too much memory is held. Quick if there is nothing to close. */
  void makeRoom() {
    if (heldBytes.get() > mostBytes) {
      List<Answer> slowestFirst = slowestFirst(answers);
      for (int i = 0; i < slowestFirst.size() && heldBytes.get() > mostBytes; i++) {
        slowestFirst.get(i).close(Limit.UNREAD_BYTES);
      }
    }
    if (readings.isEmpty()) {
      return;
    }
    if (snapshots() >= MOST_SNAPSHOTS) {
      slowestFirst(readings).stream()
          .filter(reading -> reading.isSnapshot)
          .findFirst()
          .ifPresent(slowest -> slowest.close(Limit.UNREAD_BYTES));
    }
    makeRoomForGroups();
  }

  /**
   * Closes the oldest readers while old groups take too much heap. The oldest reader keeps all the
   * old groups that any later reader keeps.
   */
  private void makeRoomForGroups() {
    if (oldGroupBytes() <= mostGroupBytes()) {
      return;
    }
    long now = nanos.getAsLong();
    List<Answer> oldestFirst = new ArrayList<>(readings);
    oldestFirst.sort(Comparator.comparingLong(reading -> reading.replacedBefore));
    for (Answer reading : oldestFirst) {
      if (oldGroupBytes() <= mostGroupBytes()) {
        return;
      }
      if (now - reading.startedAt > GRACE.toNanos()) {
        reading.close(Limit.UNREAD_BYTES);
      }
    }
  }

  private List<Answer> slowestFirst(Set<Answer> some) {
    long now = nanos.getAsLong();
    record Slow(Answer answer, long nanos) {}
    List<Slow> slow = new ArrayList<>();
    for (Answer answer : some) {
      if (answer.slowFor(now) > GRACE.toNanos()) {
        slow.add(new Slow(answer, answer.slowFor(now)));
      }
    }
    slow.sort(Comparator.comparingLong(Slow::nanos).reversed());
    return slow.stream().map(Slow::answer).toList();
  }

  /** Closes clients that have taken no byte for the write time-out. Called about every second. */
  public void endOverdue() {
    long now = nanos.getAsLong();
    for (Answer answer : answers) {
      long stalled = Math.min(answer.slowFor(now), answer.client.idleNanos());
      if (stalled > writeTimeout.toNanos()) {
        answer.close(Limit.WRITE_TIME);
      }
    }
    makeRoom();
  }
}
