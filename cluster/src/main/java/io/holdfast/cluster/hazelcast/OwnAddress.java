package io.holdfast.cluster.hazelcast;

import io.holdfast.cluster.transport.HostPort;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Where this node is, as it was told: by names perhaps, which stand for nothing yet when the node
 * starts, for where it was before, or for another address later.
 */
final class OwnAddress {
  private static final Pattern IPV4 = Pattern.compile("[0-9.]+");

  private final HostPort listen;
  private final HostPort advertise;
  private final Names names;

  OwnAddress(HostPort listen, HostPort advertise, Names names) {
    this.listen = listen;
    this.advertise = advertise;
    this.names = names;
  }

  /**
   * Asks what both stand for now.
   *
   * @throws NotYetException if a name may stand for an address of this node later
   * @throws UncheckedIOException if an address is a mistake
   */
  NodeAddresses find() throws NotYetException {
    InetSocketAddress bound = bindable();
    if (advertise.equals(listen)) {
      return new NodeAddresses(bound, bound);
    }
    List<InetAddress> found = resolve("--cluster.advertise-address", advertise);
    InetAddress advertised =
        found.stream()
            .filter(bound.getAddress().getClass()::isInstance)
            .findFirst()
            .orElse(found.get(0));
    if (advertised.isAnyLocalAddress()) {
      throw new UncheckedIOException(
          new IOException(
              "--cluster.advertise-address: \"%s\" (expected: one address that peers can dial)"
                  .formatted(advertise)));
    }
    return new NodeAddresses(bound, new InetSocketAddress(advertised, advertise.port()));
  }

  /** Hazelcast would find out too, seconds later and on another thread. */
  private InetSocketAddress bindable() throws NotYetException {
    List<InetAddress> found = resolve("--cluster.listen-address", listen);
    for (InetAddress address : found) {
      InetSocketAddress bound = new InetSocketAddress(address, listen.port());
      IOException failure = bind(bound);
      if (failure == null) {
        return bound;
      }
      // A name that still stands for the address of a node that was here before is waited for.
      if (isLiteral(listen) || isOfThisMachine(address)) {
        throw new UncheckedIOException(
            new IOException(
                "--cluster.listen-address: \"%s\" (expected: a free port at an address of this machine): %s"
                    .formatted(listen, failure.getMessage()),
                failure));
      }
    }
    throw new NotYetException(
        "--cluster.listen-address: \"%s\" stands for %s, which is no address of this machine"
            .formatted(listen, found.get(0).getHostAddress()));
  }

  private static @Nullable IOException bind(InetSocketAddress address) {
    try (ServerSocket probe = new ServerSocket()) {
      probe.setReuseAddress(true);
      probe.bind(address);
      return null;
    } catch (IOException e) {
      return e;
    }
  }

  private static boolean isOfThisMachine(InetAddress address) {
    return bind(new InetSocketAddress(address, 0)) == null;
  }

  private List<InetAddress> resolve(String flag, HostPort address) throws NotYetException {
    List<InetAddress> found = new ArrayList<>();
    try {
      for (InetAddress each : names.addresses(address.host())) {
        // Without the name: what one node calls another must be the same everywhere.
        found.add(InetAddress.getByAddress(each.getAddress()));
      }
    } catch (UnknownHostException e) {
      // As a name without addresses.
    }
    if (found.isEmpty()) {
      throw new NotYetException(
          "%s: the name \"%s\" has no address yet".formatted(flag, address.host()));
    }
    return found;
  }

  /** Whether it is an IP address already. */
  private static boolean isLiteral(HostPort address) {
    String host = address.host();
    return host.indexOf(':') >= 0 || IPV4.matcher(host).matches();
  }

  /** Whether the names stand for other addresses by now, and this node could use those. */
  boolean isOutdated(NodeAddresses addresses) {
    try {
      if (standsFor(listen, addresses.bound())) {
        return !advertise.equals(listen) && !standsFor(advertise, addresses.advertised());
      }
      NodeAddresses unused = find();
      return true;
    } catch (NotYetException | UncheckedIOException e) {
      return false;
    }
  }

  private boolean standsFor(HostPort name, InetSocketAddress address) throws NotYetException {
    return resolve("", name).contains(address.getAddress());
  }
}
