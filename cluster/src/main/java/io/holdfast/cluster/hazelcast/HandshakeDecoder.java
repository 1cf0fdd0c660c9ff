package io.holdfast.cluster.hazelcast;

import com.hazelcast.internal.networking.HandlerStatus;
import com.hazelcast.internal.networking.InboundHandler;
import io.holdfast.cluster.transport.Handshake;
import io.holdfast.cluster.transport.HandshakeException;
import java.io.EOFException;
import java.nio.ByteBuffer;

/**
 * A decoder of the other end's part of a {@link Handshake}. The decoder reads none of the later
 * bytes before the other end has proved that it knows the secret.
 *
 * <p>Concurrency: runs on the thread that reads.
 */
final class HandshakeDecoder extends InboundHandler<ByteBuffer, Void> {
  private final Handshake handshake;
  private final HandshakeEncoder encoder;
  private final End end;
  private final InboundHandler<?, ?>[] next;

  /** The receiver of a handshake's outcome, called before the connection is used or closed. */
  interface End {
    /**
     * Reports that the other end knows the secret.
     *
     * @return whether the connection can stay
     */
    boolean admitted();

    /** Reports that the other end does not know the secret. */
    void refused();

    /** Reports the end of the handshake without success, for any reason. */
    void failed();
  }

  HandshakeDecoder(
      Handshake handshake, HandshakeEncoder encoder, End end, InboundHandler<?, ?>... next) {
    this.handshake = handshake;
    this.encoder = encoder;
    this.end = end;
    this.next = next;
  }

  @Override
  public void handlerAdded() {
    initSrcBuffer(Handshake.LONGEST_BYTES);
    awaitMore();
  }

  /** Limits the buffer to the awaited bytes, because the next handler has its own buffer. */
  private void awaitMore() {
    src.clear().limit(handshake.awaitedBytes());
  }

  @Override
  public HandlerStatus onRead() throws EOFException {
    if (src.hasRemaining()) {
      return HandlerStatus.CLEAN;
    }
    byte[] said = new byte[src.flip().remaining()];
    src.get(said);
    byte[] answer = take(said);
    if (handshake.awaitedBytes() > 0) {
      encoder.say(answer);
      awaitMore();
    } else {
      if (!end.admitted()) {
        throw new EOFException("too many connections");
      }
      encoder.sayLast(answer);
      channel.inboundPipeline().replace(this, next);
    }
    return HandlerStatus.CLEAN;
  }

  private byte[] take(byte[] said) throws HandshakeException {
    try {
      return handshake.take(said);
    } catch (HandshakeException e) {
      end.refused();
      throw e;
    }
  }

  @Override
  public void interceptError(Throwable error) throws EOFException {
    end.failed();
    HandshakeException.quieten(error);
  }
}
