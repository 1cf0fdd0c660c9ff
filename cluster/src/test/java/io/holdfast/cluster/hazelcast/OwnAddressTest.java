package io.holdfast.cluster.hazelcast;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.cluster.transport.HostPort;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;

class OwnAddressTest {
  /** For tests of networks: no machine has it. */
  private static final String ELSEWHERE = "198.19.255.254";

  private final Map<String, List<String>> names = new ConcurrentHashMap<>();
  private final int port = Ports.free(1).get(0).port();
  private final OwnAddress own = own("node", "node");

  private OwnAddress own(String listen, String advertise) {
    return new OwnAddress(
        new HostPort(listen, port), new HostPort(advertise, port), this::addresses);
  }

  private InetAddress[] addresses(String name) throws UnknownHostException {
    List<String> found = names.getOrDefault(name, List.of(name));
    InetAddress[] addresses = new InetAddress[found.size()];
    for (int i = 0; i < addresses.length; i++) {
      addresses[i] = InetAddress.getByName(found.get(i));
    }
    return addresses;
  }

  private void is(String name, String... addresses) {
    names.put(name, List.of(addresses));
  }

  @Test
  void nameWithoutAnAddress_isWaitedFor() throws Exception {
    is("node");

    NotYetException early = assertThrows(NotYetException.class, own::find);
    is("node", "127.0.0.1");

    assertEquals(
        "--cluster.listen-address: the name \"node\" has no address yet", early.getMessage());
    assertEquals(InetAddress.getLoopbackAddress(), own.find().advertisedAddress());
  }

  /** Names of nodes that were moved stand for where they were, for a while. */
  @Test
  void nameThatStandsForAnotherMachine_isWaitedFor() throws Exception {
    is("node", ELSEWHERE);

    NotYetException early = assertThrows(NotYetException.class, own::find);
    is("node", ELSEWHERE, "127.0.0.1");

    assertTrue(early.getMessage().contains(ELSEWHERE), early.getMessage());
    assertEquals("127.0.0.1", own.find().advertisedAddress().getHostAddress());
  }

  @Test
  void addressOfAnotherMachine_isAMistake() {
    UncheckedIOException mistake =
        assertThrows(UncheckedIOException.class, own(ELSEWHERE, ELSEWHERE)::find);

    assertTrue(mistake.getMessage().contains("--cluster.listen-address"), mistake.getMessage());
  }

  @Test
  void portThatIsTaken_isAMistake_alsoOfAName() throws Exception {
    is("node", "127.0.0.1");
    try (ServerSocket taken = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
      UncheckedIOException mistake = assertThrows(UncheckedIOException.class, own::find);

      assertTrue(mistake.getMessage().contains("\"node:" + port + "\""), mistake.getMessage());
      assertTrue(taken.isBound());
    }
  }

  @Test
  void nameThatMoves_makesTheOldAddressOutdated() throws Exception {
    is("node", "127.0.0.1");
    NodeAddresses before = own.find();
    assertFalse(own.isOutdated(before));

    is("node", ELSEWHERE);
    assertFalse(own.isOutdated(before), "nothing can be listened on there");
    is("node");
    assertFalse(own.isOutdated(before), "a resolver that fails takes nothing away");
    is("node", "127.0.0.2");
    assertTrue(own.isOutdated(before));
    assertFalse(own.isOutdated(own.find()));
  }

  @Test
  void advertisedName_isFollowedByItself() throws Exception {
    is("public", "192.0.2.1");
    OwnAddress own = own("127.0.0.1", "public");
    NodeAddresses before = own.find();
    assertEquals("192.0.2.1", before.advertisedAddress().getHostAddress());
    assertFalse(own.isOutdated(before));

    is("public", "192.0.2.2");

    assertTrue(own.isOutdated(before));
  }
}
