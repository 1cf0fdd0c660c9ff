package io.holdfast.server.lifecycle;

import static java.util.Objects.requireNonNull;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Where the process is between start and end. States follow each other in this order and none comes
 * back; probes, logs and the shutdown all read this one.
 */
public final class Lifecycle {
  public enum State {
    STARTING,
    READY,
    /** Says that it is unready, and serves whoever has not heard it yet. */
    DRAINING,
    STOPPED
  }

  private final AtomicReference<State> state = new AtomicReference<>(State.STARTING);
  private final CompletableFuture<Void> quit = new CompletableFuture<>();

  /** Goes on to a later state; false if it is there or further already. */
  public boolean advance(State to) {
    State before = state.getAndUpdate(now -> now.compareTo(to) < 0 ? to : now);
    return before.compareTo(to) < 0;
  }

  /** Why the process should not be sent requests, or empty. */
  Optional<String> unready() {
    State now = requireNonNull(state.get());
    return switch (now) {
      case READY -> Optional.empty();
      case STARTING -> Optional.of("starting");
      case DRAINING -> Optional.of("shutting down");
      case STOPPED -> Optional.of("stopped");
    };
  }

  public void requestQuit() {
    quit.complete(null);
  }

  /** Completes when somebody has asked over HTTP to end the process. */
  public CompletableFuture<Void> quitRequested() {
    return quit;
  }
}
