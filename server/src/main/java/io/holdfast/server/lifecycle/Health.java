package io.holdfast.server.lifecycle;

import io.holdfast.storage.GroupStore;
import io.holdfast.storage.Refusal;
import java.util.Optional;

/**
 * The node's health, as probes, the API and metrics show it. Any thread may ask; nothing blocks.
 */
public record Health(Lifecycle lifecycle, GroupStore store) {

  /** Returns the reason why the process should be restarted, or empty. */
  public Optional<Refusal> trouble() {
    return store.failure().isDone()
        ? Optional.of(new Refusal(Refusal.Code.STORE_FAILED, store.failure().join()))
        : overload();
  }

  private Optional<Refusal> overload() {
    return store.queueDepth() >= store.queueCapacity()
        ? Optional.of(new Refusal(Refusal.Code.QUEUE_FULL, "write queue is full"))
        : Optional.empty();
  }

  /** Returns the reason why requests should go to another node, or empty. */
  public Optional<Refusal> unready() {
    return lifecycle.unready().or(store::unready).or(this::trouble);
  }

  /**
   * Returns whether clients should open their next connection to another node. An overload is no
   * reason: new connections would cost more than kept ones.
   */
  public boolean sendsClientsAway() {
    return lifecycle.isEnding() || store.unready().isPresent();
  }
}
