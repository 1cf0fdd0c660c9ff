package io.holdfast.cluster.hazelcast;

import com.hazelcast.internal.networking.HandlerStatus;
import com.hazelcast.internal.nio.Packet;
import com.hazelcast.internal.server.ServerConnection;
import com.hazelcast.internal.server.tcp.PacketDecoder;
import java.util.function.Consumer;

/**
 * A decoder of packets with a limit of their length. The decoder ends the connection at the header
 * of a packet that is too long, before Hazelcast allocates memory. The limit holds for admitted
 * members too.
 *
 * <p>Concurrency: runs on the thread that reads.
 */
final class FrameDecoder extends PacketDecoder {
  private final FrameLimit limit = new FrameLimit();
  private final Consumer<FrameException> refused;

  /**
   * @param refused is called before the connection is closed
   */
  FrameDecoder(
      ServerConnection connection, Consumer<Packet> packets, Consumer<FrameException> refused) {
    super(connection, packets);
    this.refused = refused;
  }

  @Override
  public HandlerStatus onRead() throws Exception {
    try {
      // The superclass reads up to the buffer's position, and moves the rest to the beginning of
      // the buffer.
      limit.check(src);
    } catch (FrameException e) {
      refused.accept(e);
      throw e;
    }
    return super.onRead();
  }
}
