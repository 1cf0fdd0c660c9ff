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
 * An encoder of this end's part of a {@link Handshake}. Hazelcast's own bytes wait until the other
 * end has proved that it knows the secret.
 *
 * <p>Concurrency: the thread that reads adds the bytes; the thread that writes sends the bytes.
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

  /** Adds the last bytes of the handshake. Hazelcast's own bytes follow. */
  void sayLast(byte[] words) {
    unsaid.add(words);
    isOver = true;
    pipeline.wakeup();
  }

  /**
   * Returns whether the other end has proved that it knows the secret. Any thread can call this
   * method.
   */
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
      // The flag is read before the queue, because the last bytes join the queue before the flag is
      // set.
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
