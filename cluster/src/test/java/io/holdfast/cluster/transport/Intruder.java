package io.holdfast.cluster.transport;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.SecureRandom;

/** The keys of a process that is no node of the cluster named {@code test}. */
public final class Intruder {
  private Intruder() {}

  /** Returns the handshakes of a process that knows this secret. */
  public static Handshakes handshakes(String secret) {
    return new Handshakes(
        ClusterKey.of(secret.getBytes(UTF_8), "test"),
        new SecureRandom(),
        new Refusals(System::nanoTime));
  }

  /** Returns a request that is signed for a session that no node has. */
  public static byte[] forgedRequest(byte[] request) {
    Session session =
        new Session(
            ClusterKey.of(null, "test"),
            new Session.Names("x", "y"),
            new Session.Nonces(new byte[32], new byte[32]),
            Session.Role.INITIATOR);
    return session.seal(request).envelope();
  }
}
