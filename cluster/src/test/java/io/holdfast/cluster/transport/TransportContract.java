package io.holdfast.cluster.transport;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.cluster.transport.Transport.TrafficClass;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What every {@link Transport} does. */
public abstract class TransportContract {
  public static final Duration SOON = Duration.ofSeconds(20);

  /** One process, as the tests see it. */
  public record Node(Transport transport, RecordingReceiver receiver) {
    public Peer onlyPeer() {
      return receiver.present().get(0);
    }

    public CompletableFuture<byte[]> ask(TrafficClass trafficClass, byte[] request) {
      return transport.send(onlyPeer(), trafficClass, request);
    }
  }

  private final List<Node> processes = new ArrayList<>();

  /** One of the processes of a test, numbered from 0, not started. */
  protected abstract Transport transport(int number);

  protected final Node start(int number) {
    Node process = new Node(transport(number), new RecordingReceiver());
    processes.add(process);
    process.transport().start(process.receiver());
    return process;
  }

  protected final void awaitPeers(int peers, Node... of) {
    await()
        .pollInterval(Duration.ofMillis(10))
        .atMost(SOON)
        .untilAsserted(
            () -> {
              for (Node process : of) {
                assertEquals(peers, process.receiver().present().size());
              }
            });
  }

  protected static byte[] get(CompletableFuture<byte[]> answer) throws Exception {
    return answer.get(SOON.toSeconds(), TimeUnit.SECONDS);
  }

  static void assertFails(CompletableFuture<byte[]> answer) {
    assertThrows(ExecutionException.class, () -> get(answer));
  }

  @AfterEach
  void closeAll() {
    processes.forEach(process -> process.transport().close());
    processes.forEach(process -> assertEquals(List.of(), process.receiver().violations()));
  }

  @Test
  void threeProcesses_seeEachOtherOnce() {
    Node[] three = {start(0), start(1), start(2)};

    awaitPeers(2, three);
  }

  @Test
  void send_bringsTheAnswerOfThatRequest() throws Exception {
    Node a = start(0);
    Node b = start(1);
    awaitPeers(1, a, b);
    b.receiver().answer(request -> CompletableFuture.completedFuture(new byte[] {request[0], 7}));

    List<CompletableFuture<byte[]>> answers = new ArrayList<>();
    for (byte i = 0; i < 10; i++) {
      answers.add(a.ask(TrafficClass.CONTROL, new byte[] {i}));
    }

    for (byte i = 0; i < 10; i++) {
      assertArrayEquals(new byte[] {i, 7}, get(answers.get(i)));
    }
    assertArrayEquals(new byte[] {1}, get(b.ask(TrafficClass.DATA, new byte[] {1})));
  }

  @Test
  void emptyMessages_areCarried() throws Exception {
    Node a = start(0);
    Node b = start(1);
    awaitPeers(1, a, b);

    assertArrayEquals(new byte[0], get(a.ask(TrafficClass.DATA, new byte[0])));
  }

  @Test
  void messagesOfAMebibyte_areCarriedWhole() throws Exception {
    Node a = start(0);
    Node b = start(1);
    awaitPeers(1, a, b);
    byte[] big = new byte[1 << 20];
    new Random(1).nextBytes(big);

    assertArrayEquals(big, get(a.ask(TrafficClass.DATA, big)));
  }

  @Test
  void control_doesNotWaitBehindData() throws Exception {
    Node a = start(0);
    Node b = start(1);
    awaitPeers(1, a, b);
    b.receiver()
        .answer(
            request ->
                request[0] == 0
                    ? new CompletableFuture<>()
                    : CompletableFuture.completedFuture(request));
    List<CompletableFuture<byte[]>> stuck = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      stuck.add(a.ask(TrafficClass.DATA, new byte[] {0}));
    }
    await().atMost(SOON).until(() -> !b.receiver().requests().isEmpty());

    byte[] answer = a.ask(TrafficClass.CONTROL, new byte[] {1}).get(1, TimeUnit.SECONDS);

    assertArrayEquals(new byte[] {1}, answer);
    stuck.forEach(TransportContract::assertFails);
  }

  @Test
  void receiverThatFails_failsTheCallAlone() throws Exception {
    Node a = start(0);
    Node b = start(1);
    awaitPeers(1, a, b);
    b.receiver().answer(request -> CompletableFuture.failedFuture(new Unheard()));
    assertFails(a.ask(TrafficClass.DATA, new byte[1]));
    b.receiver()
        .answer(
            request -> {
              throw new IllegalStateException("thrown instead of returned");
            });
    assertFails(a.ask(TrafficClass.CONTROL, new byte[1]));
    b.receiver().answer(CompletableFuture::completedFuture);

    assertArrayEquals(new byte[] {5}, get(a.ask(TrafficClass.DATA, new byte[] {5})));
  }

  /** No other class path would know it. */
  private static final class Unheard extends Exception {
    private static final long serialVersionUID = 1;
  }

  @Test
  void answerThatNeverComes_failsWithinSeconds_andALateOneHurtsNothing() throws Exception {
    Node a = start(0);
    Node b = start(1);
    awaitPeers(1, a, b);
    CompletableFuture<byte[]> late = new CompletableFuture<>();
    b.receiver().answer(request -> late);
    CompletableFuture<byte[]> answer = a.ask(TrafficClass.CONTROL, new byte[] {1});
    assertFails(answer);

    late.complete(new byte[] {2});
    b.receiver().answer(CompletableFuture::completedFuture);

    assertArrayEquals(new byte[] {3}, get(a.ask(TrafficClass.CONTROL, new byte[] {3})));
    assertTrue(answer.isCompletedExceptionally());
  }

  @Test
  void peerThatGoesDuringACall_failsTheCall_andDisappears() throws Exception {
    Node a = start(0);
    Node b = start(1);
    awaitPeers(1, a, b);
    b.receiver().answer(request -> new CompletableFuture<>());
    Peer peer = a.onlyPeer();
    CompletableFuture<byte[]> answer = a.ask(TrafficClass.DATA, new byte[1]);
    await().atMost(SOON).until(() -> !b.receiver().requests().isEmpty());

    b.transport().close();

    assertFails(answer);
    awaitPeers(0, a);
    assertFails(a.transport().send(peer, TrafficClass.CONTROL, new byte[1]));
  }

  @Test
  void processThatComesBack_isAnotherPeer() throws Exception {
    Node a = start(0);
    Node b = start(1);
    awaitPeers(1, a, b);
    Peer before = a.onlyPeer();
    b.transport().close();
    awaitPeers(0, a);

    Node again = start(1);

    awaitPeers(1, a, again);
    assertNotEquals(before.id(), a.onlyPeer().id());
    assertEquals(2, a.receiver().appearances());
    assertArrayEquals(new byte[] {4}, get(a.ask(TrafficClass.DATA, new byte[] {4})));
    assertFails(a.transport().send(before, TrafficClass.DATA, new byte[1]));
  }

  @Test
  void close_failsWhatIsUnderWay() {
    Node a = start(0);
    Node b = start(1);
    awaitPeers(1, a, b);
    b.receiver().answer(request -> new CompletableFuture<>());
    CompletableFuture<byte[]> answer = a.ask(TrafficClass.DATA, new byte[1]);
    Peer peer = a.onlyPeer();

    a.transport().close();

    assertFails(answer);
    assertFails(a.transport().send(peer, TrafficClass.DATA, new byte[1]));
    a.transport().close();
  }
}
