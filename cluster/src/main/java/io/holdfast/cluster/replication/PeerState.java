package io.holdfast.cluster.replication;

import io.holdfast.cluster.transport.Peer;
import io.holdfast.proto.cluster.Changes;
import io.holdfast.proto.cluster.ChangesAnswer;
import io.holdfast.proto.cluster.Heartbeat;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * All that this node knows of a peer, and what it still has to send to that peer.
 *
 * <p>Others report events ({@link #heard}, {@link #fellBehind}, {@link #transferred}) and ask
 * questions; no other class writes a field.
 *
 * <p>Concurrency: confined to the event loop.
 */
final class PeerState {
  private final Peer process;
  private final Outbox outbox = new Outbox();
  private final LogProgress progress = new LogProgress();

  /** The peer's last account of itself; null before the first. */
  private @Nullable Heartbeat said;

  private Map<Long, Long> positions = Map.of();

  /** When the last answered request was sent: the peer was there after that. Null before. */
  private @Nullable Long heardAt;

  private Transferred transferred = new Nothing();
  private @Nullable ClockSample clockSample;
  private @Nullable Ahead ahead;
  private @Nullable Comparison comparison;

  /** Since when the peer has been behind; null while it keeps up. */
  private @Nullable Long laggingSince;

  /** Why the peer refuses what is sent; null if it does not. */
  private @Nullable String refusal;

  /** How much of the peer's state was copied to this node. */
  private sealed interface Transferred {}

  /** No state transfer has ended yet, or the store that took it was quarantined. */
  private record Nothing() implements Transferred {}

  /**
   * All that the peer had in this stream at a digest is here. Since then its positions say what is
   * lacking. A peer with another stream has begun anew, and knows less of what it has.
   *
   * @param wasComplete whether the peer's store was complete at that digest
   * @param isOutdated whether something is known to be lacking that nobody sends again
   */
  private record State(long stream, boolean wasComplete, boolean isOutdated)
      implements Transferred {}

  /** What the peer has and this node lacks, and since when. */
  private record Ahead(Map<Long, Long> positions, long since) {}

  /** The last comparison of states, and in how many buckets it found a difference. */
  private record Comparison(long at, int divergentBuckets) {}

  /**
   * A peer that has just appeared lags: nothing is known to be on its disk.
   *
   * @param now when it appeared
   */
  PeerState(Peer process, long now) {
    this.process = process;
    this.laggingSince = now;
  }

  /** Returns the process, as the transport knows it. */
  Peer process() {
    return process;
  }

  // The peer's account of itself.

  /** Takes the peer's account of itself. */
  void heard(Heartbeat heartbeat) {
    said = heartbeat;
    positions = Positions.of(heartbeat.getPositionsList());
  }

  /**
   * Notes that the peer has answered a request.
   *
   * @param sentAt when the request was sent
   * @return false if the answer to a later request has come before
   */
  boolean answered(long sentAt) {
    if (heardAt != null && sentAt - heardAt < 0) {
      return false;
    }
    heardAt = sentAt;
    return true;
  }

  @Nullable Heartbeat said() {
    return said;
  }

  /** Returns the peer's name; its address before the first heartbeat. */
  String name() {
    return said == null || said.getName().isEmpty() ? process.address() : said.getName();
  }

  Map<Long, Long> positions() {
    return positions;
  }

  /** Returns the stream of the peer's own changes; 0 before the first heartbeat. */
  long stream() {
    return said == null ? 0 : said.getStream();
  }

  /** Returns the identity of the peer's store; 0 before the first heartbeat. */
  long node() {
    return said == null ? 0 : said.getNode();
  }

  /** Returns the highest hybrid clock reading that the peer has told of. */
  long clock() {
    return said == null ? 0 : said.getClock();
  }

  /**
   * Whether the peer's store has all that it ever acknowledged. Such a store is never quarantined.
   */
  boolean isComplete() {
    return said != null && said.getWhole();
  }

  // Whether the peer is there.

  /** Returns when the last answered request was sent; long ago if none was. */
  long heardAt(long now) {
    return heardAt == null ? now - Long.MAX_VALUE / 2 : heardAt;
  }

  /** Whether the peer may have gone, so that nobody may send what it has begun to send. */
  boolean isSilent(long now) {
    return heardAt == null || now - heardAt > Timeouts.SILENCE.toNanos();
  }

  /** Whether the peer has answered a request of the last lease. */
  boolean isReachable(long now) {
    return heardAt != null && now - heardAt <= Timeouts.LEASE.toNanos();
  }

  // The peer's clock.

  /**
   * Notes what the peer's wall clock showed, at some time between question and answer.
   *
   * @param sentAt when the question was sent
   * @param now when the answer came
   */
  void clockHeard(long wallMillis, long sentAt, long now) {
    clockSample = ClockSample.between(wallMillis, sentAt, now);
  }

  /** Returns what the peer's wall clock showed last; null before the first heartbeat. */
  @Nullable ClockSample clockSample() {
    return clockSample;
  }

  // What of the peer's state is here.

  /** Notes that a state transfer begins: it brings what is known to be lacking. */
  void transferBegins() {
    if (transferred instanceof State state) {
      transferred = new State(state.stream, state.wasComplete, false);
    }
  }

  /** Notes that all that the peer had in this stream at a digest is here. */
  void transferred(long stream, boolean wasComplete) {
    transferred = new State(stream, wasComplete, false);
  }

  /** Notes that this node lacks changes of the peer that nobody sends again. */
  void transferNeeded() {
    if (transferred instanceof State state) {
      transferred = new State(state.stream, state.wasComplete, true);
    }
  }

  /** Notes that nothing that was copied is here any more. */
  void transferLost() {
    transferred = new Nothing();
  }

  /** Whether all that the peer had when it appeared is here: its positions say what is lacking. */
  boolean isTransferred() {
    return said != null && transferred instanceof State state && state.stream == said.getStream();
  }

  /**
   * Whether the peer is one of the nodes that together have every acknowledged change. A new store
   * may have been filled with changes that are in no stream whose position it knows. So such a peer
   * counts only when its state was copied after it was complete.
   */
  boolean countsForReadQuorum() {
    return isTransferred() && transferred instanceof State state && state.wasComplete;
  }

  /** Whether a state transfer would bring what is lacking, or make the peer count. */
  boolean needsTransfer() {
    return !isTransferred()
        || (transferred instanceof State state
            && (state.isOutdated || (isComplete() && !state.wasComplete)));
  }

  /** Notes the end of a comparison of the peer's state with this node's. */
  void compared(int divergentBuckets, long now) {
    comparison = new Comparison(now, divergentBuckets);
  }

  boolean isComparisonDue(long now) {
    return sinceComparison(now) > Timeouts.COMPARISON.toNanos();
  }

  /** Returns nanoseconds since the last comparison of states; the maximum if there was none. */
  long sinceComparison(long now) {
    return comparison == null ? Long.MAX_VALUE : now - comparison.at;
  }

  /** Returns in how many buckets the last comparison found a difference. */
  int divergentBuckets() {
    return comparison == null ? 0 : comparison.divergentBuckets;
  }

  /** Compares positions: what the peer has and this node lacks must come within a moment. */
  void compare(Map<Long, Long> own, long now) {
    // A peer whose store was opened anew may have less than it had.
    if (ahead != null
        && (Positions.cover(own, ahead.positions)
            || !Positions.cover(positions, ahead.positions))) {
      ahead = null;
    }
    if (ahead == null && !Positions.cover(own, positions)) {
      ahead = new Ahead(new HashMap<>(positions), now);
    }
  }

  /** Returns for how many nanoseconds this node has lacked something that the peer has. */
  long trailing(long now) {
    return ahead == null ? 0 : now - ahead.since;
  }

  /** Returns the streams of which the peer is known to have more than this node. */
  Set<Long> streamsAhead(Map<Long, Long> own) {
    Set<Long> streams = new HashSet<>();
    positions.forEach(
        (stream, sequence) -> {
          if (own.getOrDefault(stream, 0L) < sequence) {
            streams.add(stream);
          }
        });
    return streams;
  }

  // What the peer has of this node's changes.

  /**
   * Adds changes of this node to those that the peer is to be sent.
   *
   * @return false if the peer is too slow: nothing waits any more, and it must copy what it lacks
   */
  boolean enqueue(long stream, long first, List<byte[]> changes) {
    return outbox.add(stream, first, changes);
  }

  /** Returns the batch to be sent now; null if there is none, or one is under way. */
  @Nullable Changes nextBatch() {
    return outbox.next();
  }

  /** Notes that a batch is on the peer's disk. */
  void batchAcknowledged(Changes batch, ChangesAnswer answer) {
    refusal = null;
    outbox.arrived(batch);
    progress.acknowledged(
        batch.getStream(), batch.getFirst(), batch.getFirst() + batch.getStatesCount() - 1);
    progress.reached(batch.getStream(), answer.getReached());
  }

  /** Notes that a batch may not have arrived: it is the next one again. */
  void batchFailed(Changes batch) {
    outbox.failed(batch);
  }

  /** Notes that the peer's own positions say how far it has come in this node's stream. */
  void reached(long stream, long sequence) {
    progress.reached(stream, sequence);
  }

  /**
   * Returns how far the peer has come in a stream of this node. Changes that are still to be sent
   * do not count, even if the peer has copied them: its answer will tell what became of them.
   */
  long reached(long stream) {
    return Math.min(progress.reached(stream), outbox.firstUnacknowledged(stream) - 1);
  }

  /**
   * Whether the peer has this change, but did not say whether something newer of its group was
   * there before: the change came with a state transfer.
   */
  boolean hasUnacknowledged(long stream, long sequence) {
    return reached(stream) >= sequence && !progress.isAcknowledged(stream, sequence);
  }

  /** Notes that acknowledgements wait for the peer no longer. */
  void fellBehind(long since) {
    if (laggingSince == null) {
      laggingSince = since;
    }
  }

  /** Notes that the peer has all that this node has. */
  void caughtUp() {
    laggingSince = null;
  }

  /** Whether acknowledgements do not wait for the peer. */
  boolean isLagging() {
    return laggingSince != null;
  }

  /** Returns for how many nanoseconds the peer has been behind; 0 while it keeps up. */
  long lagging(long now) {
    return laggingSince == null ? 0 : now - laggingSince;
  }

  /**
   * Notes why the peer refuses what is sent, or is not listened to.
   *
   * @param reason null if there was no answer at all
   * @return whether the reason is another than before
   */
  boolean refused(@Nullable String reason) {
    boolean isNew = reason != null && !reason.equals(refusal);
    refusal = reason;
    return isNew;
  }

  @Nullable String refusal() {
    return refusal;
  }
}
