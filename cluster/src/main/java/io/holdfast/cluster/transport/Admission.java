package io.holdfast.cluster.transport;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * The progress of a peer's admission: the offered sessions, and the session with which the peer was
 * admitted.
 *
 * <p>Concurrency: guarded by itself, except where a field says otherwise.
 */
final class Admission {
  /**
   * The number of a peer's open attempts. A peer that begins more attempts loses its oldest
   * attempt.
   */
  private static final int MAX_OFFERS = 4;

  /** Completes when the receiver has heard of the peer. Fails if the peer goes before. */
  final CompletableFuture<Void> told = new CompletableFuture<>();

  /** Whether an attempt of this process is under way. */
  final AtomicBoolean challenging = new AtomicBoolean();

  /** Whether the log already names this peer as refused. */
  final AtomicBoolean warned = new AtomicBoolean();

  private final Peer peer;
  private final Deque<Session> offers = new ArrayDeque<>();
  private @Nullable Session session;
  private boolean announced;
  private boolean gone;

  Admission(Peer peer) {
    this.peer = peer;
  }

  Peer peer() {
    return peer;
  }

  synchronized @Nullable Session session() {
    return session;
  }

  synchronized boolean isGone() {
    return gone;
  }

  /** Ends the admission, because the peer has gone. Nothing is admitted any more. */
  synchronized void leave() {
    gone = true;
    session = null;
    offers.clear();
  }

  /**
   * Adds a session that waits only for the peer's proof, or for the peer's acceptance of this
   * process's proof.
   */
  synchronized void offer(Session offered) {
    if (offers.size() == MAX_OFFERS) {
      offers.removeFirst();
    }
    offers.addLast(offered);
  }

  /** Returns the session that a proof belongs to, admitted or offered. */
  synchronized @Nullable Session proved(byte[] proof) {
    if (session != null && session.hasNonces(proof)) {
      return session;
    }
    return offers.stream().filter(offered -> offered.hasNonces(proof)).findAny().orElse(null);
  }

  /** Returns the session that a request belongs to, admitted or offered. */
  synchronized @Nullable Session requested(byte[] request) {
    if (session != null && session.hasId(request)) {
      return session;
    }
    return offers.stream().filter(offered -> offered.hasId(request)).findAny().orElse(null);
  }

  /**
   * Admits the peer with this session. Later requests to the peer use this session.
   *
   * @return whether this session is the peer's first
   */
  synchronized boolean admit(Session proved) {
    if (gone || session == proved) {
      return false;
    }
    offers.clear();
    boolean first = !announced;
    announced = true;
    session = proved;
    return first;
  }

  /** Drops a session that the peer does not know any more. */
  synchronized void forget(Session lost) {
    if (session == lost) {
      session = null;
    }
  }
}
