/**
 * The bytes and files of a store. Only this package uses RocksDB. The package knows records by key,
 * but no groups.
 *
 * <p>Guarantees: after {@link io.holdfast.storage.disk.RecordStore#sync} a write survives the loss
 * of power. After a crash, a batch is there completely or not at all. Damage to synced records
 * makes the opening fail with the name of the file. A directory belongs to one process at a time.
 * No reader of a snapshot ever uses a closed native object.
 *
 * <p>Every failure is a {@link io.holdfast.storage.disk.DiskException}: no class of RocksDB leaves
 * this package. One thread, the writer, uses a record store. Any thread may read snapshots.
 *
 * <p>The package above decides on keys, on the order of commits, and on when a failed store is
 * opened again.
 */
@NullMarked
package io.holdfast.storage.disk;

import org.jspecify.annotations.NullMarked;
