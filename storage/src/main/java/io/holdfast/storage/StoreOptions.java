package io.holdfast.storage;

import io.holdfast.proto.metrics.MetricType;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Map;

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
 */
public record StoreOptions(
    Path directory,
    int queueCapacity,
    long minimumFreeBytes,
    long maximumMemoryBytes,
    InstantSource clock,
    Map<String, MetricType> reserved,
    CommitListener listener) {

  public StoreOptions {
    if (queueCapacity < 1) {
      throw new IllegalArgumentException("queueCapacity: " + queueCapacity + " (expected: >= 1)");
    }
    reserved = Map.copyOf(reserved);
  }
}
