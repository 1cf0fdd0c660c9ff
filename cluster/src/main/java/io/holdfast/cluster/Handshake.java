package io.holdfast.cluster;

import java.security.MessageDigest;
import java.util.Arrays;

/**
 * What the two ends of a new connection say before anything else, to prove that both know the
 * secret of the cluster. D has dialled, A has accepted:
 *
 * <pre>
 *   D to A   nonce-D
 *   A to D   nonce-A mac(acceptor proof)
 *   D to A   mac(dialler proof)
 *
 *   connection = derive(cluster, "connection", nonce-D, nonce-A)
 *   acceptor proof, dialler proof
 *              = derive(connection, these words)
 *   mac(key)   code of 8 zeros
 * </pre>
 *
 * Nonces have 32 bytes and are drawn for this connection alone; {@code derive} and {@code cluster}
 * are those of {@link AuthenticatedTransport}. What follows on the connection is neither signed nor
 * hidden by this: it keeps strangers from talking to Hazelcast, which believes whom it talks to.
 *
 * <p>Concurrency: for one thread.
 */
final class Handshake {
  static final int NONCE_BYTES = 32;

  /** Of all that one end says. */
  static final int LONGEST_BYTES = NONCE_BYTES + ClusterKey.MAC_BYTES;

  private final ClusterKey cluster;
  private final byte[] nonce;
  private final byte[] opening;
  private Awaited awaited;
  private byte[] proof = new byte[0];

  /** What the other end must say next. */
  private enum Awaited {
    NONCE(NONCE_BYTES),
    NONCE_AND_PROOF(NONCE_BYTES + ClusterKey.MAC_BYTES),
    PROOF(ClusterKey.MAC_BYTES),
    NOTHING(0);

    private final int bytes;

    Awaited(int bytes) {
      this.bytes = bytes;
    }
  }

  private Handshake(ClusterKey cluster, byte[] nonce, byte[] opening, Awaited first) {
    this.cluster = cluster;
    this.nonce = nonce;
    this.opening = opening;
    this.awaited = first;
  }

  /** For the end that has dialled. */
  static Handshake dialler(ClusterKey cluster, byte[] nonce) {
    return new Handshake(cluster, nonce, nonce, Awaited.NONCE_AND_PROOF);
  }

  /** For the end that has accepted. */
  static Handshake acceptor(ClusterKey cluster, byte[] nonce) {
    return new Handshake(cluster, nonce, new byte[0], Awaited.NONCE);
  }

  /** What is said first, which may be nothing. */
  byte[] opening() {
    return opening.clone();
  }

  /**
   * How many bytes the other end has to say next; 0 when it has proved that it knows the secret.
   */
  int awaitedBytes() {
    return awaited.bytes;
  }

  /**
   * Takes as many bytes as are awaited, and returns what is said then, which may be nothing.
   *
   * @throws HandshakeException if the other end does not know the secret
   */
  byte[] take(byte[] said) throws HandshakeException {
    return switch (awaited) {
      case NONCE -> acceptNonce(said);
      case NONCE_AND_PROOF -> acceptNonceAndProof(said);
      case PROOF -> acceptProof(said);
      case NOTHING -> throw new IllegalStateException("the handshake is over");
    };
  }

  private byte[] acceptNonce(byte[] theirs) {
    ClusterKey connection = connection(theirs, nonce);
    proof = diallerProof(connection);
    awaited = Awaited.PROOF;
    byte[] answer = Arrays.copyOf(nonce, LONGEST_BYTES);
    System.arraycopy(acceptorProof(connection), 0, answer, NONCE_BYTES, ClusterKey.MAC_BYTES);
    return answer;
  }

  private byte[] acceptNonceAndProof(byte[] said) throws HandshakeException {
    ClusterKey connection = connection(nonce, Arrays.copyOf(said, NONCE_BYTES));
    proof = acceptorProof(connection);
    acceptProof(Arrays.copyOfRange(said, NONCE_BYTES, said.length));
    return diallerProof(connection);
  }

  private byte[] acceptProof(byte[] theirs) throws HandshakeException {
    if (!MessageDigest.isEqual(proof, theirs)) {
      throw new HandshakeException();
    }
    awaited = Awaited.NOTHING;
    return new byte[0];
  }

  private ClusterKey connection(byte[] diallersNonce, byte[] acceptorsNonce) {
    return cluster.derive("connection", diallersNonce, acceptorsNonce);
  }

  private static byte[] acceptorProof(ClusterKey connection) {
    return connection.derive("acceptor proof").sign(0, new byte[0], 0);
  }

  private static byte[] diallerProof(ClusterKey connection) {
    return connection.derive("dialler proof").sign(0, new byte[0], 0);
  }
}
