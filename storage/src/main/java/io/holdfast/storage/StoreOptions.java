package io.holdfast.storage;

import io.holdfast.proto.metrics.MetricType;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Map;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The options for opening a store.
 *
 * @param directory created if it does not exist
 * @param replicated if other nodes have the same groups; null for a store that is alone
 */
public record StoreOptions(
    Path directory,
    Surroundings surroundings,
    Capacity capacity,
    Rules rules,
    @Nullable Replicated replicated) {

  /**
   * The parts of the process that a store uses.
   *
   * @param clock for versions
   * @param nanos measures commits and the intervals of housekeeping
   * @param listener hears of each commit
   */
  public record Surroundings(InstantSource clock, LongSupplier nanos, CommitListener listener) {}

  /**
   * The room that a store has.
   *
   * @param queuedChanges how many changes can wait for the writer, at least 1
   * @param minimumFreeBytes pushes are refused while the file system has less free space; the rest
   *     is for deletes and for the store's own clean-up
   * @param maximumMemoryBytes the approximate heap for all groups; pushes beyond it are refused,
   *     because a store that does not fit could not be opened again
   */
  public record Capacity(int queuedChanges, long minimumFreeBytes, long maximumMemoryBytes) {

    public Capacity {
      if (queuedChanges < 1) {
        throw new IllegalArgumentException("queuedChanges: " + queuedChanges + " (expected: >= 1)");
      }
    }

    /** Returns the capacity of a store that only the length of its queue limits. */
    public static Capacity ofQueue(int queuedChanges) {
      return new Capacity(queuedChanges, 0, Long.MAX_VALUE);
    }
  }

  /**
   * The rules for pushes to this node.
   *
   * @param reserved name and type of the server's own families, which pushes may join but not
   *     contradict
   */
  public record Rules(Map<String, MetricType> reserved, GroupLimits limits) {
    /** Rules that allow all consistent pushes. */
    public static final Rules NONE = new Rules(Map.of(), GroupLimits.NONE);

    public Rules {
      reserved = Map.copyOf(reserved);
    }
  }

  /**
   * The options of a replicated store.
   *
   * @param newStoreIsComplete whether a store that is created is complete, because no other node
   *     has groups
   */
  public record Replicated(boolean newStoreIsComplete) {

    /** Returns the options for a store that replaces a quarantined or lost store. */
    Replicated ofSuccessor() {
      return new Replicated(false);
    }
  }
}
