package io.holdfast.cluster.transport;

import io.holdfast.cluster.transport.Session.Names;
import io.holdfast.cluster.transport.Session.Nonces;
import io.holdfast.cluster.transport.Session.Role;
import io.holdfast.cluster.transport.Transport.TrafficClass;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The initiator's part of an admission. Attempts are repeated until the peer is admitted or has
 * gone.
 *
 * <p>Concurrency: one attempt for a peer at a time. Each step runs on the timer, or on a thread of
 * the inner transport that brings an answer.
 */
final class Challenger {
  private static final Duration FIRST_PAUSE = Duration.ofMillis(50);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);

  private final NamedTransport inner;
  private final ScheduledExecutorService timer;
  private final Refusals refusals;
  private final Sessions sessions;
  private final BiConsumer<Admission, Session> admit;

  Challenger(
      NamedTransport inner,
      ScheduledExecutorService timer,
      Refusals refusals,
      Sessions sessions,
      BiConsumer<Admission, Session> admit) {
    this.inner = inner;
    this.timer = timer;
    this.refusals = refusals;
    this.sessions = sessions;
    this.admit = admit;
  }

  /** Begins attempts, unless attempts for this peer are under way. */
  void begin(Admission admission) {
    if (admission.challenging.compareAndSet(false, true)) {
      later(admission, Duration.ZERO, FIRST_PAUSE);
    }
  }

  private void later(Admission admission, Duration delay, Duration nextPause) {
    try {
      ScheduledFuture<?> unused =
          timer.schedule(
              () -> attempt(admission, nextPause), delay.toMillis(), TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException e) {
      // The transport is closed.
    }
  }

  private void attempt(Admission admission, Duration pause) {
    if (admission.isGone() || admission.session() != null) {
      admission.challenging.set(false);
      return;
    }
    String own = inner.ownName();
    String peer = inner.nameOf(admission.peer());
    if (own.isEmpty() || peer.isEmpty()) {
      again(admission, pause);
    } else if (own.compareTo(peer) >= 0) {
      // The peer is the initiator.
      admission.challenging.set(false);
    } else {
      hello(admission, new Names(own, peer), pause);
    }
  }

  private void again(Admission admission, Duration pause) {
    Duration twice = pause.multipliedBy(2);
    later(admission, pause, twice.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : twice);
  }

  private void hello(Admission admission, Names names, Duration pause) {
    byte[] nonce = sessions.nonce();
    CompletableFuture<byte[]> unused =
        inner
            .send(admission.peer(), TrafficClass.CONTROL, Envelope.open(Envelope.HELLO, nonce))
            .whenComplete(
                (answer, failure) -> {
                  Session session = failure == null ? challenged(names, nonce, answer) : null;
                  if (session != null) {
                    admission.offer(session);
                    prove(admission, session, pause);
                  } else {
                    if (failure == null && !isRefusal(answer)) {
                      refusals.message(admission, "it does not know the secret");
                    }
                    again(admission, pause);
                  }
                });
  }

  private @Nullable Session challenged(Names names, byte[] nonce, byte[] answer) {
    if (!Envelope.is(answer, Envelope.CHALLENGE, Envelope.NONCE_BYTES + ClusterKey.MAC_BYTES)) {
      return null;
    }
    byte[] theirs = Envelope.part(answer, 0, Envelope.NONCE_BYTES);
    Session session = sessions.of(names, new Nonces(nonce, theirs), Role.INITIATOR);
    return session.isChallenge(answer) ? session : null;
  }

  private void prove(Admission admission, Session session, Duration pause) {
    CompletableFuture<byte[]> unused =
        inner
            .send(admission.peer(), TrafficClass.CONTROL, session.proof())
            .whenComplete(
                (answer, failure) -> {
                  if (failure == null && session.isAccepted(answer)) {
                    admit.accept(admission, session);
                  }
                  // After success, the next attempt finds nothing to do, and ends the attempts.
                  again(admission, pause);
                });
  }

  private static boolean isRefusal(byte[] answer) {
    return Envelope.kind(answer) == Envelope.REFUSED;
  }
}
