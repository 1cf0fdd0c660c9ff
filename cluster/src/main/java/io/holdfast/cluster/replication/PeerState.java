package io.holdfast.cluster.replication;

import io.holdfast.cluster.transport.Peer;
import io.holdfast.proto.cluster.Heartbeat;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What this node knows of a peer, and what it still has to tell it.
 *
 * <p>Concurrency: confined to the event loop.
 */
final class PeerState {
  final Peer peer;
  final Outbox outbox = new Outbox();

  /** The last that the peer said of itself; null before the first word. */
  private @Nullable Heartbeat said;

  private Map<Long, Long> positions = Map.of();

  /** When the request was sent that the peer has answered last: it was there after that. */
  private long heardAt;

  private boolean wasHeard;

  /**
   * The peer's stream when everything of it was last copied here; null if that was not yet done. A
   * peer with another stream has begun anew, and knows less of what it has.
   */
  private @Nullable Long copiedFromStream;

  private boolean wasWholeWhenCopied;

  /** What the peer's wall clock showed, when, and how wrong that may be. */
  private long wallMillis;

  private long wallAt;
  private long wallErrorMillis = -1;

  boolean needsCopy = true;

  /** What the peer has that is not here, since when; null if there is nothing. */
  private @Nullable Map<Long, Long> ahead;

  private long aheadSince;

  /** How far the peer has come in this node's stream, without a gap. */
  private long reachedStream;

  private long reached;

  private long judgedStream;
  private long judgedFirst;
  private long judgedLast;

  /** Acknowledgements do not wait for it. */
  boolean isLagging = true;

  /** Since when it has been behind, for people; 0 if it is not. */
  long laggingSince;

  /** Why the peer refuses what is sent, or null. */
  @Nullable String refusal;

  /** When its state was last compared with this node's. */
  long comparedAt;

  boolean wasCompared;
  int divergentBuckets;

  PeerState(Peer peer) {
    this.peer = peer;
  }

  void heard(Heartbeat heartbeat) {
    said = heartbeat;
    positions = Positions.of(heartbeat.getPositionsList());
  }

  /** An answer to what was sent then has come; false if a later one has come before. */
  boolean answered(long sentAt) {
    boolean isNews = !wasHeard || sentAt - heardAt >= 0;
    heardAt = isNews ? sentAt : heardAt;
    wasHeard = true;
    return isNews;
  }

  /**
   * The peer's wall clock showed this, at some time between the question and its answer.
   *
   * @param sentAt when the question was sent
   * @param now when the answer has come
   */
  void clockHeard(long millis, long sentAt, long now) {
    wallMillis = millis;
    wallAt = sentAt + (now - sentAt) / 2;
    wallErrorMillis = (now - sentAt) / 2 / 1_000_000 + 1;
  }

  boolean hasClock() {
    return wallErrorMillis >= 0;
  }

  /**
   * How far the peer's wall clock is ahead of this node's; negative if it is behind.
   *
   * @param ownWallMillis what this node's shows now
   */
  long clockOffsetMillis(long ownWallMillis, long now) {
    return wallMillis + (now - wallAt) / 1_000_000 - ownWallMillis;
  }

  /** Whether the clocks are further apart than this for sure. */
  boolean isClockAway(long ownWallMillis, long now, long maxSkewMillis) {
    return Math.abs(clockOffsetMillis(ownWallMillis, now)) - wallErrorMillis > maxSkewMillis;
  }

  @Nullable Heartbeat said() {
    return said;
  }

  String name() {
    return said == null || said.getName().isEmpty() ? peer.address() : said.getName();
  }

  Map<Long, Long> positions() {
    return positions;
  }

  long heardAt() {
    return heardAt;
  }

  /** The stream of its own changes; 0 before its first word. */
  long stream() {
    return said == null ? 0 : said.getStream();
  }

  /** The identity of its store; 0 before its first word. */
  long node() {
    return said == null ? 0 : said.getNode();
  }

  /** Whether it may have gone, so that it may not send any more what it has begun to send. */
  boolean isSilent(long now) {
    return !wasHeard || now - heardAt > Timeouts.SILENCE.toNanos();
  }

  /** Whether it was there within the lease. */
  boolean isReachable(long now) {
    return wasHeard && now - heardAt <= Timeouts.LEASE.toNanos();
  }

  /**
   * Whether all that it had when it appeared is here, so that its positions say what is lacking.
   */
  boolean isCopied() {
    return said != null && copiedFromStream != null && copiedFromStream == said.getStream();
  }

  /**
   * Whether it counts as one of the nodes that together have everything. What a new store was
   * filled with may be in no stream whose position it knows: so it counts when it was copied from
   * after that, not before.
   */
  boolean countsForReadQuorum() {
    return isCopied() && wasWholeWhenCopied;
  }

  /** Whether its store has all that it ever acknowledged, and so will not be put aside. */
  boolean isWhole() {
    return said != null && said.getWhole();
  }

  /** Whether another copy would make it count. */
  boolean isWorthCopying() {
    return !isCopied() || (isWhole() && !wasWholeWhenCopied);
  }

  boolean isComparisonDue(long now) {
    return sinceComparison(now) > Timeouts.COMPARISON.toNanos();
  }

  /** Nanoseconds since its state was last compared with this node's; the most if it never was. */
  long sinceComparison(long now) {
    return wasCompared ? now - comparedAt : Long.MAX_VALUE;
  }

  void copied(long stream, boolean isWhole) {
    copiedFromStream = stream;
    wasWholeWhenCopied = isWhole;
    needsCopy = false;
  }

  /** What was copied from it is not here any more. */
  void forgetCopy() {
    copiedFromStream = null;
    wasWholeWhenCopied = false;
    needsCopy = true;
  }

  /** Compares positions: what the peer has and this node has not yet must come within a moment. */
  void compare(Map<Long, Long> own, long now) {
    // A peer whose store was opened anew may not have any more what it had.
    if (ahead != null && (Positions.cover(own, ahead) || !Positions.cover(positions, ahead))) {
      ahead = null;
    }
    if (ahead == null && !Positions.cover(own, positions)) {
      ahead = new HashMap<>(positions);
      aheadSince = now;
    }
  }

  /** For how long, in nanoseconds, this node has lacked something that the peer has. */
  long trailing(long now) {
    return ahead == null ? 0 : now - aheadSince;
  }

  /** Streams of which the peer has something that is not here, as far as is known. */
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

  /** The peer has all of this stream of this node up to here. */
  void reached(long stream, long sequence) {
    reached = stream == reachedStream ? Math.max(reached, sequence) : sequence;
    reachedStream = stream;
  }

  /** The peer has said what became of each of these changes. */
  void judged(long stream, long first, long last) {
    boolean isNextRun = stream != judgedStream || first > judgedLast + 1;
    judgedFirst = isNextRun ? first : Math.min(judgedFirst, first);
    judgedLast = isNextRun ? last : Math.max(judgedLast, last);
    judgedStream = stream;
  }

  /**
   * Whether the peer has this change, but did not say whether something newer of its group was
   * there before: it copied it with a whole state.
   */
  boolean hasUnjudged(long stream, long sequence) {
    boolean isJudged = stream == judgedStream && sequence >= judgedFirst && sequence <= judgedLast;
    return reached(stream) >= sequence && !isJudged;
  }

  /** The highest hybrid clock reading that the peer has told of. */
  long clock() {
    return said == null ? 0 : said.getClock();
  }

  /**
   * How far the peer has come in a stream of this node. What is still to be sent does not count,
   * even if the peer has copied it: its answer will tell what became of it.
   */
  long reached(long stream) {
    return stream == reachedStream ? Math.min(reached, outbox.firstUnjudged(stream) - 1) : 0;
  }
}
