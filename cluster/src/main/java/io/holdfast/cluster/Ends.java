package io.holdfast.cluster;

import com.hazelcast.instance.EndpointQualifier;
import com.hazelcast.spi.MemberAddressProvider;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.UnknownHostException;

/**
 * The two addresses of this process: told to Hazelcast, so that it does not pick among those of the
 * machine. Without names: what one node calls another must be the same everywhere.
 */
final class Ends implements MemberAddressProvider {
  private final InetSocketAddress bound;
  private final InetSocketAddress advertised;

  private Ends(InetSocketAddress bound, InetSocketAddress advertised) {
    this.bound = bound;
    this.advertised = advertised;
  }

  /**
   * Resolves both.
   *
   * @throws UncheckedIOException if that fails, or if the listen address cannot be bound
   */
  static Ends of(HostPort listen, HostPort advertise) {
    InetSocketAddress bound = resolve("--cluster.listen-address", listen);
    InetSocketAddress advertised = resolve("--cluster.advertise-address", advertise);
    if (advertised.getAddress().isAnyLocalAddress()) {
      throw new UncheckedIOException(
          new IOException(
              "--cluster.advertise-address: \""
                  + advertise
                  + "\" (expected: one address that peers can dial)"));
    }
    // Hazelcast would find out too, seconds later and on another thread.
    try (ServerSocket probe = new ServerSocket()) {
      probe.setReuseAddress(true);
      probe.bind(bound);
    } catch (IOException e) {
      throw new UncheckedIOException(
          new IOException(
              "--cluster.listen-address: \""
                  + listen
                  + "\" (expected: a free port at an address of this machine): "
                  + e.getMessage(),
              e));
    }
    return new Ends(bound, advertised);
  }

  private static InetSocketAddress resolve(String flag, HostPort address) {
    try {
      byte[] resolved = InetAddress.getByName(address.host()).getAddress();
      return new InetSocketAddress(InetAddress.getByAddress(resolved), address.port());
    } catch (UnknownHostException e) {
      throw new UncheckedIOException(
          new IOException(
              flag + ": \"" + address + "\" (expected: a name that resolves, or an IP address)",
              e));
    }
  }

  InetAddress advertisedAddress() {
    return advertised.getAddress();
  }

  int port() {
    return bound.getPort();
  }

  @Override
  public InetSocketAddress getBindAddress() {
    return bound;
  }

  @Override
  public InetSocketAddress getBindAddress(EndpointQualifier qualifier) {
    return bound;
  }

  @Override
  public InetSocketAddress getPublicAddress() {
    return advertised;
  }

  @Override
  public InetSocketAddress getPublicAddress(EndpointQualifier qualifier) {
    return advertised;
  }
}
