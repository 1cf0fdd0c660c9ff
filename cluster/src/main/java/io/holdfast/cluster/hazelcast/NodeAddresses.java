package io.holdfast.cluster.hazelcast;

import com.hazelcast.instance.EndpointQualifier;
import com.hazelcast.spi.MemberAddressProvider;
import java.net.InetAddress;
import java.net.InetSocketAddress;

/**
 * The two addresses of this process. Hazelcast receives them, so that Hazelcast does not pick among
 * the addresses of the machine. The addresses have no names, because all nodes must know a node by
 * an equal address.
 *
 * @param bound the address on which this process listens
 * @param advertised the address that peers dial
 */
record NodeAddresses(InetSocketAddress bound, InetSocketAddress advertised)
    implements MemberAddressProvider {

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
