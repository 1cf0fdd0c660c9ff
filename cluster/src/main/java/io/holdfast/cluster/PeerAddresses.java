package io.holdfast.cluster;

import com.hazelcast.config.TcpIpConfig;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Collection;
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

  private static final int PROBE_MILLIS = 500;

  /** All addresses of a name, of any family. */
  interface Resolver {
    InetAddress[] addresses(String name) throws UnknownHostException;
  }

  private final List<HostPort> peers = new CopyOnWriteArrayList<>();
  private final Class<? extends InetAddress> family;
  private final Resolver resolver;

  /** What a name resolved to last: a resolver that fails for a while takes nothing away. */
  private final Map<HostPort, List<HostPort>> known = new HashMap<>();

  private final Set<HostPort> unresolved = new LinkedHashSet<>();
  private volatile List<String> addresses = List.of();

  /**
   * @param own only addresses of its family can be reached from there
   */
  PeerAddresses(List<HostPort> peers, InetAddress own, Resolver resolver) {
    this.peers.addAll(peers);
    this.family = own.getClass();
    this.resolver = resolver;
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
    replace(resolveAll());
  }

  /**
   * The same, and leaves out where nobody listens: Hazelcast waits 5 s for each of those whenever
   * it looks for other clusters, and in order, so that one node that is down would delay the
   * healing of the others, and their shutdown.
   *
   * @param members where nobody need look
   */
  void refresh(Set<HostPort> members) {
    List<HostPort> listening = new ArrayList<>();
    for (HostPort address : resolveAll()) {
      if (!members.contains(address) && isListening(address)) {
        listening.add(address);
      }
    }
    replace(listening);
  }

  private static boolean isListening(HostPort address) {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(address.host(), address.port()), PROBE_MILLIS);
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  private void replace(Collection<HostPort> found) {
    List<String> now = found.stream().map(HostPort::toString).toList();
    if (!now.equals(addresses)) {
      log.atDebug().addKeyValue("addresses", now).log("Addresses of peers");
      addresses = now;
    }
  }

  private Set<HostPort> resolveAll() {
    Set<HostPort> all = new LinkedHashSet<>();
    peers.forEach(peer -> all.addAll(resolve(peer)));
    return all;
  }

  private List<HostPort> resolve(HostPort peer) {
    try {
      List<HostPort> found = new ArrayList<>();
      for (InetAddress address : resolver.addresses(peer.host())) {
        if (family.isInstance(address)) {
          found.add(new HostPort(address.getHostAddress(), peer.port()));
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
}
