package io.holdfast.cluster.transport;

/**
 * A transport whose processes have names that both ends of a connection agree on. So a proof for
 * one process is of no use with another process. The {@linkplain Peer#id() id} of a peer is not
 * such a name, because each process draws its own ids for its peers.
 */
public interface NamedTransport extends Transport {

  /**
   * Returns the name by which peers know this process at present. The name is empty while this
   * process can reach no peer.
   */
  String ownName();

  /** Returns the name by which a peer knows itself; empty if the peer has gone. */
  String nameOf(Peer peer);
}
