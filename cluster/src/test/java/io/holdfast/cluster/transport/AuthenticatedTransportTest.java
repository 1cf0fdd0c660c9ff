package io.holdfast.cluster.transport;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.cluster.transport.Transport.TrafficClass;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * The senders and messages that are let through. Names are in the order of the alphabet: the lower
 * one begins.
 */
@Tag("cluster")
class AuthenticatedTransportTest {
  private static final Duration SOON = Duration.ofSeconds(10);

  private final LoopbackNetwork network = new LoopbackNetwork();
  private final List<Transport> transports = new ArrayList<>();
  private final RecordingReceiver toldA = new RecordingReceiver();
  private final RecordingReceiver toldB = new RecordingReceiver();
  private final RecordingReceiver toldStranger = new RecordingReceiver();

  private AuthenticatedTransport start(String name, String secret, RecordingReceiver receiver) {
    return start(name, "test", secret, receiver);
  }

  private AuthenticatedTransport start(
      String name, String cluster, String secret, RecordingReceiver receiver) {
    byte[] bytes = secret == null ? null : secret.getBytes(UTF_8);
    AuthenticatedTransport transport =
        new AuthenticatedTransport(
            network.join(name),
            ClusterKey.of(bytes, cluster),
            new SecureRandom(),
            new Refusals(System::nanoTime));
    transports.add(transport);
    transport.start(receiver);
    return transport;
  }

  /** Joins a process without the secret. */
  private NamedTransport stranger(String name) {
    NamedTransport transport = network.join(name);
    transports.add(transport);
    transport.start(toldStranger);
    return transport;
  }

  private void awaitAdmission() {
    await().atMost(SOON).until(() -> toldA.present().size() == 1 && toldB.present().size() == 1);
  }

  private static byte[] get(CompletableFuture<byte[]> answer) throws Exception {
    return answer.get(SOON.toSeconds(), TimeUnit.SECONDS);
  }

  private static void assertFails(CompletableFuture<byte[]> answer) {
    assertThrows(ExecutionException.class, () -> get(answer));
  }

  @AfterEach
  void closeAll() {
    transports.forEach(Transport::close);
    assertEquals(List.of(), toldA.violations());
    assertEquals(List.of(), toldB.violations());
  }

  @Test
  void otherSecret_isNeverAdmitted() {
    AuthenticatedTransport a = start("a", "one", toldA);
    start("b", "other", toldB);

    await().atMost(SOON).until(() -> a.refusedMessages() >= 3);

    assertEquals(0, toldA.appearances());
    assertEquals(0, toldB.appearances());
  }

  @Test
  void secretOnOneSideAlone_isNotEnough() {
    AuthenticatedTransport a = start("a", null, toldA);
    start("b", "secret", toldB);

    await().atMost(SOON).until(() -> a.refusedMessages() >= 3);

    assertEquals(0, toldA.appearances());
    assertEquals(0, toldB.appearances());
  }

  @Test
  void otherClusterName_isNotAdmitted_thoughTheSecretIsRight() {
    AuthenticatedTransport a = start("a", "one", "secret", toldA);
    start("b", "two", "secret", toldB);

    await().atMost(SOON).until(() -> a.refusedMessages() >= 3);

    assertEquals(0, toldA.appearances());
    assertEquals(0, toldB.appearances());
  }

  @Test
  void noSecretOnBothSides_admits() throws Exception {
    AuthenticatedTransport a = start("a", null, toldA);
    start("b", null, toldB);

    awaitAdmission();

    assertArrayEquals(
        new byte[] {1}, get(a.send(toldA.present().get(0), TrafficClass.DATA, new byte[] {1})));
  }

  @Test
  void lostMessages_delayTheAdmissionAlone() {
    AtomicInteger requests = new AtomicInteger();
    AtomicInteger answers = new AtomicInteger();
    network.onRequest((from, to, message) -> requests.getAndIncrement() < 2 ? null : message);
    network.onAnswer(message -> answers.getAndIncrement() < 2 ? null : message);

    start("a", "secret", toldA);
    start("b", "secret", toldB);

    awaitAdmission();
  }

  @Test
  void lostAcceptance_isReplacedByTheFirstRequest() throws Exception {
    network.onAnswer(message -> Envelope.kind(message) == Envelope.ACCEPTED ? null : message);
    start("a", "secret", toldA);
    AuthenticatedTransport b = start("b", "secret", toldB);
    await().atMost(SOON).until(() -> toldB.present().size() == 1);
    assertEquals(0, toldA.appearances());

    byte[] answer = get(b.send(toldB.present().get(0), TrafficClass.DATA, new byte[] {3}));

    assertArrayEquals(new byte[] {3}, answer);
    awaitAdmission();
  }

  @Test
  void replayedRequest_isRefused() throws Exception {
    AuthenticatedTransport a = start("a", "secret", toldA);
    AuthenticatedTransport b = start("b", "secret", toldB);
    awaitAdmission();
    Peer peer = toldA.present().get(0);
    AtomicReference<byte[]> first = new AtomicReference<>();
    network.onRequest(
        (from, to, message) -> first.compareAndSet(null, message) ? message : first.get());
    get(a.send(peer, TrafficClass.DATA, new byte[] {1}));

    assertFails(a.send(peer, TrafficClass.DATA, new byte[] {2}));

    assertEquals(1, toldB.requests().size());
    assertEquals(1, b.refusedMessages());
  }

  @Test
  void requestOfAnEarlierSession_isRefused() throws Exception {
    AuthenticatedTransport a = start("a", "secret", toldA);
    AuthenticatedTransport b = start("b", "secret", toldB);
    awaitAdmission();
    AtomicReference<byte[]> old = new AtomicReference<>();
    network.onRequest(
        (from, to, message) -> {
          old.set(message);
          return message;
        });
    get(a.send(toldA.present().get(0), TrafficClass.DATA, new byte[] {1}));
    network.onRequest((from, to, message) -> message);
    network.cut("a", "b");
    await().atMost(SOON).until(() -> toldA.present().isEmpty() && toldB.present().isEmpty());
    network.heal();
    awaitAdmission();
    long before = b.refusedMessages();

    network.onRequest(
        (from, to, message) -> Envelope.kind(message) == Envelope.REQUEST ? old.get() : message);
    assertFails(a.send(toldA.present().get(0), TrafficClass.DATA, new byte[] {2}));

    assertEquals(1, toldB.requests().size());
    assertTrue(b.refusedMessages() > before);
  }

  @Test
  void ownRequest_sentBack_isRefused() throws Exception {
    start("a", "secret", toldA);
    AuthenticatedTransport b = start("b", "secret", toldB);
    awaitAdmission();
    AtomicReference<byte[]> ofA = new AtomicReference<>();
    network.onRequest(
        (from, to, message) -> {
          if (from.equals("b")) {
            ofA.compareAndSet(null, message);
            return null;
          }
          return message;
        });
    assertFails(b.send(toldB.present().get(0), TrafficClass.DATA, new byte[] {1}));
    network.onRequest((from, to, message) -> ofA.get());
    AuthenticatedTransport a = (AuthenticatedTransport) transports.get(0);

    assertFails(a.send(toldA.present().get(0), TrafficClass.DATA, new byte[] {2}));

    assertEquals(0, toldB.requests().size());
    assertEquals(1, b.refusedMessages());
  }

  @Test
  void alteredRequest_isRefused_whicheverByteItIs() throws Exception {
    AuthenticatedTransport a = start("a", "secret", toldA);
    AuthenticatedTransport b = start("b", "secret", toldB);
    awaitAdmission();
    AtomicInteger position = new AtomicInteger();
    AtomicInteger altered = new AtomicInteger();
    network.onRequest(
        (from, to, message) -> {
          if (Envelope.kind(message) == Envelope.REQUEST && position.get() < message.length) {
            message[position.getAndIncrement()] ^= 1;
            altered.incrementAndGet();
          }
          return message;
        });
    byte[] request = {1, 2, 3};
    for (int i = 0; i < Session.OVERHEAD_BYTES + request.length; i++) {
      assertFails(sendOnceAdmitted(a, request));
    }

    assertEquals(Session.OVERHEAD_BYTES + request.length, altered.get());
    assertEquals(List.of(), toldB.requests());
    assertTrue(b.refusedMessages() >= altered.get());
    assertArrayEquals(request, get(sendOnceAdmitted(a, request)));
  }

  /** After a message without a session the challenge is repeated, which takes a moment. */
  private CompletableFuture<byte[]> sendOnceAdmitted(AuthenticatedTransport a, byte[] request) {
    await()
        .pollDelay(Duration.ZERO)
        .pollInterval(Duration.ofMillis(5))
        .atMost(SOON)
        .until(() -> a.isAdmitted(toldA.present().get(0)));
    return a.send(toldA.present().get(0), TrafficClass.CONTROL, request);
  }

  @Test
  void alteredAnswer_isRefused() throws Exception {
    AuthenticatedTransport a = start("a", "secret", toldA);
    start("b", "secret", toldB);
    awaitAdmission();
    network.onAnswer(
        message -> {
          message[2] ^= 1;
          return message;
        });

    assertFails(a.send(toldA.present().get(0), TrafficClass.DATA, new byte[] {1}));

    assertEquals(1, a.refusedMessages());
  }

  @Test
  void answerOfAnotherRequest_isRefused() throws Exception {
    AuthenticatedTransport a = start("a", "secret", toldA);
    start("b", "secret", toldB);
    awaitAdmission();
    Peer peer = toldA.present().get(0);
    AtomicReference<byte[]> first = new AtomicReference<>();
    network.onAnswer(
        message -> {
          first.compareAndSet(null, message);
          return first.get();
        });
    get(a.send(peer, TrafficClass.DATA, new byte[] {1}));

    assertFails(a.send(peer, TrafficClass.DATA, new byte[] {1}));

    assertEquals(1, a.refusedMessages());
  }

  @Test
  void garbage_isRefusedAndCounted_andHarmsNothing() throws Exception {
    AuthenticatedTransport a = start("a", "secret", toldA);
    AuthenticatedTransport b = start("b", "secret", toldB);
    awaitAdmission();
    NamedTransport stranger = stranger("s");
    await().atMost(SOON).until(() -> toldStranger.present().size() == 2);
    long seed = new SecureRandom().nextLong();
    System.out.println("seed of the garbage: " + seed);
    Random random = new Random(seed);

    for (int i = 0; i < 500; i++) {
      byte[] garbage = new byte[random.nextInt(200)];
      random.nextBytes(garbage);
      if (garbage.length > 2 && random.nextBoolean()) {
        garbage[0] = Envelope.VERSION;
        garbage[1] = (byte) random.nextInt(10);
      }
      for (Peer peer : toldStranger.present()) {
        get(stranger.send(peer, TrafficClass.CONTROL, garbage));
      }
    }

    assertTrue(a.refusedMessages() + b.refusedMessages() > 500);
    assertEquals(1, toldA.appearances());
    assertEquals(1, toldB.appearances());
    assertEquals(List.of(), toldB.requests());
    assertArrayEquals(
        new byte[] {1}, get(a.send(toldA.present().get(0), TrafficClass.DATA, new byte[] {1})));
  }

  @Test
  void strangerWhoPassesOnTheChallenge_isNotAdmitted() {
    NamedTransport middle = stranger("m");
    ConcurrentLinkedQueue<byte[]> relayed = new ConcurrentLinkedQueue<>();
    toldStranger.answer(
        message -> {
          relayed.add(message);
          return middle.send(peerOf("z"), TrafficClass.CONTROL, message);
        });
    start("z", "secret", toldB);
    AuthenticatedTransport a = start("a", "secret", toldA);

    await().atMost(SOON).until(() -> !relayed.isEmpty() && a.refusedMessages() >= 2);

    awaitAdmission();
    assertEquals("z:1", toldA.present().get(0).address());
    assertEquals("a:1", toldB.present().get(0).address());
  }

  private Peer peerOf(String name) {
    return toldStranger.present().stream()
        .filter(peer -> peer.address().startsWith(name))
        .findAny()
        .orElseThrow();
  }

  @Test
  void strangerGetsNothingButChallenges() throws Exception {
    ConcurrentLinkedQueue<byte[]> seen = new ConcurrentLinkedQueue<>();
    network.onRequest(
        (from, to, message) -> {
          if (to.equals("s")) {
            seen.add(message);
          }
          return message;
        });
    stranger("s");
    AuthenticatedTransport a = start("a", "secret", toldA);
    start("b", "secret", toldB);
    awaitAdmission();
    await().atMost(SOON).until(() -> a.refusedMessages() >= 2);

    for (byte[] message : seen) {
      assertEquals(Envelope.HELLO, Envelope.kind(message));
    }
    assertTrue(seen.size() >= 2);
  }
}
