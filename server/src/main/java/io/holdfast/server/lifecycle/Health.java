package io.holdfast.server.lifecycle;

import io.holdfast.storage.GroupStore;
import java.util.Optional;

/** What probes, the API and metrics say of this node. Any threads may ask; nothing blocks. */
public record Health(Lifecycle lifecycle, GroupStore store) {

  /** Why the process should be started anew, or empty. */
  public Optional<String> trouble() {
    return store.failure().isDone() ? Optional.of(store.failure().join()) : overload();
  }

  private Optional<String> overload() {
    return store.queueDepth() >= store.queueCapacity()
        ? Optional.of("write queue is full")
        : Optional.empty();
  }

  /** Why requests had better go to another node, or empty. */
  public Optional<String> unready() {
    return lifecycle.unready().or(store::unready).or(this::trouble);
  }
}
