package io.holdfast.cluster.hazelcast;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.cluster.transport.HostPort;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PeerAddressesTest {
  private final Map<String, List<String>> names = new ConcurrentHashMap<>();

  private static final InetAddress OWN = address("10.0.0.3");

  private final PeerAddresses addresses =
      new PeerAddresses(
          List.of(new HostPort("nodes", 9191), new HostPort("10.0.0.9", 9192)),
          this::resolve,
          System::nanoTime);

  private static InetAddress address(String text) {
    try {
      return InetAddress.getByName(text);
    } catch (UnknownHostException e) {
      throw new AssertionError(e);
    }
  }

  private static List<String> resolved(PeerAddresses addresses) {
    return addresses.resolve(OWN).stream().map(HostPort::toString).toList();
  }

  @AfterEach
  void close() {
    addresses.close();
  }

  private InetAddress[] resolve(String name) throws UnknownHostException {
    if (Character.isDigit(name.charAt(0))) {
      return InetAddress.getAllByName(name);
    }
    List<String> found = names.get(name);
    if (found == null) {
      throw new UnknownHostException(name);
    }
    InetAddress[] addresses = new InetAddress[found.size()];
    for (int i = 0; i < addresses.length; i++) {
      addresses[i] = InetAddress.getByName(found.get(i));
    }
    return addresses;
  }

  @Test
  void nameWithSeveralAddresses_standsForSeveralPeers() throws Exception {
    names.put("nodes", List.of("10.0.0.1", "10.0.0.2", "fd00::1"));
    assertEquals(List.of("10.0.0.1:9191", "10.0.0.2:9191", "10.0.0.9:9192"), resolved(addresses));
  }

  @Test
  void ipv6Node_looksForIpv6PeersAlone() throws Exception {
    names.put("nodes", List.of("10.0.0.1", "fd00:0:0:0:0:0:0:1"));
    assertEquals(
        Set.of(new HostPort("fd00:0:0:0:0:0:0:1", 9191)), addresses.resolve(address("fd00::2")));
  }

  @Test
  void nameWhoseAddressesChange_isFollowed() throws Exception {
    names.put("nodes", List.of("10.0.0.1", "10.0.0.2"));
    assertEquals(3, resolved(addresses).size());

    names.put("nodes", List.of("10.0.0.2", "10.0.0.7"));
    assertEquals(List.of("10.0.0.2:9191", "10.0.0.7:9191", "10.0.0.9:9192"), resolved(addresses));
  }

  @Test
  void nameThatStopsResolving_keepsItsLastAddresses() throws Exception {
    names.put("nodes", List.of("10.0.0.1"));
    assertEquals(2, resolved(addresses).size());

    names.clear();
    assertEquals(List.of("10.0.0.1:9191", "10.0.0.9:9192"), resolved(addresses));
  }

  /** A resolver that is out of order takes tens of seconds to say so. */
  @Test
  void nameWhoseLookUpHangs_delaysNoOther_andIsNotAskedForTwice() throws Exception {
    CountDownLatch answered = new CountDownLatch(1);
    AtomicInteger asked = new AtomicInteger();
    Names slow =
        name -> {
          if (name.equals("slow")) {
            asked.incrementAndGet();
            awaitUninterruptibly(answered);
          }
          return resolve(name);
        };
    names.put("slow", List.of("10.0.0.5"));
    names.put("quick", List.of("10.0.0.6"));
    List<HostPort> peers = List.of(new HostPort("slow", 1), new HostPort("quick", 2));

    try (PeerAddresses addresses = new PeerAddresses(peers, slow, System::nanoTime)) {
      assertEquals(List.of("10.0.0.6:2"), resolved(addresses));
      assertEquals(List.of("10.0.0.6:2"), resolved(addresses));
      assertEquals(1, asked.get());

      answered.countDown();
      await()
          .untilAsserted(
              () -> assertEquals(List.of("10.0.0.5:1", "10.0.0.6:2"), resolved(addresses)));
    }
  }

  private static void awaitUninterruptibly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** A node that starts at this moment refuses connections, and listens a moment later. */
  @Test
  void addressWhereNobodyListens_isLookedAtWhenHazelcastStarts_andNotLater() throws Exception {
    List<HostPort> ports = Ports.free(3);
    try (ServerSocket listening = listen(ports.get(0));
        ServerSocket member = listen(ports.get(1));
        PeerAddresses addresses = new PeerAddresses(ports, Names.ofSystem(), System::nanoTime)) {
      addresses.refresh(InetAddress.getLoopbackAddress());
      assertEquals(3, addresses.getMembers().size());

      addresses.refresh(InetAddress.getLoopbackAddress(), Set.of(ports.get(1)));

      assertEquals(List.of(ports.get(0).toString()), addresses.getMembers());
      assertTrue(listening.isBound() && member.isBound());
    }
  }

  private static ServerSocket listen(HostPort port) throws IOException {
    return new ServerSocket(port.port(), 10, InetAddress.getByName(port.host()));
  }
}
