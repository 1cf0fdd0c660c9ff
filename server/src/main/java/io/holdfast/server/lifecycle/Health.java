package io.holdfast.server.lifecycle;

import io.holdfast.storage.GroupStore;
import java.util.Optional;

/**
 * The node's health, as probes, the API and metrics show it. Any thread may ask; nothing blocks.
 */
public record Health(Lifecycle lifecycle, GroupStore store) {

  /** Returns the reason why the process should be restarted, or empty. */
  public Optional<String> trouble() {
    return store.failure().isDone() ? Optional.of(store.failure().join()) : overload();
  }

  private Optional<String> overload() {
    return store.queueDepth() >= store.queueCapacity()
        ? Optional.of("write queue is full")
        : Optional.empty();
  }

  /** Returns the reason why requests should go to another node, or empty. */
  public Optional<String> unready() {
    return lifecycle.unready().or(store::unready).or(this::trouble);
  }
}
