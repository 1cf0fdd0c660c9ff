package io.holdfast.server.lifecycle;

import static java.util.Objects.requireNonNull;

import io.holdfast.storage.Refusal;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;

/**
 * The state of the process between start and end. The states follow each other in this order, and
 * no state comes back. Probes, logs and the shutdown all read this object. Any thread may use it.
 */
public final class Lifecycle {
  public enum State {
    STARTING,
    READY,
    /** The node reports itself unready. It still serves clients that have not noticed yet. */
    DRAINING,
    STOPPED
  }

  private final AtomicReference<State> state = new AtomicReference<>(State.STARTING);
  private final CompletableFuture<Void> quit = new CompletableFuture<>();

  /** Advances to a later state. Returns false if that state or a later one is already reached. */
  public boolean advance(State to) {
    State before = state.getAndUpdate(now -> now.compareTo(to) < 0 ? to : now);
    return before.compareTo(to) < 0;
  }

  boolean isEnding() {
    return requireNonNull(state.get()).compareTo(State.DRAINING) >= 0;
  }

  /** Returns the reason why the process should get no requests, or empty. */
  Optional<Refusal> unready() {
    State now = requireNonNull(state.get());
    return switch (now) {
      case READY -> Optional.empty();
      case STARTING -> Optional.of(new Refusal(Refusal.Code.STARTING, "starting"));
      case DRAINING -> Optional.of(new Refusal(Refusal.Code.SHUTTING_DOWN, "shutting down"));
      case STOPPED -> Optional.of(new Refusal(Refusal.Code.SHUTTING_DOWN, "stopped"));
    };
  }

  public void requestQuit() {
    quit.complete(null);
  }

  /** Returns a future that completes when a client has asked over HTTP to end the process. */
  public CompletableFuture<Void> quitRequested() {
    return quit;
  }
}
