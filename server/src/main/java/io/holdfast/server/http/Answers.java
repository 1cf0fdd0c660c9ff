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
 * Answers under way, and what they hold while their clients do not read: bytes that wait to be
 * written, what a scrape has made, and old groups that a scrape or the API keeps from being
 * forgotten. When that is too much, the slowest clients are closed, or a few that never read would
 * end the process.
 *
 * <p>Slow is a client that has taken no whole piece for {@link #GRACE}. A client that takes no byte
 * for the write time-out is closed in any case.
 *
 * <p>Concurrency: any threads may use it.
 */
public final class Answers {
  /** How long a client may take for a piece even when others need its room. */
  static final Duration GRACE = Duration.ofSeconds(2);

  /** Old groups may take so many times what unread bytes may. */
  private static final int OLD_GROUPS = 2;

  /** Each keeps files on the disk from being deleted. */
  private static final int MOST_SNAPSHOTS = 64;

  private static final long NO_GROUPS = Long.MAX_VALUE;

  /** Who reads an answer. */
  interface Client {
    /** For how long no byte has moved. */
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

  /** One answer, or a part of one. */
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

    /** Notes what it holds from now on, because the client has taken what was before. */
    void holds(long more) {
      progressedAt = nanos.getAsLong();
      if (answers.contains(this)) {
        heldBytes.addAndGet(more - bytes.getAndSet(more));
      }
    }

    /** Notes that it is over. A second call does nothing. */
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
   * @param mostBytes that may be held for clients that have not read them
   * @param writeTimeout how long a client may take no byte
   * @param exceeded hears of each client that is closed, by which limit
   * @param nanos of a clock that only goes on
   */
  public Answers(
      long mostBytes, Duration writeTimeout, Consumer<Limit> exceeded, LongSupplier nanos) {
    this.mostBytes = mostBytes;
    this.writeTimeout = writeTimeout;
    this.exceeded = exceeded;
    this.nanos = nanos;
  }

  /** Follows how much of the groups was replaced; see {@code Exposition.replacedBytes}. */
  public void follow(LongSupplier replaced) {
    replacedBytes = replaced;
  }

  public long heldBytes() {
    return heldBytes.get();
  }

  public long mostBytes() {
    return mostBytes;
  }

  /** Heap that old groups may take. */
  public long mostGroupBytes() {
    return OLD_GROUPS * mostBytes;
  }

  /** Heap of old groups that answers keep. */
  public long oldGroupBytes() {
    long oldest = replacedBytes.getAsLong();
    long now = oldest;
    for (Answer reading : readings) {
      oldest = Math.min(oldest, reading.replacedBefore);
    }
    return now - oldest;
  }

  /** Bytes that are being written. */
  Answer begin(Client client, long bytes) {
    Answer answer = new Answer(client, NO_GROUPS, false);
    answers.add(answer);
    answer.holds(bytes);
    makeRoom();
    return answer;
  }

  /**
   * An answer that is made while it is read.
   *
   * @param replacedBefore how much was replaced when its groups were current
   * @param isSnapshot whether it keeps a snapshot of the disk
   */
  public Answer begin(Client client, long replacedBefore, boolean isSnapshot) {
    Answer answer = new Answer(client, replacedBefore, isSnapshot);
    answers.add(answer);
    readings.add(answer);
    makeRoom();
    return answer;
  }

  /** Whether there may be one more answer that is made while it is read. */
  public boolean hasRoom() {
    makeRoom();
    return heldBytes.get() <= mostBytes && snapshots() < MOST_SNAPSHOTS;
  }

  private long snapshots() {
    return readings.stream().filter(reading -> reading.isSnapshot).count();
  }

  /** Closes the slowest clients if too much is held. Quick if it is not. */
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

  /** The oldest keeps the most: what it lacks, others lack too. */
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

  /** Closes clients that take no byte. To be called every second or so. */
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
