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
 * The addresses of this node, by the names from the command line. When the node starts, a name
 * perhaps has no address yet, or the node's old address. A name can have another address later.
 *
 * <p>Immutable. A look-up of a name can take seconds, so the thread of the {@link Supervisor} does
 * all look-ups.
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
   * Looks up both names.
   *
   * @throws NotYetException if a name can have an address of this node later
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

  /**
   * Returns an address that can be bound. Hazelcast would also notice a wrong address, but seconds
   * later and on another thread.
   */
  private InetSocketAddress bindable() throws NotYetException {
    List<InetAddress> found = resolve("--cluster.listen-address", listen);
    for (InetAddress address : found) {
      InetSocketAddress bound = new InetSocketAddress(address, listen.port());
      IOException failure = bind(bound);
      if (failure == null) {
        return bound;
      }
      // A name that still has the old address of a node is waited for.
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
        // The address has no name, because all nodes must know a node by an equal address.
        found.add(InetAddress.getByAddress(each.getAddress()));
      }
    } catch (UnknownHostException e) {
      // An unknown name counts as a name without addresses.
    }
    if (found.isEmpty()) {
      throw new NotYetException(
          "%s: the name \"%s\" has no address yet".formatted(flag, address.host()));
    }
    return found;
  }

  /** Returns whether the host is already an IP address. */
  private static boolean isLiteral(HostPort address) {
    String host = address.host();
    return host.indexOf(':') >= 0 || IPV4.matcher(host).matches();
  }

  /**
   * Returns whether the names have other addresses by now, and this node could use these addresses.
   */
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
