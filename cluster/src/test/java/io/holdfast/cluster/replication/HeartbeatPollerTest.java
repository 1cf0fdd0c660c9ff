package io.holdfast.cluster.replication;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.cluster.transport.Peer;
import io.holdfast.cluster.transport.Transport;
import io.holdfast.proto.cluster.Answer;
import io.holdfast.proto.cluster.Heartbeat;
import io.holdfast.storage.ReplicatedStore;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Questions whose answers a test gives, in any order. */
final class HeartbeatPollerTest {
  private static final long LOG = 7;

  /** The poller asks nothing of the store. */
  private static final ReplicatedStore STORE = new ThreeNodes().life(0).store;

  private final FakeLoop loop = new FakeLoop();
  private final PeerTable peers = new PeerTable();
  private final PeerState peer = Peers.peer("peer", loop.nanos());
  private final OpenQuestions questions = new OpenQuestions();
  private final List<Long> heardAt = new ArrayList<>();
  private final HeartbeatPoller poller =
      new HeartbeatPoller(
          new LocalNode(
              ThreeNodes.options(0),
              STORE,
              loop,
              new ClusterClock(InstantSource.system(), loop::nanos),
              new SimulatedNode.NoCounters()),
          peers,
          new PeerClient(questions, new SimulatedNode.NoCounters(), new PauseGuard(1, loop)),
          (from, heartbeat, sentAt) -> heardAt.add(sentAt));

  HeartbeatPollerTest() {
    peers.add(peer);
  }

  @Test
  void periodicQuestion_isAskedOnceInAPeriod() {
    poller.tick(loop.nanos());
    poller.tick(loop.nanos());
    assertEquals(1, questions.answers.size());

    loop.pass(Timeouts.HEARTBEAT);
    poller.tick(loop.nanos());
    assertEquals(2, questions.answers.size());
  }

  @Test
  void answer_countsFromItsQuestion() {
    long sentAt = loop.nanos();
    poller.askAll();
    loop.pass(Duration.ofSeconds(1));
    questions.answer(0, heartbeat(0));
    loop.run();
    assertEquals(List.of(sentAt), heardAt);
    assertEquals(sentAt, peer.heardAt(loop.nanos()));
  }

  @Test
  void answerToOlderQuestion_isDropped() {
    poller.askAll();
    loop.pass(Duration.ofMillis(1));
    long second = loop.nanos();
    poller.askAll();
    questions.answer(1, heartbeat(0));
    questions.answer(0, heartbeat(0));
    loop.run();
    assertEquals(List.of(second), heardAt);
  }

  @Test
  void impossibleHeartbeat_isNoSignOfLife() {
    poller.askAll();
    questions.answer(0, heartbeat(1));
    loop.run();
    assertEquals(List.of(), heardAt);
    assertFalse(peer.isReachable(loop.nanos()));
    assertTrue(String.valueOf(peer.refusal()).startsWith("collected watermark 1 "));
  }

  @Test
  void peerThatHasLeftMeanwhile_isNotHeard() {
    poller.askAll();
    peers.remove(peer.process());
    questions.answer(0, heartbeat(0));
    loop.run();
    assertEquals(List.of(), heardAt);
  }

  private static Heartbeat heartbeat(long collectedWatermark) {
    return Peers.heartbeat("peer", LOG).setCollectedWatermark(collectedWatermark).build();
  }

  private static final class OpenQuestions implements Transport {
    private final List<CompletableFuture<byte[]>> answers = new ArrayList<>();

    void answer(int question, Heartbeat heartbeat) {
      answers
          .get(question)
          .complete(Answer.newBuilder().setHeartbeat(heartbeat).build().toByteArray());
    }

    @Override
    public void start(Receiver receiver) {}

    @Override
    public CompletableFuture<byte[]> send(Peer to, TrafficClass trafficClass, byte[] request) {
      CompletableFuture<byte[]> answer = new CompletableFuture<>();
      answers.add(answer);
      return answer;
    }

    @Override
    public void close() {}
  }
}
