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
 * The knowledge of this node about one peer, and the changes that wait to be sent to that peer.
 *
 * <p>Other classes report events ({@link #heard}, {@link #fellBehind}, {@link #transferred}) and
 * ask questions. No other class writes a field.
 *
 * <p>Concurrency: confined to the event loop.
 */
final class PeerState {
  private final Peer process;
  private final Outbox outbox = new Outbox();
  private final LogProgress progress = new LogProgress();

  /** The peer's last heartbeat; null before the first heartbeat. */
  private @Nullable Heartbeat said;

  private Map<Long, Long> versionVector = Map.of();

  /**
   * The time when the last answered request was sent. The peer was present after that time. Null
   * before the first answer.
   */
  private @Nullable Long heardAt;

  private Transferred transferred = new Nothing();
  private @Nullable ClockSample clockSample;
  private @Nullable Ahead ahead;
  private @Nullable Comparison comparison;

  /** The time since which the peer has been behind; null while the peer keeps up. */
  private @Nullable Long laggingSince;

  /** The reason why the peer refuses changes; null if the peer does not refuse. */
  private @Nullable String refusal;

  /** The part of the peer's state that was copied to this node. */
  private sealed interface Transferred {}

  /** No state transfer has ended yet, or the store that received the groups was quarantined. */
  private record Nothing() implements Transferred {}

  /**
   * All that the peer had at a digest is on this node's disk. Since then, the peer's version vector
   * tells which changes are lacking. A peer with a new log has opened its store again, and knows
   * less of its own state.
   *
   * @param logId the peer's log at that digest
   * @param wasComplete whether the peer's store was complete at that digest
   * @param isOutdated whether this node is known to lack a change that no node sends again
   */
  private record State(long logId, boolean wasComplete, boolean isOutdated)
      implements Transferred {}

  /** The version vector of a peer that is ahead of this node, and the time since when. */
  private record Ahead(Map<Long, Long> versionVector, long since) {}

  /** The last comparison of states, and the number of buckets that differed. */
  private record Comparison(long at, int divergentBuckets) {}

  /**
   * Creates the state of a peer that has just appeared. The peer is lagging, because no change is
   * known to be on its disk.
   *
   * @param now the time of its appearance
   */
  PeerState(Peer process, long now) {
    this.process = process;
    this.laggingSince = now;
  }

  /** Returns the process, as the transport knows it. */
  Peer process() {
    return process;
  }

  // The peer's heartbeat.

  /** Takes a heartbeat of the peer. */
  void heard(Heartbeat heartbeat) {
    said = heartbeat;
    versionVector = VersionVectors.of(heartbeat.getVersionVectorList());
  }

  /**
   * Notes that the peer has answered a request.
   *
   * @param sentAt the time when the request was sent
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

  Map<Long, Long> versionVector() {
    return versionVector;
  }

  /** Returns the peer's log; 0 before the first heartbeat. */
  long logId() {
    return said == null ? 0 : said.getLogId();
  }

  /** Returns the identity of the peer's store; 0 before the first heartbeat. */
  long node() {
    return said == null ? 0 : said.getNode();
  }

  /**
   * Returns the highest hybrid clock reading that the peer has reported; 0 before the first
   * heartbeat.
   */
  long clock() {
    return said == null ? 0 : said.getClock();
  }

  /** Returns whether the peer's store is complete. A peer never quarantines a complete store. */
  boolean isComplete() {
    return said != null && said.getComplete();
  }

  // The contact with the peer.

  /**
   * Returns when the last answered request was sent. The result is long ago if no request was
   * answered.
   */
  long heardAt(long now) {
    return heardAt == null ? now - Long.MAX_VALUE / 2 : heardAt;
  }

  /**
   * Returns whether the peer has perhaps gone, so that its remaining changes are copied from other
   * peers.
   */
  boolean isSilent(long now) {
    return heardAt == null || now - heardAt > Timeouts.SILENCE.toNanos();
  }

  /** Returns whether the peer has answered a request within the lease. */
  boolean isReachable(long now) {
    return heardAt != null && now - heardAt <= Timeouts.LEASE.toNanos();
  }

  // The peer's clock.

  /**
   * Notes the reading of the peer's wall clock. The peer took the reading between question and
   * answer.
   *
   * @param sentAt the time when the question was sent
   * @param now the time when the answer came
   */
  void clockHeard(long wallMillis, long sentAt, long now) {
    clockSample = ClockSample.between(wallMillis, sentAt, now);
  }

  /** Returns the last reading of the peer's wall clock; null before the first heartbeat. */
  @Nullable ClockSample clockSample() {
    return clockSample;
  }

  // The state transfers from the peer.

  /**
   * Notes that a state transfer begins. The transfer brings the changes that are known to be
   * lacking.
   */
  void transferBegins() {
    if (transferred instanceof State state) {
      transferred = new State(state.logId, state.wasComplete, false);
    }
  }

  /** Notes that this node has all that the peer had at a digest, in the given log of the peer. */
  void transferred(long logId, boolean wasComplete) {
    transferred = new State(logId, wasComplete, false);
  }

  /** Notes that this node lacks changes of the peer that no node sends again. */
  void transferNeeded() {
    if (transferred instanceof State state) {
      transferred = new State(state.logId, state.wasComplete, true);
    }
  }

  /** Notes that this node no longer has the copied groups. */
  void transferLost() {
    transferred = new Nothing();
  }

  /**
   * Returns whether this node has all that the peer had when the peer appeared. The peer's version
   * vector tells which later changes are lacking.
   */
  boolean isTransferred() {
    return said != null && transferred instanceof State state && state.logId == said.getLogId();
  }

  /**
   * Returns whether the peer counts for the read quorum. A new store was perhaps filled with
   * changes whose logs are missing in its version vector. So the peer counts only if its state was
   * copied after its store was complete.
   */
  boolean countsForReadQuorum() {
    return isTransferred() && transferred instanceof State state && state.wasComplete;
  }

  /** Returns whether a state transfer would bring lacking changes, or make the peer count. */
  boolean needsTransfer() {
    return !isTransferred()
        || (transferred instanceof State state
            && (state.isOutdated || (isComplete() && !state.wasComplete)));
  }

  /** Notes the end of a comparison of the peer's state with the state of this node. */
  void compared(int divergentBuckets, long now) {
    comparison = new Comparison(now, divergentBuckets);
  }

  boolean isComparisonDue(long now) {
    return sinceComparison(now) > Timeouts.COMPARISON.toNanos();
  }

  /**
   * Returns the nanoseconds since the last comparison of states; the maximum before the first
   * comparison.
   */
  long sinceComparison(long now) {
    return comparison == null ? Long.MAX_VALUE : now - comparison.at;
  }

  /** Returns the number of buckets that differed in the last comparison. */
  int divergentBuckets() {
    return comparison == null ? 0 : comparison.divergentBuckets;
  }

  /** Compares version vectors. Notes since when this node has lacked a change that the peer has. */
  void compare(Map<Long, Long> own, long now) {
    // A peer that opened its store again perhaps has less than before.
    if (ahead != null
        && (VersionVectors.cover(own, ahead.versionVector)
            || !VersionVectors.cover(versionVector, ahead.versionVector))) {
      ahead = null;
    }
    if (ahead == null && !VersionVectors.cover(own, versionVector)) {
      ahead = new Ahead(new HashMap<>(versionVector), now);
    }
  }

  /** Returns for how many nanoseconds this node has lacked a change that the peer has. */
  long trailing(long now) {
    return ahead == null ? 0 : now - ahead.since;
  }

  /** Returns the logs of which the peer is known to have more than this node. */
  Set<Long> streamsAhead(Map<Long, Long> own) {
    Set<Long> logIds = new HashSet<>();
    versionVector.forEach(
        (logId, offset) -> {
          if (own.getOrDefault(logId, 0L) < offset) {
            logIds.add(logId);
          }
        });
    return logIds;
  }

  // The peer's progress in this node's log.

  /**
   * Adds changes of this node to the outbox of the peer.
   *
   * @return false if the peer is too slow; the outbox is then empty, and the peer copies the
   *     lacking changes
   */
  boolean enqueue(long logId, long first, List<byte[]> changes) {
    return outbox.add(logId, first, changes);
  }

  /** Returns the next batch. Returns null if no change waits or a batch is under way. */
  @Nullable Changes nextBatch() {
    return outbox.next();
  }

  /** Notes that a batch is on the peer's disk. */
  void batchAcknowledged(Changes batch, ChangesAnswer answer) {
    refusal = null;
    outbox.arrived(batch);
    progress.acknowledged(
        batch.getLogId(), batch.getFirst(), batch.getFirst() + batch.getStatesCount() - 1);
    progress.reached(batch.getLogId(), answer.getReached());
  }

  /** Makes a batch that perhaps did not arrive the next batch again. */
  void batchFailed(Changes batch) {
    outbox.failed(batch);
  }

  /** Notes the peer's progress in this node's log, as the peer's version vector reports it. */
  void reached(long logId, long offset) {
    progress.reached(logId, offset);
  }

  /**
   * Returns the offset that the peer has reached in a log of this node. Changes in the outbox do
   * not count, even if the peer has copied them. The peer's answer will report their outcome.
   */
  long reached(long logId) {
    return Math.min(progress.reached(logId), outbox.firstUnacknowledged(logId) - 1);
  }

  /**
   * Returns whether the peer has this change but has not reported its outcome. Such a change came
   * with a state transfer. A newer version of the group was perhaps there before.
   */
  boolean hasUnacknowledged(long logId, long offset) {
    return reached(logId) >= offset && !progress.isAcknowledged(logId, offset);
  }

  /** Notes that acknowledgements no longer wait for the peer. */
  void fellBehind(long since) {
    if (laggingSince == null) {
      laggingSince = since;
    }
  }

  /** Notes that the peer has all that this node has. */
  void caughtUp() {
    laggingSince = null;
  }

  /** Returns whether the peer is lagging, so that acknowledgements do not wait for the peer. */
  boolean isLagging() {
    return laggingSince != null;
  }

  /** Returns for how many nanoseconds the peer has been behind; 0 while the peer keeps up. */
  long lagging(long now) {
    return laggingSince == null ? 0 : now - laggingSince;
  }

  /**
   * Notes why the peer refuses changes, or why this node refuses the peer's heartbeat.
   *
   * @param reason null if the peer did not answer
   * @return whether the reason differs from the reason before
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
