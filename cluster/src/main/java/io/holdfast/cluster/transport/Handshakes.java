package io.holdfast.cluster.transport;

import java.net.SocketAddress;
import java.security.SecureRandom;
import org.jspecify.annotations.Nullable;

/**
 * The factory of handshakes, one for each new connection.
 *
 * <p>Concurrency: for any thread.
 */
public final class Handshakes {
  private final ClusterKey cluster;
  private final SecureRandom random;
  private final Refusals refusals;

  Handshakes(ClusterKey cluster, SecureRandom random, Refusals refusals) {
    this.cluster = cluster;
    this.random = random;
    this.refusals = refusals;
  }

  public Handshake dialler() {
    return Handshake.dialler(cluster, nonce());
  }

  public Handshake acceptor() {
    return Handshake.acceptor(cluster, nonce());
  }

  private byte[] nonce() {
    byte[] nonce = new byte[Handshake.NONCE_BYTES];
    random.nextBytes(nonce);
    return nonce;
  }

  /** Counts a connection whose other end does not know the secret. */
  public void refused(@Nullable SocketAddress address) {
    refused(address, "the other end has not proved that it knows the secret");
  }

  /** Counts a connection that is closed for another reason. */
  public void refused(@Nullable SocketAddress address, String reason) {
    refusals.connection(address, reason);
  }
}
