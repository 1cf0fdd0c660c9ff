package io.holdfast.storage;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * Keeps a directory for one store. RocksDB has a lock of its own, but takes it too late: its logs
 * are looked at before, and half of what another process is writing there looks like damage.
 *
 * <p>The lock goes with the process, however that ends; the empty file stays.
 */
final class DirectoryLock implements AutoCloseable {
  static final String FILE_NAME = "holdfast.lock";

  private final FileChannel channel;

  private DirectoryLock(FileChannel channel) {
    this.channel = channel;
  }

  /** The lock, or null if another store has it, in this process or another. */
  static @Nullable DirectoryLock tryTake(Path directory) throws IOException {
    FileChannel channel =
        FileChannel.open(
            directory.resolve(FILE_NAME), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    try {
      FileLock lock = channel.tryLock();
      if (lock != null) {
        return new DirectoryLock(channel);
      }
    } catch (OverlappingFileLockException e) {
      // A store of this process has it.
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
