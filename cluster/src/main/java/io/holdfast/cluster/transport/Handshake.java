package io.holdfast.cluster.transport;

import java.security.MessageDigest;

/**
 * What the two ends of a new connection say before anything else, to prove that both know the
 * secret of the cluster. D has dialled, A has accepted:
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
 * Nonces have 32 bytes and are drawn for this connection alone; {@code derive} and {@code cluster}
 * are those of {@link AuthenticatedTransport}. Who has dialled proves first: nodes dial only whom
 * they have been told of, so a stranger is given no code of which he could guess the secret.
 *
 * <p>What follows on the connection is neither signed nor hidden by this: it keeps strangers from
 * talking to Hazelcast, which believes whom it talks to. It names neither end, because addresses
 * are not the same everywhere; who answers at the address of a node can pass its words on to
 * another.
 *
 * <p>Concurrency: for one thread.
 */
public final class Handshake {
  public static final int NONCE_BYTES = 32;

  /** Of all that one end says. */
  public static final int LONGEST_BYTES = NONCE_BYTES + ClusterKey.MAC_BYTES;

  private final ClusterKey cluster;
  private final byte[] nonce;
  private final boolean hasDialled;
  private Awaited awaited = Awaited.NONCE;
  private byte[] ownProof = new byte[0];
  private byte[] theirProof = new byte[0];

  /** What the other end must say next. */
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

  /** For the end that has dialled. */
  static Handshake dialler(ClusterKey cluster, byte[] nonce) {
    return new Handshake(cluster, nonce, true);
  }

  /** For the end that has accepted. */
  static Handshake acceptor(ClusterKey cluster, byte[] nonce) {
    return new Handshake(cluster, nonce, false);
  }

  /** What is said first, which may be nothing. */
  public byte[] opening() {
    return hasDialled ? nonce.clone() : new byte[0];
  }

  /**
   * How many bytes the other end has to say next; 0 when it has proved that it knows the secret.
   */
  public int awaitedBytes() {
    return awaited.bytes;
  }

  /**
   * Takes as many bytes as are awaited, and returns what is said then, which may be nothing.
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
