package io.holdfast.storage;

import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The descriptors of all families, each once, and the heap that they take. Families of many groups
 * refer to one object. A descriptor is removed with the last family that uses it.
 *
 * <p>The map is sorted, not hashed: clients choose names and HELP texts, and can make their hashes
 * collide.
 *
 * <p>Concurrency: mutable, confined to the writer thread.
 */
final class Descriptors {
  private static final class Uses {
    final Descriptor shared;
    int count;

    Uses(Descriptor shared) {
      this.shared = shared;
    }
  }

  private final TreeMap<Descriptor, Uses> uses = new TreeMap<>();
  private long memoryBytes;

  /** Returns the heap that all descriptors take. */
  long memoryBytes() {
    return memoryBytes;
  }

  /** Returns the equal descriptor that is in use, or the given descriptor if there is none. */
  Descriptor shared(Descriptor descriptor) {
    Uses known = uses.get(descriptor);
    return known == null ? descriptor : known.shared;
  }

  boolean has(Descriptor descriptor) {
    return uses.containsKey(descriptor);
  }

  /** Notes that a family has changed its descriptor. One of the two descriptors can be absent. */
  @SuppressWarnings("ReferenceEquality") // A shortcut; equal descriptors do no harm.
  void replace(@Nullable Descriptor before, @Nullable Descriptor after) {
    if (before == after) {
      return;
    }
    if (after != null) {
      Uses known = uses.get(after);
      if (known == null) {
        known = new Uses(after);
        uses.put(after, known);
        memoryBytes += HeapCost.of(after);
      }
      known.count++;
    }
    if (before != null) {
      Uses known = uses.get(before);
      if (known == null) {
        throw new IllegalStateException("descriptor " + before.name() + ": not in use");
      }
      known.count--;
      if (known.count == 0) {
        uses.remove(before);
        memoryBytes -= HeapCost.of(before);
      }
    }
  }
}
