package io.holdfast.storage.disk;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Zeros ahead of the end of the write-ahead log. RocksDB writes batches over them.
 *
 * <p>An fdatasync of an append also commits the new size of the file to the journal of the file
 * system. Over bytes that were written before, the fdatasync only writes the bytes. The zeros cost
 * one more write of each byte of the log, in large pieces.
 *
 * <p>RocksDB cuts off the zeros when it closes a log. After a crash, {@link WalTail#cutUnwritten}
 * does so before RocksDB reads the log.
 *
 * <p>Concurrency: the writer thread, between two batches. Only that thread makes RocksDB write
 * batches, so all bytes of RocksDB are before the end of the file, and the zeros begin there. The
 * one exception is the first record of a new log: a thread of RocksDB may write it after a failure.
 * So an empty log gets no zeros.
 *
 * <p>A log without zeros works as well, and is synced more slowly. So no failure here fails a
 * commit.
 */
final class WalExtension implements AutoCloseable {
  /** Rarer pieces save nothing more, and a larger one delays the sync behind it. */
  private static final int PIECE_BYTES = 1 << 20;

  /** The last free space of a disk belongs to batches and tables. */
  private static final long LEAST_FREE_BYTES = 64L * PIECE_BYTES;

  private static final int BUFFER_BYTES = 64 * 1024;

  private static final Logger logger = LoggerFactory.getLogger(WalExtension.class);

  private final Path directory;
  private final ByteBuffer zeros = ByteBuffer.allocateDirect(BUFFER_BYTES);
  private @Nullable Path path;
  private @Nullable FileChannel log;
  private long fileSetNumber = -1;

  /** The log's batches end here, or before. */
  private long written;

  /** The zeros end here. */
  private long end;

  private boolean isWorking = true;

  WalExtension(Path directory) {
    this.directory = directory;
  }

  /**
   * Makes room for a batch that RocksDB writes next.
   *
   * @param batchBytes the size of the batch, without the headers of its records
   * @param fileSetNumber a number that changes with each new log, at least
   */
  void extend(long batchBytes, long fileSetNumber) {
    if (!isWorking) {
      return;
    }
    try {
      if (log == null || fileSetNumber != this.fileSetNumber) {
        openNewest();
        this.fileSetNumber = fileSetNumber;
      }
      written += WalTail.mostBytes(batchBytes);
      if (log != null && written > end) {
        end = log.size();
        if (directory.toFile().getUsableSpace() >= LEAST_FREE_BYTES) {
          append(log);
        }
      }
    } catch (IOException e) {
      isWorking = false;
      tellFailure(e);
      close();
    }
  }

  private void tellFailure(IOException e) {
    logger
        .atDebug()
        .addKeyValue("path", directory)
        .addKeyValue("err", e.toString())
        .log("extension of the write-ahead log failed; syncs take longer");
  }

  private void append(FileChannel log) throws IOException {
    for (long to = end + PIECE_BYTES; end < to; ) {
      zeros.clear();
      end += log.write(zeros, end);
    }
  }

  private void openNewest() throws IOException {
    Path newest = WalTail.newest(directory);
    if (log != null && Objects.equals(newest, path)) {
      return;
    }
    close();
    if (newest == null) {
      return;
    }
    try {
      FileChannel opened = FileChannel.open(newest, StandardOpenOption.WRITE);
      written = opened.size();
      end = written;
      if (written == 0) {
        opened.close();
        return;
      }
      log = opened;
      path = newest;
    } catch (NoSuchFileException e) {
      // RocksDB has just replaced this log. The next batch finds the new one.
    }
  }

  /** Closes the file, which stays as it is. */
  @Override
  public void close() {
    if (log != null) {
      try {
        log.close();
      } catch (IOException e) {
        tellFailure(e);
      }
      log = null;
    }
  }
}
