package io.holdfast.storage;

import io.holdfast.proto.metrics.MetricType;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The options for opening a store.
 *
 * @param directory created if it does not exist
 * @param queueCapacity how many changes can wait for the writer, at least 1
 * @param minimumFreeBytes pushes are refused while the file system has less free space; the rest is
 *     for deletes and for the store's own clean-up
 * @param maximumMemoryBytes the approximate heap for all groups; pushes beyond it are refused,
 *     because a store that does not fit could not be opened again
 * @param clock for versions
 * @param reserved name and type of the server's own families, which pushes may join but not
 *     contradict
 * @param listener hears of each commit
 * @param limits for pushes to this node
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

  /** Creates options for a store that is alone and without limits. */
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

  /** Creates options for a store without limits. */
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
