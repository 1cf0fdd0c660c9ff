package io.holdfast.cluster.transport;

/**
 * A transport whose processes have names that both ends of a connection agree on, so that a proof
 * given to one of them is of no use with another. The {@linkplain Peer#id() id} of a peer is no
 * such name: everyone draws his own.
 */
public interface NamedTransport extends Transport {

  /** What the others know this process by at present; empty while it can reach nobody. */
  String ownName();

  /** What a peer knows itself by; empty if it has gone. */
  String nameOf(Peer peer);
}
