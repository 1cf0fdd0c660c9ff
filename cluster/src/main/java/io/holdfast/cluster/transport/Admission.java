package io.holdfast.cluster.transport;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * How far a peer has got: what was offered to it, and the session that it was admitted with.
 *
 * <p>Concurrency: guarded by itself, except where a field says otherwise.
 */
final class Admission {
  /** Attempts of a peer that are open at once; whoever begins more spoils his oldest. */
  private static final int MAX_OFFERS = 4;

  /** Completes when the receiver has heard of the peer; fails if it never will. */
  final CompletableFuture<Void> told = new CompletableFuture<>();

  /** Whether a challenge of ours is under way. */
  final AtomicBoolean challenging = new AtomicBoolean();

  /** Whether the log says already that it was refused. */
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

  /** The peer has gone: nothing is admitted any more. */
  synchronized void leave() {
    gone = true;
    session = null;
    offers.clear();
  }

  /** A session that only waits for the peer's proof, or for the word that it has ours. */
  synchronized void offer(Session offered) {
    if (offers.size() == MAX_OFFERS) {
      offers.removeFirst();
    }
    offers.addLast(offered);
  }

  /** The session that a proof is for, admitted or offered. */
  synchronized @Nullable Session proved(byte[] proof) {
    if (session != null && session.hasNonces(proof)) {
      return session;
    }
    return offers.stream().filter(offered -> offered.hasNonces(proof)).findAny().orElse(null);
  }

  /** The session that a request is of, admitted or offered. */
  synchronized @Nullable Session requested(byte[] request) {
    if (session != null && session.hasId(request)) {
      return session;
    }
    return offers.stream().filter(offered -> offered.hasId(request)).findAny().orElse(null);
  }

  /**
   * From now on the peer is spoken to with this session.
   *
   * @return whether it is the first
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

  /** The peer does not know the session any more. */
  synchronized void forget(Session lost) {
    if (session == lost) {
      session = null;
    }
  }
}
