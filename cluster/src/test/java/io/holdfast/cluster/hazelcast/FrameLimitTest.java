package io.holdfast.cluster.hazelcast;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.hazelcast.internal.nio.Packet;
import com.hazelcast.internal.nio.PacketIOHelper;
import java.nio.ByteBuffer;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FrameLimitTest {
  private static final int HEADER_BYTES = 11;

  private final FrameLimit limit = new FrameLimit();

  private static ByteBuffer header(int length) {
    return ByteBuffer.allocate(HEADER_BYTES)
        .put(Packet.VERSION)
        .putChar('\0')
        .putInt(-1)
        .putInt(length);
  }

  @Test
  void longestPacket_isTaken() {
    assertDoesNotThrow(() -> limit.check(header(FrameLimit.MAX_FRAME_BYTES)));
  }

  @ParameterizedTest
  @ValueSource(ints = {FrameLimit.MAX_FRAME_BYTES + 1, Integer.MAX_VALUE, -1, Integer.MIN_VALUE})
  void longerPacket_isRefusedAtItsHeader(int length) {
    FrameException refused = assertThrows(FrameException.class, () -> limit.check(header(length)));

    assertTrue(
        refused.getMessage().contains(Integer.toUnsignedString(length)), refused.getMessage());
  }

  @Test
  void headerThatHasArrivedInPart_isWaitedFor() {
    ByteBuffer part = header(Integer.MAX_VALUE);
    part.position(HEADER_BYTES - 1);

    assertDoesNotThrow(() -> limit.check(part));
  }

  /** Hazelcast's own reader moves what is left to the beginning of the buffer. */
  @Test
  void packetsInPieces_areFollowedAsHazelcastReadsThem() throws Exception {
    Random random = new Random(1);
    ByteBuffer sent = ByteBuffer.allocate(1 << 20);
    int packets = 0;
    while (sent.remaining() > 3_000) {
      byte[] payload = new byte[random.nextInt(10) == 0 ? 0 : 8 + random.nextInt(2_000)];
      random.nextBytes(payload);
      new PacketIOHelper().writeTo(new Packet(payload, packets), sent);
      packets++;
    }
    sent.put(header(FrameLimit.MAX_FRAME_BYTES + 1).flip()).flip();
    ByteBuffer source = ByteBuffer.allocate(777);
    PacketIOHelper hazelcast = new PacketIOHelper();

    int read = 0;
    FrameException refused = null;
    while (refused == null && sent.hasRemaining()) {
      int piece = Math.min(1 + random.nextInt(source.remaining()), sent.remaining());
      source.put(sent.slice(sent.position(), piece));
      sent.position(sent.position() + piece);
      try {
        limit.check(source);
      } catch (FrameException e) {
        refused = e;
      }
      source.flip();
      while (refused == null && source.hasRemaining()) {
        Packet packet = hazelcast.readFrom(source);
        if (packet == null) {
          break;
        }
        assertEquals(read++, packet.getPartitionId());
      }
      source.compact();
    }

    assertTrue(refused != null && packets - read < 400, read + " of " + packets);
    assertEquals(0, sent.remaining());
  }
}
