package io.holdfast.storage;

import io.holdfast.proto.metrics.MetricType;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How to open a store.
 *
 * @param directory created if it does not exist
 * @param queueCapacity how many changes may wait for the writer, at least 1
 * @param minimumFreeBytes pushes are refused while the file system has less space than this left,
 *     so that there is room for what makes space again: deletes, and the store's own clean-up
 * @param maximumMemoryBytes what all groups may take of the heap, about; pushes that would make it
 *     more are refused, because a store that no longer fits could not be started again
 * @param clock for versions
 * @param reserved name and type of the server's own families that pushes may join but not
 *     contradict
 * @param listener hears of each commit
 * @param limits for what this node is asked
 * @param replicated if other nodes have the same groups; null for a store that is alone
 */
public record StoreOptions(
    Path directory,
    int queueCapacity,
    long minimumFreeBytes,
    long maximumMemoryBytes,
    InstantSource clock,
    Map<String, MetricType> reserved,
    CommitListener listener,
    GroupLimits limits,
    @Nullable Replicated replicated) {

  /**
   * What a replicated store needs to know.
   *
   * @param newStoreIsWhole whether a store that is created lacks nothing: there is no other node
   *     that has something
   */
  public record Replicated(boolean newStoreIsWhole) {

    /** The same for a store that takes the place of one that was put aside or lost. */
    Replicated ofSuccessor() {
      return new Replicated(false);
    }
  }

  /** A store that is alone and without limits. */
  public StoreOptions(
      Path directory,
      int queueCapacity,
      long minimumFreeBytes,
      long maximumMemoryBytes,
      InstantSource clock,
      Map<String, MetricType> reserved,
      CommitListener listener) {
    this(
        directory,
        queueCapacity,
        minimumFreeBytes,
        maximumMemoryBytes,
        clock,
        reserved,
        listener,
        null);
  }

  /** A store without limits. */
  public StoreOptions(
      Path directory,
      int queueCapacity,
      long minimumFreeBytes,
      long maximumMemoryBytes,
      InstantSource clock,
      Map<String, MetricType> reserved,
      CommitListener listener,
      @Nullable Replicated replicated) {
    this(
        directory,
        queueCapacity,
        minimumFreeBytes,
        maximumMemoryBytes,
        clock,
        reserved,
        listener,
        GroupLimits.NONE,
        replicated);
  }

  public StoreOptions {
    if (queueCapacity < 1) {
      throw new IllegalArgumentException("queueCapacity: " + queueCapacity + " (expected: >= 1)");
    }
    reserved = Map.copyOf(reserved);
  }
}
