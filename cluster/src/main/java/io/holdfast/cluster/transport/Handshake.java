package io.holdfast.cluster.transport;

import java.security.MessageDigest;

/**
 * The first bytes of a new connection, by which both ends prove that they know the secret of the
 * cluster. D has dialled, A has accepted:
 *
 * <pre>
 *   D to A   nonce-D
 *   A to D   nonce-A
 *   D to A   mac(dialler proof)
 *   A to D   mac(acceptor proof)
 *
 *   connection = derive(cluster, "connection", nonce-D, nonce-A)
 *   dialler proof, acceptor proof
 *              = derive(connection, these words)
 *   mac(key)   code of 8 zeros
 * </pre>
 *
 * <p>Nonces have 32 bytes and are drawn for this connection alone. {@code derive} and {@code
 * cluster} are those of {@link AuthenticatedTransport}. The dialler proves first. Nodes dial only
 * addresses that they have been told of. So a stranger receives no code from which the stranger
 * could guess the secret.
 *
 * <p>The handshake neither signs nor hides the later bytes of the connection. The handshake keeps
 * strangers from talking to Hazelcast, which believes every sender. The handshake names neither
 * end, because the ends can know each other by different addresses. So a process at the address of
 * a node can pass the node's bytes on to another node.
 *
 * <p>Concurrency: for one thread.
 */
public final class Handshake {
  public static final int NONCE_BYTES = 32;

  /** The greatest number of bytes that one end sends. */
  public static final int LONGEST_BYTES = NONCE_BYTES + ClusterKey.MAC_BYTES;

  private final ClusterKey cluster;
  private final byte[] nonce;
  private final boolean hasDialled;
  private Awaited awaited = Awaited.NONCE;
  private byte[] ownProof = new byte[0];
  private byte[] theirProof = new byte[0];

  /** The next message of the other end. */
  private enum Awaited {
    NONCE(NONCE_BYTES),
    PROOF(ClusterKey.MAC_BYTES),
    NOTHING(0);

    private final int bytes;

    Awaited(int bytes) {
      this.bytes = bytes;
    }
  }

  private Handshake(ClusterKey cluster, byte[] nonce, boolean hasDialled) {
    this.cluster = cluster;
    this.nonce = nonce;
    this.hasDialled = hasDialled;
  }

  /** Returns a handshake for the end that has dialled. */
  static Handshake dialler(ClusterKey cluster, byte[] nonce) {
    return new Handshake(cluster, nonce, true);
  }

  /** Returns a handshake for the end that has accepted. */
  static Handshake acceptor(ClusterKey cluster, byte[] nonce) {
    return new Handshake(cluster, nonce, false);
  }

  /** Returns the first bytes to send, possibly none. */
  public byte[] opening() {
    return hasDialled ? nonce.clone() : new byte[0];
  }

  /**
   * Returns the length of the next message of the other end. The length is 0 after the other end
   * has proved that it knows the secret.
   */
  public int awaitedBytes() {
    return awaited.bytes;
  }

  /**
   * Takes the awaited bytes, and returns the bytes to send next, possibly none.
   *
   * @throws HandshakeException if the other end does not know the secret
   */
  public byte[] take(byte[] said) throws HandshakeException {
    return switch (awaited) {
      case NONCE -> takeNonce(said);
      case PROOF -> takeProof(said);
      case NOTHING -> throw new IllegalStateException("the handshake is over");
    };
  }

  private byte[] takeNonce(byte[] theirs) {
    ClusterKey connection =
        hasDialled
            ? cluster.derive("connection", nonce, theirs)
            : cluster.derive("connection", theirs, nonce);
    byte[] dialler = connection.derive("dialler proof").sign(0, new byte[0], 0);
    byte[] acceptor = connection.derive("acceptor proof").sign(0, new byte[0], 0);
    ownProof = hasDialled ? dialler : acceptor;
    theirProof = hasDialled ? acceptor : dialler;
    awaited = Awaited.PROOF;
    return hasDialled ? ownProof : nonce.clone();
  }

  private byte[] takeProof(byte[] theirs) throws HandshakeException {
    if (!MessageDigest.isEqual(theirProof, theirs)) {
      throw new HandshakeException();
    }
    awaited = Awaited.NOTHING;
    return hasDialled ? new byte[0] : ownProof;
  }
}
