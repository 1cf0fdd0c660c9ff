/**
 * Groups of pushed metrics: their model and merge, the check of a push, the records on the disk,
 * and the exposition.
 *
 * <p>One writer thread makes all changes ({@link io.holdfast.storage.RocksGroupStore}). The writer
 * checks a push against the {@code ConsistencyIndex}, gives it a {@link
 * io.holdfast.storage.Version} and merges it into its group. The writer commits all waiting changes
 * to RocksDB with one fsync. Then the writer publishes a new {@link io.holdfast.storage.Exposition}
 * and acknowledges the changes. Readers see immutable snapshots and take no lock.
 *
 * <p>This package does not know HTTP or other nodes. Its model has versions, floors and stamps, so
 * that states of several nodes can be merged in any order.
 */
@NullMarked
package io.holdfast.storage;

import org.jspecify.annotations.NullMarked;
