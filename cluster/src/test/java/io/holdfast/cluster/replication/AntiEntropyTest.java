package io.holdfast.cluster.replication;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.holdfast.cluster.transport.Peer;
import io.holdfast.cluster.transport.Transport;
import io.holdfast.proto.cluster.Heartbeat;
import io.holdfast.proto.cluster.ProcessTime;
import io.holdfast.storage.Change;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Which peer a node copies from, and when. */
final class AntiEntropyTest {
  private static final ReplicaOptions OPTIONS = ThreeNodes.options(0);

  private final ThreeNodes nodes = new ThreeNodes();
  private final SimulatedNode.Life node = nodes.life(0);
  private final SilentTransport transport = new SilentTransport();
  private final AntiEntropy antiEntropy =
      new AntiEntropy(
          OPTIONS.quorum(),
          node.store,
          node,
          new PeerClient(transport, new SimulatedNode.NoCounters(), new NoTimes()),
          new SimulatedNode.NoCounters());
  private final MetadataWriter metadata =
      new MetadataWriter(
          OPTIONS,
          node.store,
          node,
          settled(new ClusterClock(InstantSource.system(), node::nanos)));
  private final PeerState one = peer("one");
  private final PeerState other = peer("other");

  @Test
  void peerThatHangs_isLeftForTheOtherAsSoonAsItIsNotHeardFrom() {
    other.transferred(0, true);
    hear(one);
    tick();
    assertEquals(List.of("one"), transport.asked);

    // The one hangs; the other is heard from, and has something that is lacking here.
    nodes.run(Timeouts.LEASE.toNanos() + 1);
    other.transferNeeded();
    hear(other);
    tick();
    nodes.run(Timeouts.RETRY.toNanos());
    tick();
    assertEquals(List.of("one", "other"), transport.asked);
  }

  @Test
  void peerThatIsAboutToBeginAnew_isNotCopiedFrom() {
    forgetDeletes();
    hear(one);
    other.transferred(0, true);
    tick();
    assertEquals(List.of(), transport.asked);

    one.heard(
        Heartbeat.newBuilder()
            .setComplete(true)
            .setDeliveredWatermark(node.store.replicaState().metadata().collectedWatermark())
            .build());
    tick();
    assertEquals(List.of("one"), transport.asked);
  }

  private static ClusterClock settled(ClusterClock clock) {
    clock.settle(clock.wallMillis());
    return clock;
  }

  @Test
  void comparisonInTurn_passesOverPeersThatAreAway() {
    one.transferred(0, true);
    other.transferred(0, true);
    hear(one);
    for (int turn = 0; turn < 3; turn++) {
      nodes.run(Timeouts.COMPARISON.toNanos() + 1);
      hear(other);
      tick();
      assertEquals(turn + 1, transport.asked.size());
      transport.fail();
      nodes.run(Timeouts.RETRY.toNanos());
      other.transferred(0, true);
    }
    assertEquals(List.of("other", "other", "other"), transport.asked);
  }

  @Test
  void comparisonInTurn_comesToEachPeer() {
    one.transferred(0, true);
    other.transferred(0, true);
    for (int turn = 0; turn < 4; turn++) {
      nodes.run(Timeouts.COMPARISON.toNanos() + 1);
      hear(one);
      hear(other);
      tick();
      transport.fail();
      nodes.run(Timeouts.RETRY.toNanos());
      one.transferred(0, true);
      other.transferred(0, true);
    }
    assertEquals(List.of("one", "other", "one", "other"), transport.asked);
  }

  /** Leaves a note that says so. */
  private void forgetDeletes() {
    nodes.submit(0, ThreeNodes.push("gone", "value 1\n"), new ArrayList<>());
    nodes.run(ThreeNodes.SECOND);
    nodes.submit(0, new Change.Delete(ThreeNodes.key("gone")), new ArrayList<>());
    nodes.run(ThreeNodes.SECOND);
    var unused = node.store.purge(node.store.replicaState().clock());
    nodes.run(ThreeNodes.SECOND);
  }

  private void tick() {
    antiEntropy.tick(List.of(one, other), metadata, false);
    nodes.run(1);
  }

  private void hear(PeerState peer) {
    peer.answered(node.nanos());
  }

  private static PeerState peer(String name) {
    PeerState peer = new PeerState(new Peer(UUID.randomUUID(), name), 0);
    peer.heard(Heartbeat.newBuilder().setName(name).setComplete(true).build());
    return peer;
  }

  private static final class NoTimes implements PeerClient.Times {
    @Override
    public ProcessTime now() {
      return ProcessTime.getDefaultInstance();
    }

    @Override
    public void answered(ProcessTime theirs, long sentAt) {}
  }

  /** Takes requests and never answers, as a process that hangs. */
  private static final class SilentTransport implements Transport {
    private final List<String> asked = new ArrayList<>();
    private final List<CompletableFuture<byte[]>> answers = new ArrayList<>();

    /** Ends all open requests without an answer. */
    void fail() {
      answers.forEach(answer -> answer.completeExceptionally(new IllegalStateException("gone")));
      answers.clear();
    }

    @Override
    public void start(Receiver receiver) {}

    @Override
    public CompletableFuture<byte[]> send(Peer to, TrafficClass trafficClass, byte[] request) {
      asked.add(to.address());
      CompletableFuture<byte[]> answer = new CompletableFuture<>();
      answers.add(answer);
      return answer;
    }

    @Override
    public void close() {}
  }
}
