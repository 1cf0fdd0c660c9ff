package io.holdfast.cluster.replication;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.holdfast.proto.cluster.Changes;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The changes that wait to be sent to one peer, in order. The outbox is bounded. When a peer is too
 * slow, all changes are dropped, and the gap tells the peer to copy.
 *
 * <p>Concurrency: confined to the event loop. All outboxes share the encoded changes.
 */
final class Outbox {
  static final int MAX_CHANGES = 1 << 15;
  static final long MAX_BYTES = 16L << 20;

  private static final int MAX_BATCH_CHANGES = 512;
  private static final long MAX_BATCH_BYTES = 1L << 20;

  private final Deque<byte[]> waiting = new ArrayDeque<>();
  private long logId;
  private long first;
  private long bytes;
  private int inFlight;

  /** Adds changes. Returns false if the outbox was full; the outbox is then empty. */
  boolean add(long changesLog, long firstOffset, List<byte[]> changes) {
    if (changesLog != logId || waiting.isEmpty()) {
      clear();
      logId = changesLog;
      first = firstOffset;
    }
    for (byte[] change : changes) {
      waiting.add(change);
      bytes += change.length;
    }
    if (waiting.size() > MAX_CHANGES || bytes > MAX_BYTES) {
      clear();
      return false;
    }
    return true;
  }

  /** Returns the next batch. Returns null if no change waits or a batch is under way. */
  @Nullable Changes next() {
    if (inFlight > 0 || waiting.isEmpty()) {
      return null;
    }
    List<ByteString> batch = new ArrayList<>();
    long batchBytes = 0;
    for (byte[] change : waiting) {
      batchBytes += change.length;
      boolean isFull = batch.size() == MAX_BATCH_CHANGES || batchBytes > MAX_BATCH_BYTES;
      if (isFull && !batch.isEmpty()) {
        break;
      }
      batch.add(UnsafeByteOperations.unsafeWrap(change));
    }
    inFlight = batch.size();
    return Changes.newBuilder().setLogId(logId).setFirst(first).addAllStates(batch).build();
  }

  /** Removes a batch that has arrived. A late answer to a dropped batch changes nothing. */
  void arrived(Changes batch) {
    boolean isFresh = isInFlight(batch);
    for (int i = 0; isFresh && i < batch.getStatesCount(); i++) {
      byte[] change = waiting.remove();
      bytes -= change.length;
      first++;
    }
    inFlight = isFresh ? 0 : inFlight;
  }

  /** Makes a batch that perhaps did not arrive the next batch again. */
  void failed(Changes batch) {
    inFlight = isInFlight(batch) ? 0 : inFlight;
  }

  private boolean isInFlight(Changes batch) {
    return inFlight > 0 && batch.getLogId() == logId && batch.getFirst() == first;
  }

  /**
   * Returns the offset of the first change of this log whose outcome the peer has not reported.
   * Returns the maximum if no such change waits.
   */
  long firstUnacknowledged(long ofLog) {
    return waiting.isEmpty() || ofLog != logId ? Long.MAX_VALUE : first;
  }

  private void clear() {
    waiting.clear();
    bytes = 0;
    inFlight = 0;
  }
}
