package io.holdfast.cluster.transport;

import io.holdfast.cluster.transport.Session.Names;
import io.holdfast.cluster.transport.Session.Nonces;
import io.holdfast.cluster.transport.Session.Role;
import java.security.SecureRandom;

/**
 * The factory of sessions, and of this process's nonces for them. All sessions have keys from one
 * cluster key.
 *
 * <p>Concurrency: for any thread.
 */
final class Sessions {
  private final ClusterKey cluster;
  private final SecureRandom random;

  Sessions(ClusterKey cluster, SecureRandom random) {
    this.cluster = cluster;
    this.random = random;
  }

  /** Returns a new nonce. A nonce serves one session alone. */
  byte[] nonce() {
    byte[] nonce = new byte[Envelope.NONCE_BYTES];
    random.nextBytes(nonce);
    return nonce;
  }

  /** Derives the session of two processes. */
  Session of(Names names, Nonces nonces, Role role) {
    return new Session(cluster, names, nonces, role);
  }
}
