package io.holdfast.cluster.transport;

import java.util.UUID;

/**
 * Another process of this cluster, as the transport knows it. A process that leaves and comes back
 * is another peer; which node it is, it says itself.
 *
 * @param id drawn by the transport, never used twice
 * @param address {@code host:port} that it is reached at, for people
 */
public record Peer(UUID id, String address) {
  @Override
  public String toString() {
    return address;
  }
}
