package io.holdfast.cluster.hazelcast;

import com.hazelcast.internal.networking.HandlerStatus;
import com.hazelcast.internal.networking.InboundHandler;
import io.holdfast.cluster.transport.Handshake;
import io.holdfast.cluster.transport.HandshakeException;
import java.io.EOFException;
import java.nio.ByteBuffer;

/**
 * Reads what the other end of a connection says in a {@link Handshake}, and nothing of what follows
 * before it has proved that it knows the secret.
 *
 * <p>Concurrency: runs on the thread that reads.
 */
final class HandshakeDecoder extends InboundHandler<ByteBuffer, Void> {
  private final Handshake handshake;
  private final HandshakeEncoder encoder;
  private final End end;
  private final InboundHandler<?, ?>[] next;

  /** Is told how the handshake ends, before the connection is used or closed. */
  interface End {
    /**
     * The other end knows the secret.
     *
     * @return whether the connection may stay
     */
    boolean admitted();

    /** The other end does not know the secret. */
    void refused();

    /** Whatever the reason. */
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

  /** Not a byte more is read: the next handler brings its own buffer. */
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
