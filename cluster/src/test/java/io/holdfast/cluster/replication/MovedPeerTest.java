package io.holdfast.cluster.replication;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.holdfast.cluster.transport.Peer;
import io.holdfast.cluster.transport.Transport;
import java.time.InstantSource;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** A peer that is back under another address before the transport knows that it has gone. */
final class MovedPeerTest {
  private final ThreeNodes nodes = new ThreeNodes();
  private final SimulatedNode.Life node = nodes.life(0);
  private final NodeBehindTwoAddresses transport = new NodeBehindTwoAddresses();
  private final Replica replica =
      new Replica(
          new LocalNode(
              ThreeNodes.options(0),
              node.store,
              node,
              new ClusterClock(InstantSource.system(), node::nanos),
              new SimulatedNode.NoCounters()),
          transport,
          Runnable::run);
  private final Peer old = new Peer(UUID.randomUUID(), "10.0.0.1:1");
  private final Peer moved = new Peer(UUID.randomUUID(), "10.0.0.2:1");

  @Test
  void peerUnderAnotherAddress_replacesItsOldSelf() {
    replica.start();
    transport.receiver.appeared(old);
    nodes.run(ThreeNodes.SECOND);
    assertEquals(List.of("10.0.0.1:1"), addresses());

    transport.receiver.appeared(moved);
    nodes.run(ThreeNodes.SECOND);
    assertEquals(List.of("10.0.0.2:1"), addresses());

    transport.receiver.disappeared(old);
    nodes.run(ThreeNodes.SECOND);
    assertEquals(List.of("10.0.0.2:1"), addresses());
    replica.stop();
  }

  private List<String> addresses() {
    return replica.status().members().stream().map(ClusterStatus.Member::address).toList();
  }

  /** Whatever the address, the same process answers. */
  private final class NodeBehindTwoAddresses implements Transport {
    private @Nullable Receiver receiver;

    @Override
    public void start(Receiver started) {
      receiver = started;
    }

    @Override
    public CompletableFuture<byte[]> send(Peer to, TrafficClass trafficClass, byte[] request) {
      return nodes.life(1).replica.received(to, request);
    }

    @Override
    public void close() {}
  }
}
