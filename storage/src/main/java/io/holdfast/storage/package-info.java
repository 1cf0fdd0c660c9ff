/**
 * Groups of pushed metrics: what they are, how two states of one merge, what makes a push
 * inconsistent, how they lie on the disk and what a scrape sees of them.
 *
 * <p>One writer thread changes everything ({@link io.holdfast.storage.RocksGroupStore}): it checks
 * a push against the {@code ConsistencyIndex}, gives it a {@link io.holdfast.storage.Version},
 * merges it into its group, commits to RocksDB with one fsync for all that waited, publishes a new
 * {@link io.holdfast.storage.Exposition} and only then acknowledges. Readers see immutable
 * snapshots and take no lock.
 *
 * <p>Nothing here knows of HTTP or of other nodes. Versions, floors and stamps are in the model all
 * the same, so that states of several nodes can be merged in any order.
 */
@NullMarked
package io.holdfast.storage;

import org.jspecify.annotations.NullMarked;
