package io.holdfast.cluster.hazelcast;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.hazelcast.core.Hazelcast;
import com.hazelcast.core.HazelcastInstance;
import io.holdfast.cluster.transport.AuthenticatedTransport;
import io.holdfast.cluster.transport.Discovery;
import io.holdfast.cluster.transport.HostPort;
import io.holdfast.cluster.transport.Peer;
import io.holdfast.cluster.transport.RecordingReceiver;
import io.holdfast.cluster.transport.Transport;
import io.holdfast.cluster.transport.Transport.TrafficClass;
import io.holdfast.cluster.transport.TransportContract;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Real members on loopback ports of this process. */
@Tag("cluster")
class HazelcastTransportTest extends TransportContract {
  private final List<HostPort> ports = Ports.free(4);
  private final List<HostPort> peers = new ArrayList<>(ports.subList(0, 3));

  private String secret = "s";

  private Discovery discovery(int number) {
    return new Discovery(
        ports.get(number), ports.get(number), peers, "test", "n" + number, secret.getBytes(UTF_8));
  }

  @Override
  protected Transport transport(int number) {
    return AuthenticatedTransport.over(
        discovery(number), System::nanoTime, HazelcastTransport.with(System::nanoTime));
  }

  /**
   * Threads of a Hazelcast that ends throw when they answer; the tests look at what callers get.
   */
  @BeforeAll
  static void leaveHazelcastsThreadsAlone() {
    Awaitility.doNotCatchUncaughtExceptionsByDefault();
  }

  @AfterAll
  static void nothingIsLeft() {
    assertEquals(0, Hazelcast.getAllHazelcastInstances().size());
  }

  private HazelcastInstance instance(int number) {
    return Hazelcast.getAllHazelcastInstances().stream()
        .filter(
            member ->
                member.getCluster().getLocalMember().getAddress().getPort()
                    == ports.get(number).port())
        .findAny()
        .orElseThrow();
  }

  @Test
  void nothingButTheMemberPort_isOpen_andNothingCallsHome() {
    Node a = start(0);
    Node b = start(1);
    awaitPeers(1, a, b);
    var config = instance(0).getConfig();

    assertEquals(1, config.getAdvancedNetworkConfig().getEndpointConfigs().size());
    assertEquals("false", config.getProperty("hazelcast.phone.home.enabled"));
    assertEquals("false", config.getProperty("hazelcast.socket.bind.any"));
    assertTrue(
        config.getSerializationConfig().getJavaSerializationFilterConfig().isDefaultsDisabled());
  }

  @Test
  void memberThatEndsBehindOurBack_comesBackAsAnotherPeer() throws Exception {
    Node a = start(0);
    Node b = start(1);
    awaitPeers(1, a, b);
    Peer before = a.onlyPeer();

    instance(1).getLifecycleService().terminate();

    await()
        .atMost(SOON)
        .untilAsserted(
            () -> {
              assertEquals(1, a.receiver().present().size());
              assertNotEquals(before, a.onlyPeer());
              assertEquals(1, b.receiver().present().size());
            });
    assertEquals(2, b.receiver().appearances());
    assertArrayEquals(new byte[] {1}, get(a.ask(TrafficClass.DATA, new byte[] {1})));
    assertArrayEquals(new byte[] {2}, get(b.ask(TrafficClass.DATA, new byte[] {2})));
  }

  /** Two clusters that do not know of each other at first, as after a partition. */
  @Test
  void clustersThatMeet_merge_andEverybodyIsTold() throws Exception {
    peers.clear();
    peers.add(ports.get(0));
    peers.add(ports.get(1));
    Node a = start(0);
    Node b = start(1);
    awaitPeers(1, a, b);
    peers.clear();
    Node alone = start(2);
    await().atMost(SOON).until(() -> Hazelcast.getAllHazelcastInstances().size() == 3);
    assertEquals(0, alone.receiver().appearances());

    PeerAddresses addresses =
        (PeerAddresses)
            instance(2).getConfig().getAdvancedNetworkConfig().getJoin().getTcpIpConfig();
    addresses.add(ports.get(0));

    awaitPeers(2, a, b, alone);
    assertEquals(2, a.receiver().appearances());
    for (Peer peer : alone.receiver().present()) {
      assertArrayEquals(
          new byte[] {9}, get(alone.transport().send(peer, TrafficClass.DATA, new byte[] {9})));
    }
  }

  @Test
  void wrongPeerAddresses_doNoHarm() {
    peers.add(new HostPort("127.0.0.1", ports.get(3).port()));
    peers.add(new HostPort("no-such-host.invalid", 1));

    awaitPeers(2, start(0), start(1), start(2));
  }

  /** The node that starts first. The others find this node and wait for its word. */
  @Test
  void nodeWithAnotherSecret_keepsNobodyFromForming() {
    secret = "another";
    Node other = start(2);
    await().atMost(SOON).until(() -> Hazelcast.getAllHazelcastInstances().size() == 1);
    secret = "s";

    awaitPeers(1, start(0), start(1));

    assertEquals(0, other.receiver().appearances());
  }

  @Test
  void namesOfPeers_areResolved() {
    peers.replaceAll(peer -> new HostPort("localhost", peer.port()));

    awaitPeers(2, start(0), start(1), start(2));
  }

  @Test
  void ipv6Nodes_findEachOther() throws Exception {
    ports.replaceAll(port -> new HostPort("::1", port.port()));
    peers.replaceAll(peer -> new HostPort("::1", peer.port()));
    Node a = start(0);
    Node b = start(1);

    awaitPeers(1, a, b);

    assertArrayEquals(new byte[] {6}, get(a.ask(TrafficClass.DATA, new byte[] {6})));
  }

  @Test
  void listenAddressThatIsTaken_isToldAtOnce() {
    start(0);
    await().atMost(SOON).until(() -> !Hazelcast.getAllHazelcastInstances().isEmpty());
    Transport second = transport(0);

    UncheckedIOException refused =
        assertThrows(UncheckedIOException.class, () -> second.start(new RecordingReceiver()));

    assertTrue(refused.getMessage().contains("cluster.listen-address: \"" + ports.get(0)));
    second.close();
  }

  @Test
  void close_whileItJoins_ends() {
    Node a = start(0);

    a.transport().close();
    await().atMost(SOON).until(() -> Hazelcast.getAllHazelcastInstances().isEmpty());
  }
}
