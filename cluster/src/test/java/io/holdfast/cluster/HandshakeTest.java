package io.holdfast.cluster;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class HandshakeTest {
  private static final ClusterKey KEY = key("secret", "cluster");

  private static ClusterKey key(String secret, String clusterName) {
    return ClusterKey.of(secret.getBytes(UTF_8), clusterName);
  }

  private static byte[] nonce(int number) {
    byte[] nonce = new byte[Handshake.NONCE_BYTES];
    nonce[0] = (byte) number;
    return nonce;
  }

  private final Handshake dialler = Handshake.dialler(KEY, nonce(1));
  private final Handshake acceptor = Handshake.acceptor(KEY, nonce(2));

  @Test
  void sameSecret_bothAreSatisfied() throws Exception {
    assertEquals(Handshake.NONCE_BYTES, acceptor.awaitedBytes());
    byte[] greeting = acceptor.take(dialler.opening());
    assertEquals(greeting.length, dialler.awaitedBytes());
    byte[] proof = dialler.take(greeting);
    assertEquals(proof.length, acceptor.awaitedBytes());
    assertEquals(0, acceptor.take(proof).length);

    assertEquals(0, dialler.awaitedBytes());
    assertEquals(0, acceptor.awaitedBytes());
  }

  @Test
  void acceptor_saysNothingFirst() {
    assertArrayEquals(new byte[0], acceptor.opening());
  }

  @Test
  void anotherSecret_isRefusedByTheDialler() throws Exception {
    assertRefusesGreetingOf(key("another", "cluster"));
  }

  @Test
  void anotherClusterName_isRefusedByTheDialler() throws Exception {
    assertRefusesGreetingOf(key("secret", "another"));
  }

  private void assertRefusesGreetingOf(ClusterKey other) throws HandshakeException {
    byte[] greeting = Handshake.acceptor(other, nonce(2)).take(dialler.opening());

    assertThrows(HandshakeException.class, () -> dialler.take(greeting));
    assertEquals(Handshake.LONGEST_BYTES, dialler.awaitedBytes(), "it is not over");
  }

  @Test
  void withoutTheSecret_isRefusedByTheAcceptor() throws Exception {
    acceptor.take(dialler.opening());

    assertThrows(HandshakeException.class, () -> acceptor.take(new byte[ClusterKey.MAC_BYTES]));
  }

  @Test
  void proofOfAnotherConnection_isRefused() throws Exception {
    byte[] overheard = dialler.take(acceptor.take(dialler.opening()));
    Handshake later = Handshake.acceptor(KEY, nonce(3));
    later.take(dialler.opening());

    assertThrows(HandshakeException.class, () -> later.take(overheard));
  }

  /** The acceptor itself must not be of use to who needs a proof for it. */
  @Test
  void acceptorsOwnProof_isRefused() throws Exception {
    byte[] greeting = acceptor.take(dialler.opening());
    byte[] own = Arrays.copyOfRange(greeting, Handshake.NONCE_BYTES, greeting.length);

    assertThrows(HandshakeException.class, () -> acceptor.take(own));
  }
}
