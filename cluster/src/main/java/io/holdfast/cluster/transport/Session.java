package io.holdfast.cluster.transport;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * The keys that two processes derive from the secret and one nonce of each process. Both proofs
 * have a key. Each process has one key for its requests and one key for its answers. See {@link
 * AuthenticatedTransport}.
 *
 * <p>Concurrency: for any thread.
 */
final class Session {
  private static final int ID_BYTES = 8;
  private static final int COUNTER_BYTES = 8;
  private static final int REQUEST_HEAD = ID_BYTES + COUNTER_BYTES;

  /** The number of bytes that a session adds to a request. */
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

  /** The part of a process in an admission; the initiator begins. */
  enum Role {
    INITIATOR,
    RESPONDER
  }

  /** The names of both ends, which both ends know. */
  record Names(String initiator, String responder) {}

  /** The nonces that both ends drew for this session alone. */
  record Nonces(byte[] initiator, byte[] responder) {}

  /** A request as sent; the answer must have the request's number. */
  record Sealed(long number, byte[] envelope) {}

  /** A request as received. */
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

  /**
   * Returns the peer's request. Returns null if the request is altered, of another session, or a
   * repetition.
   */
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
   * Returns the peer's answer to a request. Returns null if the bytes are no answer of the peer to
   * that request.
   *
   * @throws TransportException if the request failed at the peer
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
