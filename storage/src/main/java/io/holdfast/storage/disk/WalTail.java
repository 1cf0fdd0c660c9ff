package io.holdfast.storage.disk;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * The sound part of a write-ahead log of RocksDB, and the kind of bytes behind it: a torn end after
 * a power loss, or damage to acknowledged batches.
 *
 * <p>RocksDB cannot tell the two apart. RocksDB refuses some torn ends: a last record of full
 * length that was not wholly written. RocksDB silently skips some damage: a record near the end
 * with a wrong length. This store syncs every batch before it begins the next. A bad record is
 * therefore a torn end if and only if no batch begins behind it.
 *
 * <p>The thread that opens the store uses this class, and holds the directory's lock. If the disk
 * fails, the opening fails; every sound batch stays. A power loss during {@link #cutOff} leaves the
 * torn log or the shorter one, and the next opening reads either.
 *
 * <h2>Format</h2>
 *
 * <pre>
 * block   = record* trailer                 32 KiB; the last one may be shorter
 * trailer = 0x00{0,6}                       where no header fits any more
 * record  = checksum length type payload    4, 2 and 1 bytes, little-endian; within one block
 * batch   = FULL | FIRST MIDDLE* LAST       types 1; 2, 3, 4
 * </pre>
 *
 * <p>The checksum is a masked CRC-32C of type and payload. Types from 5 on belong to recycled
 * files, or to records about the log itself. Recycled files have four more bytes in the header and
 * do not occur here. Zeros from {@link WalExtension} may follow the last record.
 *
 * @param log the file
 * @param soundBytes where the last whole batch ends. A trailer belongs to the record behind it
 * @param writtenBytes where the zeros at the end of the file begin, and not before the last whole
 *     batch ends
 * @param fileBytes the file's length
 * @param damagedAt where a bad record begins although a batch begins behind it; below 0 if there is
 *     none
 */
record WalTail(Path log, long soundBytes, long writtenBytes, long fileBytes, long damagedAt) {
  private static final int BLOCK_BYTES = 32 * 1024;
  private static final int HEADER_BYTES = 7;
  private static final int MOST_TRAILER_BYTES = HEADER_BYTES - 1;
  private static final int FULL = 1;
  private static final int FIRST = 2;
  private static final int MIDDLE = 3;
  private static final int LAST = 4;
  private static final int LAST_KNOWN_TYPE = 131;
  private static final int CHECKSUM_MASK = 0xa282ead8;

  /** Returns whether acknowledged batches are damaged. */
  boolean isDamaged() {
    return damagedAt >= 0;
  }

  /** Returns whether the last batch is incomplete. */
  boolean isTorn() {
    return !isDamaged() && soundBytes < writtenBytes;
  }

  /** Returns the bytes of the incomplete last batch that are on the disk. */
  long tornBytes() {
    return writtenBytes - soundBytes;
  }

  /**
   * Returns the most bytes that a batch takes in the log, wherever in a block the batch begins.
   *
   * @param batchBytes the size of the batch
   */
  static long mostBytes(long batchBytes) {
    long blocks = batchBytes / (BLOCK_BYTES - HEADER_BYTES) + 2;
    return batchBytes + blocks * (HEADER_BYTES + MOST_TRAILER_BYTES);
  }

  /**
   * Returns the tails of all logs in the directory, oldest first. Reads the logs and changes
   * nothing.
   */
  static List<WalTail> ofDirectory(Path directory) throws IOException {
    List<WalTail> tails = new ArrayList<>();
    for (Path log : logs(directory)) {
      try {
        tails.add(of(log));
      } catch (NoSuchFileException e) {
        // Another process is using this directory. RocksDB's lock reports this better.
      }
    }
    return tails;
  }

  /** Returns the newest log in the directory, or null if there is none. */
  static @Nullable Path newest(Path directory) throws IOException {
    List<Path> logs = logs(directory);
    return logs.isEmpty() ? null : logs.get(logs.size() - 1);
  }

  /** Returns all logs in the directory, oldest first. */
  private static List<Path> logs(Path directory) throws IOException {
    List<Path> logs = new ArrayList<>();
    try (DirectoryStream<Path> files =
        Files.newDirectoryStream(directory, file -> isLog(file.getFileName().toString()))) {
      files.forEach(logs::add);
    }
    logs.sort((one, other) -> Long.compare(number(one), number(other)));
    return logs;
  }

  private static boolean isLog(String name) {
    return name.matches("[0-9]{1,18}\\.log");
  }

  private static long number(Path log) {
    String name = log.getFileName().toString();
    return Long.parseLong(name.substring(0, name.indexOf('.')));
  }

  /** Returns the tail of one log. Reads the log and changes nothing. */
  static WalTail of(Path log) throws IOException {
    try (FileChannel file = FileChannel.open(log, StandardOpenOption.READ)) {
      return new Scan(log).of(file);
    }
  }

  /**
   * Cuts off the zeros behind the last record. RocksDB compares the length of a log with the length
   * that the next log states. Returns when the length is on the disk. A power loss before that
   * leaves all zeros, or none.
   */
  void cutUnwritten() throws IOException {
    if (writtenBytes < fileBytes) {
      try (FileChannel file = FileChannel.open(log, StandardOpenOption.WRITE)) {
        file.truncate(writtenBytes);
        file.force(true);
      }
    }
  }

  /**
   * Cuts off the torn end, after a copy of the whole log. RocksDB does not recognise the name of
   * the copy. Returns when both files are on the disk.
   *
   * @param suffix the end of the copy's name, after the log's name and ".torn-"
   */
  Path cutOff(String suffix) throws IOException {
    Path copy = log.resolveSibling(log.getFileName() + ".torn-" + suffix);
    Files.copy(log, copy, StandardCopyOption.REPLACE_EXISTING);
    sync(copy, StandardOpenOption.WRITE);
    try (FileChannel file = FileChannel.open(log, StandardOpenOption.WRITE)) {
      file.truncate(soundBytes);
      file.force(true);
    }
    Path directory = log.getParent();
    if (directory != null) {
      sync(directory, StandardOpenOption.READ);
    }
    return copy;
  }

  private static void sync(Path path, StandardOpenOption option) throws IOException {
    try (FileChannel file = FileChannel.open(path, option)) {
      file.force(true);
    }
  }

  /** A pass over a log. */
  private static final class Scan {
    private final Path log;
    private final ByteBuffer block =
        ByteBuffer.allocate(BLOCK_BYTES).order(ByteOrder.LITTLE_ENDIAN);

    /** The offset in the file of the block's first byte. */
    private long blockStart;

    private long soundBytes;

    /** Where the last byte that is not zero ends. */
    private long writtenBytes;

    private boolean isInsideBatch;

    /** The offset of the first bad record; below 0 if there is none. */
    private long badAt = -1;

    Scan(Path log) {
      this.log = log;
    }

    WalTail of(FileChannel file) throws IOException {
      while (fill(file)) {
        int from = badAt < 0 ? readBlock() : 0;
        if (badAt >= 0 && hasStart(from)) {
          return new WalTail(log, soundBytes, file.size(), file.size(), badAt);
        }
        for (int at = block.limit(); at > 0; at--) {
          if (block.get(at - 1) != 0) {
            writtenBytes = blockStart + at;
            break;
          }
        }
        blockStart += BLOCK_BYTES;
      }
      long fileBytes = Math.max(soundBytes, file.size());
      return new WalTail(log, soundBytes, Math.max(soundBytes, writtenBytes), fileBytes, -1);
    }

    private boolean fill(FileChannel file) throws IOException {
      block.clear();
      while (block.hasRemaining() && file.read(block, blockStart + block.position()) >= 0) {
        // A read can return fewer bytes than requested.
      }
      block.flip();
      return block.hasRemaining();
    }

    /** Follows record after record. Returns where to search on if one of them is bad. */
    private int readBlock() {
      int at = 0;
      while (block.limit() - at >= HEADER_BYTES) {
        if (!isRecord(at) || !isExpected(type(at))) {
          badAt = blockStart + at;
          return isRecord(at) ? at : at + 1;
        }
        at += recordBytes(at);
        if (!isInsideBatch) {
          soundBytes = blockStart + at;
        }
      }
      return at;
    }

    /** Returns whether a record of this type may come here. If so, counts it as seen. */
    private boolean isExpected(int type) {
      switch (type) {
        case FULL, FIRST -> {
          if (isInsideBatch) {
            return false;
          }
          isInsideBatch = type == FIRST;
        }
        case MIDDLE, LAST -> {
          if (!isInsideBatch) {
            return false;
          }
          isInsideBatch = type == MIDDLE;
        }
        default -> {
          // A record about the log itself.
        }
      }
      return true;
    }

    /** Returns whether a batch begins anywhere in the rest of the block. */
    private boolean hasStart(int from) {
      for (int at = from; block.limit() - at >= HEADER_BYTES; at++) {
        int type = type(at);
        if ((type == FULL || type == FIRST) && isRecord(at)) {
          return true;
        }
      }
      return false;
    }

    private int type(int at) {
      return Byte.toUnsignedInt(block.get(at + HEADER_BYTES - 1));
    }

    private int recordBytes(int at) {
      return HEADER_BYTES + extraHeaderBytes(at) + Short.toUnsignedInt(block.getShort(at + 4));
    }

    /**
     * Returns the length of a log number, which records of recycled files have between header and
     * payload.
     */
    private int extraHeaderBytes(int at) {
      return switch (type(at)) {
        case 5, 6, 7, 8, 11, LAST_KNOWN_TYPE -> 4;
        default -> 0;
      };
    }

    private boolean isRecord(int at) {
      int type = type(at);
      if (type == 0 || type > LAST_KNOWN_TYPE || recordBytes(at) > block.limit() - at) {
        return false;
      }
      CRC32C crc = new CRC32C();
      crc.update(block.array(), at + HEADER_BYTES - 1, recordBytes(at) - HEADER_BYTES + 1);
      int masked = Integer.rotateRight((int) crc.getValue(), 15) + CHECKSUM_MASK;
      return masked == block.getInt(at);
    }
  }

  /** Returns the tail of the newest log if its end is torn, or null. */
  static @Nullable WalTail torn(List<WalTail> oldestFirst) {
    WalTail newest = oldestFirst.isEmpty() ? null : oldestFirst.get(oldestFirst.size() - 1);
    return newest != null && newest.isTorn() ? newest : null;
  }
}
