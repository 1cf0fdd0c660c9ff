package io.holdfast.cluster.hazelcast;

import com.hazelcast.internal.networking.HandlerStatus;
import com.hazelcast.internal.nio.Packet;
import com.hazelcast.internal.server.ServerConnection;
import com.hazelcast.internal.server.tcp.PacketDecoder;
import java.util.function.Consumer;

/**
 * Reads packets, and ends the connection at the header of one that is too long, before Hazelcast
 * allocates room for it. Members are not trusted to the length of a packet either.
 *
 * <p>Concurrency: runs on the thread that reads.
 */
final class FrameDecoder extends PacketDecoder {
  private final FrameLimit limit = new FrameLimit();
  private final Consumer<FrameException> refused;

  /**
   * @param refused is told before the connection is closed
   */
  FrameDecoder(
      ServerConnection connection, Consumer<Packet> packets, Consumer<FrameException> refused) {
    super(connection, packets);
    this.refused = refused;
  }

  @Override
  public HandlerStatus onRead() throws Exception {
    try {
      // The superclass reads as far, and moves what is left to the beginning of the buffer.
      limit.check(src);
    } catch (FrameException e) {
      refused.accept(e);
      throw e;
    }
    return super.onRead();
  }
}
