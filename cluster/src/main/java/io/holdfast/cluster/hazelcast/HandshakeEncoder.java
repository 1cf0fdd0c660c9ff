package io.holdfast.cluster.hazelcast;

import com.hazelcast.internal.networking.HandlerStatus;
import com.hazelcast.internal.networking.OutboundHandler;
import com.hazelcast.internal.networking.OutboundPipeline;
import com.hazelcast.internal.nio.IOUtil;
import io.holdfast.cluster.transport.Handshake;
import io.holdfast.cluster.transport.HandshakeException;
import java.io.EOFException;
import java.nio.ByteBuffer;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * Writes what a {@link Handshake} says, and holds back what Hazelcast says until the other end has
 * proved that it knows the secret.
 *
 * <p>Concurrency: told what to write by the thread that reads, writes on the one that writes.
 */
final class HandshakeEncoder extends OutboundHandler<Void, ByteBuffer> {
  private final OutboundPipeline pipeline;
  private final OutboundHandler<?, ?>[] next;
  private final Queue<byte[]> unsaid = new ConcurrentLinkedQueue<>();
  private volatile boolean isOver;

  HandshakeEncoder(OutboundPipeline pipeline, byte[] opening, OutboundHandler<?, ?>... next) {
    this.pipeline = pipeline;
    this.next = next;
    unsaid.add(opening);
  }

  void say(byte[] words) {
    unsaid.add(words);
    pipeline.wakeup();
  }

  /** When this is written too, it is Hazelcast's turn. */
  void sayLast(byte[] words) {
    unsaid.add(words);
    isOver = true;
    pipeline.wakeup();
  }

  /** Whether the other end has proved that it knows the secret. From any thread. */
  boolean isOver() {
    return isOver;
  }

  @Override
  public void handlerAdded() {
    initDstBuffer(Handshake.LONGEST_BYTES);
  }

  @Override
  public HandlerStatus onWrite() {
    IOUtil.compactOrClear(dst);
    try {
      // Read before the queue, to which the last words are added before it is set.
      boolean isLast = isOver;
      for (byte[] words = unsaid.poll(); words != null; words = unsaid.poll()) {
        dst.put(words);
      }
      if (dst.position() > 0) {
        return HandlerStatus.DIRTY;
      }
      if (!isLast) {
        return HandlerStatus.BLOCKED;
      }
      pipeline.replace(this, next);
      return HandlerStatus.CLEAN;
    } finally {
      dst.flip();
    }
  }

  @Override
  public void interceptError(Throwable error) throws EOFException {
    HandshakeException.quieten(error);
  }
}
