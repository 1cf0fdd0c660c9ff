package io.holdfast.cluster.hazelcast;

import com.hazelcast.instance.EndpointQualifier;
import com.hazelcast.spi.MemberAddressProvider;
import java.net.InetAddress;
import java.net.InetSocketAddress;

/**
 * The two addresses of this process: told to Hazelcast, so that it does not pick among those of the
 * machine. Without names: what one node calls another must be the same everywhere.
 *
 * @param bound what is listened on
 * @param advertised what peers dial
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
