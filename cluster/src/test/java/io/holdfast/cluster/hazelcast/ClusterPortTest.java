package io.holdfast.cluster.hazelcast;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.hazelcast.cluster.Member;
import com.hazelcast.config.Config;
import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.internal.nio.Packet;
import io.holdfast.cluster.transport.AuthenticatedTransport;
import io.holdfast.cluster.transport.Discovery;
import io.holdfast.cluster.transport.Handshake;
import io.holdfast.cluster.transport.HostPort;
import io.holdfast.cluster.transport.Intruder;
import io.holdfast.cluster.transport.RecordingReceiver;
import io.holdfast.cluster.transport.Transport.TrafficClass;
import java.io.IOException;
import java.io.OutputStream;
import java.io.Serializable;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The port of a member: two nodes with a secret, and a stranger before the handshake or behind it.
 */
@Tag("cluster")
class ClusterPortTest {
  private static final Duration SOON = Duration.ofSeconds(20);

  private final List<HostPort> ports = Ports.free(3);
  private final RecordingReceiver toldA = new RecordingReceiver();
  private final RecordingReceiver toldB = new RecordingReceiver();
  private final AuthenticatedTransport a =
      AuthenticatedTransport.over(
          discovery(0), System::nanoTime, HazelcastTransport.with(System::nanoTime));
  private final AuthenticatedTransport b =
      AuthenticatedTransport.over(
          discovery(1), System::nanoTime, HazelcastTransport.with(System::nanoTime));
  private HazelcastInstance stranger;

  private Discovery discovery(int number) {
    return new Discovery(
        ports.get(number), ports.get(number), ports, "test", "n", "secret".getBytes(UTF_8));
  }

  @BeforeEach
  void form() {
    a.start(toldA);
    b.start(toldB);
    await().atMost(SOON).until(() -> toldA.present().size() == 1 && toldB.present().size() == 1);
  }

  @AfterEach
  void theNodesWorkAsBefore() throws Exception {
    assertArrayEquals(
        new byte[] {1},
        a.send(toldA.present().get(0), TrafficClass.DATA, new byte[] {1}).get(5, TimeUnit.SECONDS));
    assertArrayEquals(
        new byte[] {2},
        b.send(toldB.present().get(0), TrafficClass.CONTROL, new byte[] {2})
            .get(5, TimeUnit.SECONDS));
    assertEquals(1, toldA.appearances());
    assertEquals(1, toldB.appearances());
    if (stranger != null) {
      stranger.getLifecycleService().terminate();
    }
    a.close();
    b.close();
  }

  /**
   * A member with our own config, and our own tasks, that has got past the handshake: what is
   * behind that must hold too.
   */
  private void letAStrangerIn() {
    startStranger("secret");
    await().atMost(SOON).until(() -> stranger.getCluster().getMembers().size() == 3);
  }

  private void startStranger(String secret) {
    stranger = GuardedNode.start(strangersConfig(), Intruder.handshakes(secret));
  }

  private Config strangersConfig() {
    InetSocketAddress address = new InetSocketAddress(ports.get(2).host(), ports.get(2).port());
    NodeAddresses addresses = new NodeAddresses(address, address);
    PeerAddresses peers = new PeerAddresses(ports, Names.ofSystem(), System::nanoTime);
    peers.refresh(addresses.advertisedAddress());
    return HazelcastSettings.config("test", addresses, peers);
  }

  @Test
  void memberWithoutTheSecret_staysAlone() {
    startStranger("another");

    await().atMost(SOON).until(() -> a.refusedMessages() + b.refusedMessages() > 0);
    assertEquals(1, stranger.getCluster().getMembers().size());
  }

  /** The first fourteen bytes would have Hazelcast allocate 2 GiB. */
  @Test
  void hugeFrame_isNotRead() throws Exception {
    ByteBuffer frame = ByteBuffer.allocate(3 + Handshake.NONCE_BYTES);
    frame.put("HZC".getBytes(UTF_8)).put(Packet.VERSION).putChar('\0').putInt(-1);
    frame.putInt(Integer.MAX_VALUE);
    long before = a.refusedMessages();

    try (Socket socket = new Socket(ports.get(0).host(), ports.get(0).port())) {
      socket.setSoTimeout((int) SOON.toMillis());
      socket.getOutputStream().write(frame.array());
      int greeting = 3 + Handshake.NONCE_BYTES;
      assertEquals(greeting, socket.getInputStream().readNBytes(greeting).length);
      socket.getOutputStream().write(new byte[32]);
      assertIsClosed(socket);
    }

    assertEquals(before + 1, a.refusedMessages());
  }

  /** The sender knows the secret, or relays the handshake of a node with the secret. */
  @Test
  void hugeFrameBehindTheHandshake_isNotRead() throws Exception {
    long before = a.refusedMessages();

    try (Socket socket = new Socket(ports.get(0).host(), ports.get(0).port())) {
      socket.setSoTimeout((int) SOON.toMillis());
      shakeHands(socket);
      ByteBuffer frame = ByteBuffer.allocate(11);
      frame.put(Packet.VERSION).putChar('\0').putInt(-1).putInt(FrameLimit.MAX_FRAME_BYTES + 1);
      socket.getOutputStream().write(frame.array());
      assertIsClosed(socket);
    }

    assertEquals(before + 1, a.refusedMessages());
  }

  private static void shakeHands(Socket socket) throws IOException {
    Handshake handshake = Intruder.handshakes("secret").dialler();
    socket.getOutputStream().write("HZC".getBytes(UTF_8));
    socket.getOutputStream().write(handshake.opening());
    assertEquals("HZC", new String(socket.getInputStream().readNBytes(3), UTF_8));
    while (handshake.awaitedBytes() > 0) {
      byte[] said = socket.getInputStream().readNBytes(handshake.awaitedBytes());
      socket.getOutputStream().write(handshake.take(said));
    }
  }

  @Test
  void manySilentConnections_areClosedFromTheOldest_andKeepNobodyOut() throws Exception {
    List<Socket> silent = new ArrayList<>();
    try {
      for (int i = 0; i < 3 * Callers.MAX_GREETING; i++) {
        silent.add(new Socket(ports.get(0).host(), ports.get(0).port()));
      }
      for (Socket old : silent.subList(0, 2 * Callers.MAX_GREETING)) {
        old.setSoTimeout((int) SOON.toMillis());
        assertIsClosed(old);
      }
      assertIsOpen(silent.get(silent.size() - 1));
      letAStrangerIn();
    } finally {
      for (Socket socket : silent) {
        socket.close();
      }
    }
  }

  /** With and without the beginning of a handshake. */
  @Test
  void connectionThatSaysTooLittle_isCutOff() throws Exception {
    List<byte[]> beginnings =
        List.of(
            new byte[0],
            "HZ".getBytes(UTF_8),
            "HZC".getBytes(UTF_8),
            new byte[] {'H', 'Z', 'C', 1, 2, 3});
    long before = a.refusedMessages();
    List<Socket> sockets = new ArrayList<>();
    try {
      for (byte[] beginning : beginnings) {
        Socket socket = new Socket(ports.get(0).host(), ports.get(0).port());
        sockets.add(socket);
        socket.setSoTimeout((int) SOON.toMillis());
        socket.getOutputStream().write(beginning);
      }
      for (Socket socket : sockets) {
        assertIsClosedAfterItsGreeting(socket);
      }
    } finally {
      for (Socket socket : sockets) {
        socket.close();
      }
    }

    assertEquals(before + beginnings.size(), a.refusedMessages());
  }

  /** Clients, REST and memcache; the answer is that of a port that does not speak it. */
  @ParameterizedTest
  @ValueSource(strings = {"CP2", "GET / HTTP/1.1\r\n\r\n", "get a\r\n"})
  void anotherProtocol_isTurnedAwayAtOnce(String beginning) throws Exception {
    try (Socket socket = new Socket(ports.get(0).host(), ports.get(0).port())) {
      socket.setSoTimeout((int) SOON.toMillis());
      socket.getOutputStream().write(beginning.getBytes(UTF_8));
      assertEquals("HZX", new String(socket.getInputStream().readNBytes(3), UTF_8));
      assertIsClosed(socket);
    }
  }

  /** The acceptor has said nothing that a stranger could give back to it. */
  @Test
  void reflectedWords_areNoProof() throws Exception {
    long before = a.refusedMessages();
    try (Socket socket = new Socket(ports.get(0).host(), ports.get(0).port())) {
      socket.setSoTimeout((int) SOON.toMillis());
      socket.getOutputStream().write("HZC".getBytes(UTF_8));
      socket.getOutputStream().write(new byte[Handshake.NONCE_BYTES]);
      assertEquals("HZC", new String(socket.getInputStream().readNBytes(3), UTF_8));
      byte[] nonce = socket.getInputStream().readNBytes(Handshake.NONCE_BYTES);
      socket.getOutputStream().write(nonce);
      assertIsClosed(socket);
    }

    assertEquals(before + 1, a.refusedMessages());
  }

  private static void assertIsClosed(Socket socket) throws IOException {
    try {
      assertEquals(-1, socket.getInputStream().read());
    } catch (SocketTimeoutException e) {
      throw new AssertionError("it is still open", e);
    } catch (SocketException e) {
      // Reset: closed as well.
    }
  }

  private static void assertIsClosedAfterItsGreeting(Socket socket) throws IOException {
    try {
      byte[] said = socket.getInputStream().readAllBytes();
      assertTrue(said.length <= 3 + Handshake.NONCE_BYTES, said.length + " bytes");
    } catch (SocketTimeoutException e) {
      throw new AssertionError("it is still open", e);
    } catch (SocketException e) {
      // Reset: closed as well.
    }
  }

  private static void assertIsOpen(Socket socket) throws IOException {
    socket.setSoTimeout(1);
    assertThrows(SocketTimeoutException.class, () -> socket.getInputStream().readNBytes(100));
  }

  private Member member(int number) {
    return stranger.getCluster().getMembers().stream()
        .filter(member -> member.getAddress().getPort() == ports.get(number).port())
        .findAny()
        .orElseThrow();
  }

  private <T> T run(Callable<T> task, Member on) throws Exception {
    Future<T> result =
        stranger
            .getExecutorService(TrafficClasses.executor(TrafficClass.DATA))
            .submitToMember(task, on);
    return result.get(10, TimeUnit.SECONDS);
  }

  @Test
  void strangerInTheCluster_neitherAppearsNorWrites() throws Exception {
    letAStrangerIn();
    long before = a.refusedMessages();
    UUID self = stranger.getCluster().getLocalMember().getUuid();
    byte[] request = Intruder.forgedRequest("push".getBytes(UTF_8));

    for (UUID claimed : List.of(self, member(1).getUuid(), UUID.randomUUID())) {
      byte[] answer =
          run(new RequestTask(claimed, member(0).getUuid(), TrafficClass.DATA, request), member(0));
      assertTrue(answer.length <= 4, "nothing but a refusal");
    }

    await().atMost(SOON).until(() -> a.refusedMessages() > before);
    assertEquals(List.of(), toldA.requests());
    assertEquals(List.of(), toldB.requests());
  }

  @Test
  void javaObjectOfAStranger_isNotMade() throws Exception {
    letAStrangerIn();
    Payload.made = false;

    ExecutionException refused =
        assertThrows(ExecutionException.class, () -> run(new Payload(), member(0)));

    assertTrue(refused.toString().contains("is not allowed"), refused.toString());
    assertFalse(Payload.made);
  }

  /** What a stranger would like to run here. */
  private static final class Payload implements Callable<String>, Serializable {
    private static final long serialVersionUID = 1;
    static volatile boolean made;

    private void readObject(java.io.ObjectInputStream in)
        throws IOException, ClassNotFoundException {
      in.defaultReadObject();
      made = true;
    }

    @Override
    public String call() {
      made = true;
      return "done";
    }
  }

  @Test
  void taskForAnotherMember_isRefused() throws Exception {
    letAStrangerIn();

    byte[] answer =
        run(
            new RequestTask(
                stranger.getCluster().getLocalMember().getUuid(),
                UUID.randomUUID(),
                TrafficClass.DATA,
                new byte[1]),
            member(0));

    assertArrayEquals(Reply.NOT_KNOWN.alone(), answer);
  }

  @Test
  void garbageAtThePort_harmsNothing() throws Exception {
    long seed = new SecureRandom().nextLong();
    System.out.println("seed of the garbage: " + seed);
    Random random = new Random(seed);
    // The beginnings that Hazelcast knows: members, clients, REST, TLS.
    List<byte[]> beginnings =
        List.of(
            new byte[0],
            "HZC".getBytes(UTF_8),
            "CP2".getBytes(UTF_8),
            "GET / HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(UTF_8),
            new byte[] {22, 3, 1});

    for (int i = 0; i < 50; i++) {
      byte[] beginning = beginnings.get(i % beginnings.size());
      byte[] garbage = new byte[random.nextInt(4096)];
      random.nextBytes(garbage);
      if (garbage.length > 0 && random.nextBoolean()) {
        garbage[0] = Packet.VERSION;
      }
      try (Socket socket = new Socket(ports.get(0).host(), ports.get(0).port())) {
        OutputStream out = socket.getOutputStream();
        out.write(beginning);
        out.write(garbage);
        out.flush();
        socket.setSoTimeout(200);
        int unused = socket.getInputStream().read();
      } catch (IOException e) {
        // Closed, or silent: both are right.
      }
    }

    assertEquals(1, toldA.present().size());
  }
}
