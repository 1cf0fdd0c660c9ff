/**
 * Bytes and files: the one room that sees RocksDB. It knows records by key, and no group.
 *
 * <p>Guarantees: after {@link io.holdfast.storage.disk.RecordStore#sync} a write survives the loss
 * of power. A batch is there after a crash whole or not at all. Damage to synced records makes the
 * opening fail with the name of the file. A directory belongs to one process at a time. No reader
 * of a snapshot ever touches a closed native object.
 *
 * <p>Every failure is a {@link io.holdfast.storage.disk.DiskException}: no class of RocksDB leaves
 * this package. One thread, the writer, uses a record store; snapshots may be read by any thread.
 *
 * <p>The room does not know which keys there are, in which order changes are committed, or when a
 * failed store is opened again: the package above decides that.
 */
@NullMarked
package io.holdfast.storage.disk;

import org.jspecify.annotations.NullMarked;
