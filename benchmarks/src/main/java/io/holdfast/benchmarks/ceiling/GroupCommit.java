package io.holdfast.benchmarks.ceiling;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Locale;
import java.util.Random;
import org.rocksdb.CompressionType;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;

/**
 * A bare RocksDB that commits batches of pushes, one synced write after the other, on one thread.
 * Nothing else happens. No durable store on this RocksDB commits faster with batches of this size.
 *
 * <p>Arguments: the directory, the records and the bytes of a push, the pushes of a batch, the
 * number of groups, and the seconds. Prints {@code RESULT pushes=... micros=...}.
 */
final class GroupCommit {
  private static final long BUFFER_BYTES = 8L << 20;
  private static final long MAX_WAL_BYTES = 32L << 20;
  private static final int KEY_BYTES = 48;

  /** The overhead of a record in RocksDB's log: its kind and two lengths. */
  private static final int RECORD_OVERHEAD = 4;

  private final Shape shape;
  private final byte[] key = new byte[KEY_BYTES];
  private final byte[] value;
  private long pushes;

  private GroupCommit(Shape shape) {
    this.shape = shape;
    this.value = new byte[shape.valueBytes()];
    // Bytes that do not compress, as the hashes and numbers of a push hardly do.
    new Random(1).nextBytes(value);
    Arrays.fill(key, (byte) 'k');
  }

  /** The size of one push and of one batch. */
  private record Shape(int records, int bytes, int batch, int groups) {
    int valueBytes() {
      return Math.max(1, bytes / records - KEY_BYTES - RECORD_OVERHEAD);
    }
  }

  /** Commits until the time is over. */
  public static void main(String[] arguments) throws RocksDBException {
    int[] numbers =
        Arrays.stream(arguments, 1, arguments.length).mapToInt(Integer::parseInt).toArray();
    Shape shape = new Shape(numbers[0], numbers[1], numbers[2], numbers[3]);
    long nanos = numbers[4] * 1_000_000_000L;
    RocksDB.loadLibrary();
    try (Options options = options();
        RocksDB database = RocksDB.open(options, arguments[0]);
        WriteOptions synced = new WriteOptions().setSync(true);
        WriteBatch batch = new WriteBatch()) {
      GroupCommit load = new GroupCommit(shape);
      long started = System.nanoTime();
      long took;
      do {
        load.fill(batch);
        database.write(synced, batch);
        batch.clear();
        took = System.nanoTime() - started;
      } while (took < nanos);
      System.out.printf(Locale.ROOT, "RESULT pushes=%d micros=%d%n", load.pushes, took / 1000);
    }
  }

  private static Options options() {
    return new Options()
        .setCreateIfMissing(true)
        .setWriteBufferSize(BUFFER_BYTES)
        .setMaxWriteBufferNumber(2)
        .setMaxTotalWalSize(MAX_WAL_BYTES)
        .setCompressionType(CompressionType.LZ4_COMPRESSION)
        .setMaxBackgroundJobs(2);
  }

  private void fill(WriteBatch batch) throws RocksDBException {
    for (int i = 0; i < shape.batch(); i++, pushes++) {
      for (int record = 0; record < shape.records(); record++) {
        ByteBuffer.wrap(key).putInt((int) (pushes % shape.groups())).putInt(record);
        ByteBuffer.wrap(value, 0, Math.min(Long.BYTES, value.length)).put((byte) pushes);
        batch.put(key, value);
      }
    }
  }
}
