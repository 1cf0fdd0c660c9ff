package io.holdfast.cluster.transport;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.HexFormat;
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
    assertEquals(dialler.opening().length, acceptor.awaitedBytes());
    byte[] nonce = acceptor.take(dialler.opening());
    assertEquals(nonce.length, dialler.awaitedBytes());
    byte[] proof = dialler.take(nonce);
    assertEquals(proof.length, acceptor.awaitedBytes());
    byte[] answer = acceptor.take(proof);
    assertEquals(0, acceptor.awaitedBytes());
    assertEquals(answer.length, dialler.awaitedBytes());
    assertEquals(0, dialler.take(answer).length);
    assertEquals(0, dialler.awaitedBytes());
  }

  /** Computed apart from this, from the description: nodes of different versions must agree. */
  @Test
  void whatIsSaid_isWhatIsDescribed() throws Exception {
    assertArrayEquals(nonce(1), dialler.opening());
    assertArrayEquals(new byte[0], acceptor.opening());
    assertArrayEquals(nonce(2), acceptor.take(nonce(1)));
    byte[] proof = dialler.take(nonce(2));
    assertEquals(
        "5b06b8729ab383ef01ac06fd1f0c9d51b79ab3f9fcb4ddabd59c72ca12088398",
        HexFormat.of().formatHex(proof));
    assertEquals(
        "7edc6adcd4b2d50430c1a7c197b9f70e21ee0cf3d6c0d32ef3f6d8b5030750d1",
        HexFormat.of().formatHex(acceptor.take(proof)));
  }

  @Test
  void anotherSecret_isRefusedByTheAcceptor() throws Exception {
    assertIsRefused(key("another", "cluster"));
  }

  @Test
  void anotherClusterName_isRefusedByTheAcceptor() throws Exception {
    assertIsRefused(key("secret", "another"));
  }

  private void assertIsRefused(ClusterKey other) throws HandshakeException {
    Handshake stranger = Handshake.dialler(other, nonce(1));
    byte[] proof = stranger.take(acceptor.take(stranger.opening()));

    assertThrows(HandshakeException.class, () -> acceptor.take(proof));
    assertEquals(ClusterKey.MAC_BYTES, acceptor.awaitedBytes(), "it is not over");
  }

  @Test
  void acceptorWithoutTheSecret_isRefusedByTheDialler() throws Exception {
    dialler.take(nonce(2));

    assertThrows(HandshakeException.class, () -> dialler.take(new byte[ClusterKey.MAC_BYTES]));
  }

  @Test
  void proofOfAnotherConnection_isRefused() throws Exception {
    byte[] overheard = dialler.take(acceptor.take(dialler.opening()));
    Handshake later = Handshake.acceptor(KEY, nonce(3));
    later.take(dialler.opening());

    assertThrows(HandshakeException.class, () -> later.take(overheard));
  }

  @Test
  void answerOfAnotherConnection_isRefused() throws Exception {
    byte[] overheard = acceptor.take(dialler.take(acceptor.take(dialler.opening())));
    Handshake later = Handshake.dialler(KEY, nonce(4));
    later.take(nonce(2));

    assertThrows(HandshakeException.class, () -> later.take(overheard));
  }

  /** A node must not make a proof that a stranger can use elsewhere. */
  @Test
  void ownProof_isRefused() throws Exception {
    byte[] own = dialler.take(nonce(2));

    assertThrows(HandshakeException.class, () -> dialler.take(own));
  }
}
