package io.holdfast.cluster.transport;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * What two processes derived from the secret and a nonce of each: keys for the proofs of both, and
 * one for the requests and one for the answers of either. See {@link AuthenticatedTransport}.
 *
 * <p>Concurrency: safe for any thread.
 */
final class Session {
  private static final int ID_BYTES = 8;
  private static final int COUNTER_BYTES = 8;
  private static final int REQUEST_HEAD = ID_BYTES + COUNTER_BYTES;

  /** Adds to every request that is carried. */
  static final int OVERHEAD_BYTES = Envelope.HEAD_BYTES + REQUEST_HEAD + ClusterKey.MAC_BYTES;

  private final byte[] initiatorNonce;
  private final byte[] responderNonce;
  private final byte[] id;
  private final ClusterKey responderProof;
  private final ClusterKey initiatorProof;
  private final ClusterKey acceptance;
  private final ClusterKey ownRequests;
  private final ClusterKey ownAnswers;
  private final ClusterKey peerRequests;
  private final ClusterKey peerAnswers;
  private final AtomicLong counter = new AtomicLong();
  private final ReplayWindow window = new ReplayWindow();

  /** Who began. */
  enum Role {
    INITIATOR,
    RESPONDER
  }

  /** Both ends by the names that both know. */
  record Names(String initiator, String responder) {}

  /** What one drew for this session alone. */
  record Nonces(byte[] initiator, byte[] responder) {}

  /** A request as it is sent; the answer must have its number. */
  record Sealed(long number, byte[] envelope) {}

  /** A request as it was received. */
  record Opened(long number, byte[] request) {}

  Session(ClusterKey cluster, Names names, Nonces nonces, Role role) {
    initiatorNonce = nonces.initiator();
    responderNonce = nonces.responder();
    ClusterKey key =
        cluster.derive(
            "session",
            names.initiator().getBytes(UTF_8),
            names.responder().getBytes(UTF_8),
            initiatorNonce,
            responderNonce);
    id = Arrays.copyOf(key.derive("id").sign(0, new byte[0], 0), ID_BYTES);
    responderProof = key.derive("responder proof");
    initiatorProof = key.derive("initiator proof");
    acceptance = key.derive("acceptance");
    String own = role == Role.INITIATOR ? "initiator" : "responder";
    String peer = role == Role.INITIATOR ? "responder" : "initiator";
    ownRequests = key.derive(own + " requests");
    ownAnswers = key.derive(own + " answers");
    peerRequests = key.derive(peer + " requests");
    peerAnswers = key.derive(peer + " answers");
  }

  boolean hasId(byte[] message) {
    return message.length >= OVERHEAD_BYTES
        && Arrays.equals(id, Envelope.part(message, 0, ID_BYTES));
  }

  boolean hasNonces(byte[] proof) {
    return Arrays.equals(initiatorNonce, Envelope.part(proof, 0, Envelope.NONCE_BYTES))
        && Arrays.equals(
            responderNonce, Envelope.part(proof, Envelope.NONCE_BYTES, Envelope.NONCE_BYTES));
  }

  byte[] challenge() {
    return Envelope.signed(responderProof, 0, Envelope.CHALLENGE, responderNonce);
  }

  boolean isChallenge(byte[] message) {
    return responderProof.isSigned(0, message);
  }

  byte[] proof() {
    return Envelope.signed(initiatorProof, 0, Envelope.PROOF, initiatorNonce, responderNonce);
  }

  boolean isProof(byte[] message) {
    return initiatorProof.isSigned(0, message);
  }

  byte[] accepted() {
    return Envelope.signed(acceptance, 0, Envelope.ACCEPTED);
  }

  boolean isAccepted(byte[] message) {
    return Envelope.kind(message) == Envelope.ACCEPTED && acceptance.isSigned(0, message);
  }

  Sealed seal(byte[] request) {
    long number = counter.getAndIncrement();
    byte[] numbered = ByteBuffer.allocate(COUNTER_BYTES).putLong(number).array();
    return new Sealed(
        number, Envelope.signed(ownRequests, 0, Envelope.REQUEST, id, numbered, request));
  }

  /** The peer's request; null if it is altered, of someone else, or one that was here before. */
  @Nullable Opened open(byte[] message) {
    if (!hasId(message) || !peerRequests.isSigned(0, message)) {
      return null;
    }
    long number = ByteBuffer.wrap(message).getLong(Envelope.HEAD_BYTES + ID_BYTES);
    if (!window.take(number)) {
      return null;
    }
    int length = message.length - OVERHEAD_BYTES;
    return new Opened(number, Envelope.part(message, REQUEST_HEAD, length));
  }

  byte[] sealAnswer(long number, byte[] answer) {
    return Envelope.signed(ownAnswers, number, Envelope.ANSWER, answer);
  }

  byte[] sealFailure(long number) {
    return Envelope.signed(ownAnswers, number, Envelope.FAILED);
  }

  /**
   * The peer's answer to one request.
   *
   * @throws TransportException if it failed; null if this is no answer of the peer to that request
   */
  byte @Nullable [] openAnswer(long number, byte[] message) {
    byte kind = Envelope.kind(message);
    if ((kind != Envelope.ANSWER && kind != Envelope.FAILED)
        || !peerAnswers.isSigned(number, message)) {
      return null;
    }
    if (kind == Envelope.FAILED) {
      throw new TransportException("the peer failed");
    }
    return Envelope.part(message, 0, message.length - Envelope.HEAD_BYTES - ClusterKey.MAC_BYTES);
  }
}
