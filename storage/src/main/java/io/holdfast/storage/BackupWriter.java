package io.holdfast.storage;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import io.holdfast.proto.backup.BackupGroup;
import io.holdfast.proto.backup.BackupHeader;
import io.holdfast.proto.backup.BackupLabel;
import io.holdfast.proto.backup.BackupRecord;
import io.holdfast.proto.backup.BackupTrailer;
import io.holdfast.proto.store.FamilyRecord;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.zip.Deflater;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * A reader of a {@link Snapshot} that makes the file of a backup, piece by piece: see {@code
 * backup.proto}. The writer holds one family and one piece. The trailer comes last, so a file that
 * breaks off is never taken for a complete one.
 *
 * <p>The trailer has a SHA-256, because the CRC-32 of gzip misses one in four billion damages, and
 * a backup is often copied through tools that compress it anew. It is no signature.
 *
 * <p>Concurrency: one thread at a time.
 */
public final class BackupWriter implements ExpositionReader {
  static final String MAGIC = "holdfast-backup";
  static final int FORMAT = 1;

  private static final int PIECE_BYTES = 64 << 10;
  private static final int NATIVE_BYTES = 256 << 10;

  private final Snapshot snapshot;
  private final GroupReader groups;
  private final Piece piece = new Piece();
  private final FastGzip gzip;
  private final MessageDigest sha256 = BackupReader.sha256();
  private long groupCount;
  private long familyCount;
  private long seriesCount;
  private boolean isBegun;
  private boolean isInGroup;
  private boolean isEnded;
  private boolean isClosed;
  private int largestBytes;

  /**
   * Creates the writer.
   *
   * @param snapshot closed by the writer
   * @param writtenBy the version of this Holdfast
   */
  public BackupWriter(Snapshot snapshot, String writtenBy, Instant now) {
    this.snapshot = snapshot;
    this.groups = snapshot.groups();
    try {
      this.gzip = new FastGzip(piece);
      write(
          BackupRecord.newBuilder()
              .setHeader(
                  BackupHeader.newBuilder()
                      .setMagic(MAGIC)
                      .setFormat(FORMAT)
                      .setWrittenBy(writtenBy)
                      .setExportedAtMillis(now.toEpochMilli()))
              .build());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public @Nullable ByteBuffer next() {
    if (isEnded) {
      return null;
    }
    if (isBegun) {
      piece.reset();
    }
    // The first piece has the headers already.
    isBegun = true;
    try {
      while (!isEnded && piece.size() < PIECE_BYTES) {
        writeMore();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    // The client can take long before it asks for the next piece.
    groups.rest();
    return piece.buffer();
  }

  private void writeMore() throws IOException {
    StoredFamily family = isInGroup ? groups.nextFamily() : null;
    if (family != null) {
      if (!PushTimes.isReserved(family.name())) {
        write(family);
      }
      return;
    }
    StoredGroup group = groups.next();
    isInGroup = group != null;
    if (group == null) {
      end();
    } else {
      write(group);
    }
  }

  private void write(StoredGroup group) throws IOException {
    groupCount++;
    BackupGroup.Builder record = BackupGroup.newBuilder();
    group
        .key()
        .labels()
        .forEach(
            (name, value) ->
                record.addLabels(BackupLabel.newBuilder().setName(name).setValue(value)));
    Group stamps = groups.stamps();
    if (stamps.lastPush != null) {
      record.setLastPush(Records.stored(stamps.lastPush));
    }
    if (stamps.lastFailure != null) {
      record.setLastFailure(Records.stored(stamps.lastFailure));
    }
    write(BackupRecord.newBuilder().setGroup(record).build());
  }

  private void write(StoredFamily family) throws IOException {
    familyCount++;
    seriesCount += family.series();
    Instant at = family.pushedAt();
    FamilyRecord record =
        FamilyRecord.newBuilder()
            .setVersion(Records.stored(family.version()))
            .setClaimedAt(Records.stored(family.shown().claimedAt))
            .setPushedAtNanos(at.getEpochSecond() * 1_000_000_000L + at.getNano())
            .setMetricFamily(family.encoded())
            .build();
    write(BackupRecord.newBuilder().setFamily(record).build());
  }

  private void end() throws IOException {
    BackupTrailer trailer =
        BackupTrailer.newBuilder()
            .setGroups(groupCount)
            .setFamilies(familyCount)
            .setSeries(seriesCount)
            .setSha256(ByteString.copyFrom(sha256.digest()))
            .build();
    write(BackupRecord.newBuilder().setTrailer(trailer).build());
    gzip.finish();
    isEnded = true;
  }

  private void write(BackupRecord record) throws IOException {
    int size = record.getSerializedSize();
    byte[] bytes = new byte[CodedOutputStream.computeUInt32SizeNoTag(size) + size];
    CodedOutputStream out = CodedOutputStream.newInstance(bytes);
    out.writeUInt32NoTag(size);
    record.writeTo(out);
    sha256.update(bytes);
    gzip.write(bytes);
    largestBytes = Math.max(largestBytes, bytes.length);
  }

  @Override
  public long heldBytes() {
    return piece.size() + (long) NATIVE_BYTES + 2L * largestBytes;
  }

  @Override
  public void close() {
    if (!isClosed) {
      isClosed = true;
      isEnded = true;
      gzip.end();
      groups.close();
      snapshot.close();
    }
  }

  /** A compressor at the fastest level: metrics are repetitive, so higher levels gain little. */
  private static final class FastGzip extends GZIPOutputStream {
    FastGzip(Piece into) throws IOException {
      super(into, PIECE_BYTES >> 1);
      def.setLevel(Deflater.BEST_SPEED);
    }

    void end() {
      def.end();
    }
  }

  /** A buffer that gives its content without a copy. */
  private static final class Piece extends ByteArrayOutputStream {
    Piece() {
      super(2 * PIECE_BYTES);
    }

    ByteBuffer buffer() {
      return ByteBuffer.wrap(buf, 0, count);
    }
  }
}
