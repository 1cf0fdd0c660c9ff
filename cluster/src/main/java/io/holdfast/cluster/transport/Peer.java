package io.holdfast.cluster.transport;

import java.util.UUID;

/**
 * Another process of this cluster, as the transport knows it. A process that leaves and comes back
 * is another peer. The peer's heartbeat tells which node the process is.
 *
 * @param id drawn by the transport, never used twice
 * @param address the {@code host:port} at which the peer is reached, for logs
 */
public record Peer(UUID id, String address) {
  @Override
  public String toString() {
    return address;
  }
}
