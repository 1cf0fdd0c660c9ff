package io.holdfast.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PeerAddressesTest {
  private final Map<String, List<String>> names = new HashMap<>();

  private PeerAddresses addresses(String own) throws UnknownHostException {
    return new PeerAddresses(
        List.of(new HostPort("nodes", 9191), new HostPort("10.0.0.9", 9192)),
        InetAddress.getByName(own),
        this::resolve);
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
    PeerAddresses addresses = addresses("10.0.0.3");

    addresses.refresh();

    assertEquals(
        List.of("10.0.0.1:9191", "10.0.0.2:9191", "10.0.0.9:9192"), addresses.getMembers());
  }

  @Test
  void ipv6Node_looksForIpv6PeersAlone() throws Exception {
    names.put("nodes", List.of("10.0.0.1", "fd00:0:0:0:0:0:0:1"));
    PeerAddresses addresses = addresses("fd00::2");

    addresses.refresh();

    assertEquals(List.of("[fd00:0:0:0:0:0:0:1]:9191"), addresses.getMembers());
  }

  @Test
  void nameWhoseAddressesChange_isFollowed() throws Exception {
    names.put("nodes", List.of("10.0.0.1", "10.0.0.2"));
    PeerAddresses addresses = addresses("10.0.0.3");
    addresses.refresh();

    names.put("nodes", List.of("10.0.0.2", "10.0.0.7"));
    addresses.refresh();

    assertEquals(
        List.of("10.0.0.2:9191", "10.0.0.7:9191", "10.0.0.9:9192"), addresses.getMembers());
  }

  @Test
  void nameThatStopsResolving_keepsItsLastAddresses() throws Exception {
    names.put("nodes", List.of("10.0.0.1"));
    PeerAddresses addresses = addresses("10.0.0.3");
    addresses.refresh();

    names.clear();
    addresses.refresh();

    assertEquals(List.of("10.0.0.1:9191", "10.0.0.9:9192"), addresses.getMembers());
  }
}
