package io.holdfast.cluster;

import com.hazelcast.config.TcpIpConfig;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where peers may be, as addresses. Hazelcast asks for the list again whenever it looks for others,
 * but takes one address of a name only, and warns about every name that has none.
 *
 * <p>Concurrency: refreshed by one thread; the list is replaced as a whole, so that Hazelcast never
 * sees half of one.
 */
final class PeerAddresses extends TcpIpConfig {
  private static final Logger log = LoggerFactory.getLogger(PeerAddresses.class);

  private final List<HostPort> peers = new CopyOnWriteArrayList<>();
  private final Class<? extends InetAddress> family;

  /** What a name resolved to last: a resolver that fails for a while takes nothing away. */
  private final Map<HostPort, List<String>> known = new HashMap<>();

  private final Set<HostPort> unresolved = new LinkedHashSet<>();
  private volatile List<String> addresses = List.of();

  /**
   * @param own only addresses of its family can be reached from there
   */
  PeerAddresses(List<HostPort> peers, InetAddress own) {
    this.peers.addAll(peers);
    this.family = own.getClass();
    setEnabled(true);
  }

  @Override
  public List<String> getMembers() {
    // The superclass's constructor may ask.
    return addresses == null ? List.of() : addresses;
  }

  /** One more, from the next refresh on. */
  void add(HostPort peer) {
    peers.add(peer);
  }

  /** Asks for every name again. Blocks as long as the resolver does. */
  void refresh() {
    Set<String> all = new LinkedHashSet<>();
    for (HostPort peer : peers) {
      all.addAll(resolve(peer));
    }
    List<String> now = List.copyOf(all);
    if (!now.equals(addresses)) {
      log.atDebug().addKeyValue("addresses", now).log("Addresses of peers");
      addresses = now;
    }
  }

  private List<String> resolve(HostPort peer) {
    try {
      List<String> found = new ArrayList<>();
      for (InetAddress address : InetAddress.getAllByName(peer.host())) {
        if (family.isInstance(address)) {
          found.add(text(address, peer.port()));
        }
      }
      if (!found.isEmpty()) {
        unresolved.remove(peer);
        known.put(peer, found);
        return found;
      }
    } catch (UnknownHostException e) {
      // Told below, as a name without an address of our family is.
    }
    if (unresolved.add(peer)) {
      log.atWarn()
          .addKeyValue("peer", peer)
          .log("The name of a peer has no address now; it is asked for again");
    }
    return known.getOrDefault(peer, List.of());
  }

  /** As Hazelcast reads it. */
  private static String text(InetAddress address, int port) {
    String host = address.getHostAddress();
    return (address instanceof Inet6Address ? "[" + host + "]" : host) + ":" + port;
  }
}
