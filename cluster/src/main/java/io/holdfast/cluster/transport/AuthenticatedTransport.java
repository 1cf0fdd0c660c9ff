package io.holdfast.cluster.transport;

import io.holdfast.cluster.transport.Session.Names;
import io.holdfast.cluster.transport.Session.Nonces;
import io.holdfast.cluster.transport.Session.Opened;
import io.holdfast.cluster.transport.Session.Role;
import io.holdfast.cluster.transport.Session.Sealed;
import java.security.SecureRandom;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A transport that admits only peers that know the secret of the cluster. Messages that were
 * altered on the way are refused. Messages are readable on the way. Without a secret, every process
 * can compute the key, and only a check of integrity remains.
 *
 * <h2>Admission</h2>
 *
 * Of two processes, the process with the lower name begins (the initiator, I). The other process is
 * the responder, R. The names are those of the {@link NamedTransport}. A peer is passed upwards
 * when the peer has proved that it knows the secret. The proof covers nonces of 32 bytes that both
 * processes drew for this admission:
 *
 * <pre>
 *   I to R      01 01 nonce-I                              HELLO
 *   R answers   01 02 nonce-R mac(responder proof)         CHALLENGE
 *   I to R      01 03 nonce-I nonce-R mac(initiator proof) PROOF
 *   R answers   01 04 mac(acceptance)                      ACCEPTED
 * </pre>
 *
 * <p>R admits I at the proof. I admits R when R has accepted the proof, or at R's first request,
 * which proves the acceptance. Lost messages are repeated, with pauses up to seconds, as long as
 * the peer is present. The proofs cover the names, so a process cannot get in by passing on the
 * messages of two other processes.
 *
 * <h2>Messages</h2>
 *
 * <pre>
 *   request     01 05 session(8) number(8) bytes mac(requests of the sender)
 *   answer      01 06 bytes mac(answers of the receiver, number)
 *   failed      01 07 mac(answers of the receiver, number)
 *   refused     01 08 reason(1)    01 no such session, 02 not valid; proves nothing
 * </pre>
 *
 * <p>Numbers count from 0 in each direction of a session. Each number is accepted once, within a
 * window of 4096 numbers.
 *
 * <h2>Keys</h2>
 *
 * All codes are HMAC-SHA256. {@code derive(key, parts...)} is the code of the parts, each part
 * after its length in 4 bytes.
 *
 * <pre>
 *   cluster = derive(secret, "holdfast cluster 1", name of the cluster)
 *   session = derive(cluster, "session", name of I, name of R, nonce-I, nonce-R)
 *   session id          first 8 bytes of the code of 8 zeros with derive(session, "id")
 *   responder proof, initiator proof, acceptance,
 *   initiator requests, initiator answers,
 *   responder requests, responder answers
 *                       = derive(session, these words)
 *   mac(key)            code of 8 zeros and all bytes before it
 *   mac(key, number)    code of the number in 8 bytes and all bytes before it
 * </pre>
 *
 * <p>Concurrency: the receiver hears of peers on one thread. A request that arrives before the
 * receiver has heard of the peer waits.
 */
public final class AuthenticatedTransport implements Transport {
  private static final Logger log = LoggerFactory.getLogger(AuthenticatedTransport.class);
  private static final byte NO_SESSION = 1;
  private static final byte NOT_VALID = 2;
  private static final long SILENCE_SECONDS = 10;

  private final NamedTransport inner;
  private final Sessions sessions;
  private final Refusals refusals;
  private final Map<UUID, Admission> admissions = new ConcurrentHashMap<>();
  private final ScheduledExecutorService events = Threads.timer("cluster-peers");
  private final Challenger challenger;
  private volatile @Nullable Receiver receiver;

  AuthenticatedTransport(
      NamedTransport inner, ClusterKey key, SecureRandom random, Refusals refusals) {
    this.inner = inner;
    this.sessions = new Sessions(key, random);
    this.refusals = refusals;
    this.challenger = new Challenger(inner, events, refusals, sessions, this::admit);
  }

  /**
   * Creates a transport for processes that know the secret. The transport is not started.
   *
   * @param nanos a time that never goes back, in nanoseconds since some moment
   * @param carrier makes the transport below, whose connections begin with these handshakes
   */
  public static AuthenticatedTransport over(
      Discovery discovery,
      LongSupplier nanos,
      BiFunction<Discovery, Handshakes, NamedTransport> carrier) {
    ClusterKey key = ClusterKey.of(discovery.secret(), discovery.clusterName());
    SecureRandom random = new SecureRandom();
    Refusals refusals = new Refusals(nanos);
    NamedTransport inner = carrier.apply(discovery, new Handshakes(key, random, refusals));
    return new AuthenticatedTransport(inner, key, random, refusals);
  }

  /**
   * Returns the number of messages and connections that did not come from a peer with the secret.
   */
  public long refusedMessages() {
    return refusals.count();
  }

  /**
   * Returns whether requests can be sent now. While a peer is challenged again, requests cannot be
   * sent.
   */
  boolean isAdmitted(Peer peer) {
    Admission admission = admissions.get(peer.id());
    return admission != null && admission.session() != null;
  }

  @Override
  public void start(Receiver receiver) {
    this.receiver = receiver;
    inner.start(new Gate());
  }

  @Override
  public CompletableFuture<byte[]> send(Peer to, TrafficClass trafficClass, byte[] request) {
    Admission admission = admissions.get(to.id());
    Session session = admission == null ? null : admission.session();
    if (admission == null || session == null) {
      return failing(new TransportException("the peer has gone, or is not admitted"));
    }
    Sealed sealed = session.seal(request);
    return inner
        .send(to, trafficClass, sealed.envelope())
        .thenApply(answer -> open(admission, session, sealed.number(), answer));
  }

  @Override
  public Optional<String> obstacle() {
    return inner.obstacle();
  }

  /**
   * Fails on a thread of this transport, so that the callback of a sender does not run inside
   * {@code send}.
   */
  private CompletableFuture<byte[]> failing(TransportException cause) {
    CompletableFuture<byte[]> answer = new CompletableFuture<>();
    try {
      events.execute(() -> answer.completeExceptionally(cause));
    } catch (RejectedExecutionException e) {
      answer.completeExceptionally(cause);
    }
    return answer;
  }

  private byte[] open(Admission admission, Session session, long number, byte[] answer) {
    byte[] opened = session.openAnswer(number, answer);
    if (opened != null) {
      return opened;
    }
    if (Envelope.is(answer, Envelope.REFUSED, 1)) {
      if (answer[Envelope.HEAD_BYTES] == NO_SESSION) {
        admission.forget(session);
        challenger.begin(admission);
      }
      throw new TransportException("the peer refuses the message");
    }
    refusals.message(admission, "an answer that is not its own");
    throw new TransportException("an answer that is not the peer's own");
  }

  private void admit(Admission admission, Session session) {
    if (admission.admit(session)) {
      onEvents(() -> tell(admission));
    }
  }

  private void tell(Admission admission) {
    Receiver upper = receiver;
    if (upper == null || admission.isGone()) {
      return;
    }
    try {
      upper.appeared(admission.peer());
    } catch (RuntimeException e) {
      log.atError().setCause(e).log("membership event lost");
    }
    admission.told.complete(null);
  }

  private void onEvents(Runnable news) {
    try {
      events.execute(news);
    } catch (RejectedExecutionException e) {
      // The transport is closed, and the receiver hears of nothing any more.
    }
  }

  @Override
  public void close() {
    inner.close();
    events.shutdownNow();
  }

  /** The gate between the inner transport and the receiver. */
  private final class Gate implements Receiver {

    @Override
    public void appeared(Peer peer) {
      Admission admission = new Admission(peer);
      admissions.put(peer.id(), admission);
      challenger.begin(admission);
      expectProof(admission);
    }

    private void expectProof(Admission admission) {
      try {
        ScheduledFuture<?> unused =
            events.schedule(() -> warnOfSilence(admission), SILENCE_SECONDS, TimeUnit.SECONDS);
      } catch (RejectedExecutionException e) {
        // The transport is closed.
      }
    }

    private void warnOfSilence(Admission admission) {
      if (!admission.isGone() && admission.session() == null) {
        refusals.warn(admission, "it has not proved that it knows the secret");
      }
    }

    @Override
    public void disappeared(Peer peer) {
      Admission admission = admissions.remove(peer.id());
      if (admission == null) {
        return;
      }
      admission.leave();
      onEvents(
          () -> {
            Receiver upper = receiver;
            if (upper != null && admission.told.isDone()) {
              upper.disappeared(peer);
            }
            admission.told.completeExceptionally(new TransportException("the peer has gone"));
          });
    }

    @Override
    public CompletableFuture<byte[]> received(Peer from, byte[] message) {
      Admission admission = admissions.get(from.id());
      if (admission == null) {
        return now(refusal(NO_SESSION));
      }
      return switch (Envelope.kind(message)) {
        case Envelope.HELLO -> now(() -> challenge(admission, message));
        case Envelope.PROOF -> now(() -> accept(admission, message));
        case Envelope.REQUEST -> request(admission, message);
        default -> now(() -> refuse(admission, NOT_VALID, "no message of ours"));
      };
    }

    private static CompletableFuture<byte[]> now(byte[] answer) {
      return CompletableFuture.completedFuture(answer);
    }

    private static CompletableFuture<byte[]> now(Supplier<byte[]> answer) {
      return now(answer.get());
    }

    private byte[] challenge(Admission admission, byte[] hello) {
      Names names = new Names(inner.nameOf(admission.peer()), inner.ownName());
      if (!Envelope.is(hello, Envelope.HELLO, Envelope.NONCE_BYTES)
          || names.initiator().compareTo(names.responder()) >= 0) {
        return refuse(admission, NOT_VALID, "it begins what is not its to begin");
      }
      Nonces nonces = new Nonces(Envelope.part(hello, 0, Envelope.NONCE_BYTES), sessions.nonce());
      Session offered = sessions.of(names, nonces, Role.RESPONDER);
      admission.offer(offered);
      return offered.challenge();
    }

    private byte[] accept(Admission admission, byte[] proof) {
      Session session =
          Envelope.is(proof, Envelope.PROOF, 2 * Envelope.NONCE_BYTES + ClusterKey.MAC_BYTES)
              ? admission.proved(proof)
              : null;
      if (session == null || !session.isProof(proof)) {
        return refuse(admission, NOT_VALID, "its proof is wrong");
      }
      admit(admission, session);
      return session.accepted();
    }

    private CompletableFuture<byte[]> request(Admission admission, byte[] message) {
      Session session = admission.requested(message);
      if (session == null) {
        return now(refuse(admission, NO_SESSION, "a request without a session"));
      }
      Opened opened = session.open(message);
      if (opened == null) {
        return now(refuse(admission, NOT_VALID, "a request that is altered, or old"));
      }
      admit(admission, session);
      Receiver upper = receiver;
      return admission
          .told
          .thenCompose(
              told ->
                  upper == null
                      ? CompletableFuture.failedFuture(new TransportException("closed"))
                      : upper.received(admission.peer(), opened.request()))
          .handle(
              (answer, failure) ->
                  failure == null
                      ? session.sealAnswer(opened.number(), answer)
                      : session.sealFailure(opened.number()));
    }

    private byte[] refuse(Admission admission, byte reason, String text) {
      refusals.message(admission, text);
      return refusal(reason);
    }

    private static byte[] refusal(byte reason) {
      return Envelope.open(Envelope.REFUSED, new byte[] {reason});
    }
  }
}
