package io.holdfast.storage.disk;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The lock that reserves a directory for one store. RocksDB's own lock comes too late: the logs are
 * checked before it. A log that another process is writing would look damaged there.
 *
 * <p>The operating system releases the lock at the end of the process at the latest. The empty file
 * stays.
 */
public final class DirectoryLock implements AutoCloseable {
  static final String FILE_NAME = "holdfast.lock";

  private static final Set<PosixFilePermission> OWNERS_FILE =
      PosixFilePermissions.fromString("rw-------");

  private final FileChannel channel;

  private DirectoryLock(FileChannel channel) {
    this.channel = channel;
  }

  /** Returns the lock, or null if another store has it, in this process or another. */
  public static @Nullable DirectoryLock tryTake(Path directory) throws IOException {
    // A symbolic link would let its maker choose which file of this user is created or locked.
    Set<OpenOption> options =
        Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
    Path file = directory.resolve(FILE_NAME);
    FileChannel channel =
        StoreDirectory.arePermissionsKnown(file)
            ? FileChannel.open(file, options, PosixFilePermissions.asFileAttribute(OWNERS_FILE))
            : FileChannel.open(file, options);
    try {
      FileLock lock = channel.tryLock();
      if (lock != null) {
        return new DirectoryLock(channel);
      }
    } catch (OverlappingFileLockException e) {
      // A store of this process has the lock.
    } catch (IOException e) {
      channel.close();
      throw e;
    }
    channel.close();
    return null;
  }

  /**
   * Returns a lock that keeps every store from opening and lets other readers in; null if a store
   * is open. Changes nothing on the disk.
   *
   * @throws java.nio.file.NoSuchFileException if no store was ever opened in the directory
   */
  static @Nullable DirectoryLock tryShare(Path directory) throws IOException {
    FileChannel channel =
        FileChannel.open(
            directory.resolve(FILE_NAME), StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);
    try {
      FileLock lock = channel.tryLock(0, Long.MAX_VALUE, true);
      if (lock != null) {
        return new DirectoryLock(channel);
      }
    } catch (OverlappingFileLockException e) {
      // A store of this process has the lock.
    } catch (IOException e) {
      channel.close();
      throw e;
    }
    channel.close();
    return null;
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
