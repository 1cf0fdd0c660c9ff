package io.holdfast.cluster.transport;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.SecureRandom;

/** With the secret everything is as without. */
class AuthenticatedLoopbackTest extends TransportContract {
  private final LoopbackNetwork network = new LoopbackNetwork();

  @Override
  protected Transport transport(int number) {
    return new AuthenticatedTransport(
        network.join("process-" + number),
        ClusterKey.of("secret".getBytes(UTF_8), "test"),
        new SecureRandom(),
        new Refusals(System::nanoTime));
  }
}
