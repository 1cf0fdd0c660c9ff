package io.holdfast.storage;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnsafeByteOperations;
import io.holdfast.proto.DelimitedParser;
import io.holdfast.proto.Excerpt;
import io.holdfast.proto.ParseException;
import io.holdfast.proto.backup.BackupGroup;
import io.holdfast.proto.backup.BackupHeader;
import io.holdfast.proto.backup.BackupLabel;
import io.holdfast.proto.backup.BackupRecord;
import io.holdfast.proto.backup.BackupTrailer;
import io.holdfast.proto.metrics.Gauge;
import io.holdfast.proto.metrics.Metric;
import io.holdfast.proto.metrics.MetricFamily;
import io.holdfast.proto.metrics.MetricType;
import io.holdfast.proto.store.FamilyRecord;
import io.holdfast.storage.RestoredGroup.RestoredFamily;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.zip.ZipException;
import org.jspecify.annotations.Nullable;

/**
 * The reader of a backup, group by group. Nothing in the file is trusted: each group passes the
 * checks of a push, and each number has a bound. The end of the file is checked too, so a caller
 * reads the whole file once before it changes anything.
 *
 * <p>Concurrency: one thread at a time.
 */
public final class BackupReader implements AutoCloseable {
  private static final int MAX_VARINT_BYTES = 5;

  /** The bound of what a record has besides its family. */
  private static final int RECORD_HEAD_BYTES = 1 << 20;

  /** A family whose labels show the labels that every series of a group will have. */
  private static final MetricFamily PROBE =
      MetricFamily.newBuilder()
          .setName("group")
          .setType(MetricType.GAUGE)
          .addMetric(Metric.newBuilder().setGauge(Gauge.newBuilder().setValue(1)))
          .build();

  /**
   * The limits of a backup's groups.
   *
   * @param content the limits of each family, as for a push
   * @param seriesPerGroup the maximum number of series of a group
   * @param groupingKeyBytes the maximum size of a group's labels
   */
  public record Limits(ContentLimits content, int seriesPerGroup, int groupingKeyBytes) {}

  private final SingleGzip in;
  private final Limits limits;
  private final MessageDigest sha256 = sha256();
  private final byte[] length = new byte[MAX_VARINT_BYTES];
  private long records;
  private long groups;
  private long families;
  private long series;
  private @Nullable GroupKey last;

  /** The record behind the last group; null at the end. */
  private @Nullable BackupRecord next;

  /**
   * Reads the header.
   *
   * @param in the file; closed with this reader
   * @throws BackupException if the file is no backup, or of a later format
   */
  public BackupReader(InputStream in, Limits limits) throws BackupException, IOException {
    this.limits = limits;
    try {
      this.in = new SingleGzip(in);
    } catch (ZipException | EOFException e) {
      throw foreign();
    }
    BackupRecord first;
    try {
      first = read();
    } catch (BackupException e) {
      throw records == 0 ? foreign() : e;
    }
    if (!first.hasHeader() || !first.getHeader().getMagic().equals(BackupWriter.MAGIC)) {
      throw foreign();
    }
    BackupHeader header = first.getHeader();
    if (header.getFormat() != BackupWriter.FORMAT) {
      throw new BackupException(
          "backup: format "
              + Integer.toUnsignedString(header.getFormat())
              + ", written by Holdfast "
              + Excerpt.of(header.getWrittenBy())
              + " (expected: format "
              + BackupWriter.FORMAT
              + "): import the file with that version of Holdfast, or a later one");
    }
    next = read();
  }

  private static BackupException foreign() {
    return new BackupException(
        "backup: not a file of Holdfast's export (expected: the bytes of GET"
            + " /api/v1/admin/export, unchanged; with curl: --data-binary @file)");
  }

  /** Returns the number of groups that were read. */
  public long groups() {
    return groups;
  }

  /** Returns the number of series that were read. */
  public long series() {
    return series;
  }

  /**
   * Returns the next group, or null behind the last group. The whole file is then checked.
   *
   * @throws BackupException if the file is damaged, or exceeds a limit
   */
  public @Nullable RestoredGroup next() throws BackupException, IOException {
    BackupRecord record = next;
    if (record == null) {
      return null;
    }
    if (record.hasTrailer()) {
      end(record.getTrailer());
      next = null;
      return null;
    }
    if (!record.hasGroup()) {
      throw damaged("a group was expected");
    }
    RestoredGroup group = group(record.getGroup());
    groups++;
    families += group.families().size();
    series += group.series();
    return group;
  }

  private RestoredGroup group(BackupGroup record) throws BackupException, IOException {
    GroupKey key = key(record.getLabelsList());
    if (last != null && key.compareTo(last) <= 0) {
      throw damaged("group " + key + " is not behind group " + last);
    }
    last = key;
    if (!record.hasLastPush() && !record.hasLastFailure()) {
      throw damaged("group " + key + " has no push time");
    }
    PushStamp lastPush = record.hasLastPush() ? Records.stamp(record.getLastPush()) : null;
    PushStamp lastFailure = record.hasLastFailure() ? Records.stamp(record.getLastFailure()) : null;
    check(key, lastPush);
    check(key, lastFailure);
    SortedMap<String, RestoredFamily> restored = new TreeMap<>();
    long ownSeries = 0;
    BackupRecord following = read();
    while (following.hasFamily()) {
      RestoredFamily family = family(key, following.getFamily());
      if (restored.put(family.content().name(), family) != null) {
        throw damaged("group " + key + " has family " + family.content().name() + " twice");
      }
      ownSeries += family.content().seriesHashes().length;
      if (ownSeries > limits.seriesPerGroup) {
        throw refused(
            "group "
                + key
                + ": more than "
                + limits.seriesPerGroup
                + " series (expected: at most as many)",
            Rejection.Reason.TOO_MANY_GROUP_SERIES);
      }
      following = read();
    }
    next = following;
    return new RestoredGroup(key, lastPush, lastFailure, restored);
  }

  private GroupKey key(List<BackupLabel> labels) throws BackupException, IOException {
    SortedMap<String, String> byName = new TreeMap<>();
    for (BackupLabel label : labels) {
      byName.put(label.getName(), label.getValue());
    }
    if (byName.size() != labels.size() || byName.getOrDefault("job", "").isEmpty()) {
      throw damaged("a group without a job, or with a label twice");
    }
    GroupKey key = GroupKey.of(byName);
    if (key.size() > limits.groupingKeyBytes) {
      throw refused(
          "group "
              + Excerpt.of(key.toString())
              + ": grouping key of "
              + key.size()
              + " bytes (expected: at most "
              + limits.groupingKeyBytes
              + ", --push.max-grouping-key-size)",
          null);
    }
    PushedFamily unused = prepared(key, PROBE, 0);
    return key;
  }

  private void check(GroupKey key, @Nullable PushStamp stamp) throws BackupException {
    if (stamp != null
        && (!stamp.version().isPossible()
            || !isClaim(stamp.claimedAt(), stamp.version())
            || !Double.isFinite(stamp.unixSeconds())
            || stamp.ttlMillis() < 0)) {
      throw damaged("group " + key + " has an impossible push time");
    }
  }

  private static boolean isClaim(Version claimedAt, Version version) {
    return claimedAt.isPossible() && !claimedAt.isAfter(version);
  }

  private RestoredFamily family(GroupKey key, FamilyRecord record)
      throws BackupException, IOException {
    Version claimedAt = Records.version(record.getClaimedAt());
    if (!isClaim(claimedAt, Records.version(record.getVersion()))) {
      throw damaged("a family of group " + key + " has an impossible version");
    }
    try {
      MetricFamily family = MetricFamily.parseFrom(record.getMetricFamily());
      DelimitedParser.requireExposable(family);
      if (PushTimes.isReserved(family.getName())) {
        throw damaged("group " + key + " has a family with the name of a push time");
      }
      return new RestoredFamily(
          prepared(key, family, record.getPushedAtNanos()), record.getPushedAtNanos(), claimedAt);
    } catch (InvalidProtocolBufferException | ParseException e) {
      throw damaged("a family of group " + key + ": " + e.getMessage());
    }
  }

  private PushedFamily prepared(GroupKey key, MetricFamily family, long pushedAtNanos)
      throws BackupException, IOException {
    Change change =
        PushPreparation.prepare(key, true, pushedAtNanos, List.of(family), limits.content);
    if (change instanceof Change.Push push) {
      return push.families().values().iterator().next();
    }
    Rejection rejection = ((Change.FailedPush) change).rejection();
    throw refused(
        "group " + Excerpt.of(key.toString()) + ": " + rejection.message(), rejection.reason());
  }

  private void end(BackupTrailer trailer) throws BackupException, IOException {
    boolean isWhole;
    try {
      isWhole = in.read() < 0;
    } catch (ZipException | EOFException e) {
      throw damaged(reason(e));
    }
    if (!isWhole) {
      throw damaged("bytes behind the last record");
    }
    requireChecksum(trailer);
    if (trailer.getGroups() != groups
        || trailer.getFamilies() != families
        || trailer.getSeries() != series) {
      throw damaged(
          "%d groups, %d families and %d series (expected: %d, %d and %d)"
              .formatted(
                  groups,
                  families,
                  series,
                  trailer.getGroups(),
                  trailer.getFamilies(),
                  trailer.getSeries()));
    }
  }

  private void requireChecksum(BackupTrailer trailer) throws BackupException {
    if (!trailer.getSha256().equals(ByteString.copyFrom(sha256.digest()))) {
      throw damaged("the checksum is wrong");
    }
  }

  /**
   * Returns the refusal of a group, or of the whole file if the file is damaged. So a damage is
   * never taken for a mistake in the content.
   */
  private BackupException refused(String message, Rejection.@Nullable Reason reason)
      throws IOException {
    try {
      BackupRecord record = read();
      while (!record.hasTrailer()) {
        record = read();
      }
      requireChecksum(record.getTrailer());
      return new BackupException("backup: " + message, reason);
    } catch (BackupException e) {
      return e;
    }
  }

  /** Reads a record. The digest gets all records but the trailer. */
  private BackupRecord read() throws BackupException, IOException {
    try {
      int used = 0;
      int each;
      do {
        each = in.read();
        if (each < 0) {
          throw new EOFException();
        }
        if (used == MAX_VARINT_BYTES) {
          throw damaged("a record's length is not a number");
        }
        length[used++] = (byte) each;
      } while (each >= 0x80);
      int size = CodedInputStream.newInstance(length, 0, used).readRawVarint32();
      if (size < 0 || size > maxRecordBytes()) {
        throw damaged(
            "a record of "
                + Integer.toUnsignedString(size)
                + " bytes (expected: at most "
                + maxRecordBytes()
                + ", by --push.max-inflated-size)");
      }
      byte[] bytes = in.readNBytes(size);
      if (bytes.length < size) {
        throw new EOFException();
      }
      CodedInputStream coded = UnsafeByteOperations.unsafeWrap(bytes).newCodedInput();
      coded.enableAliasing(true);
      BackupRecord record = BackupRecord.parseFrom(coded);
      if (!record.hasTrailer()) {
        sha256.update(length, 0, used);
        sha256.update(bytes);
      }
      records++;
      return record;
    } catch (InvalidProtocolBufferException | ZipException | EOFException e) {
      throw damaged(reason(e));
    }
  }

  /**
   * Returns the limit of a record. The message of a family has at most the bytes of a push, which
   * are half of the limit of its text, and the labels of its group, which are in the text too.
   */
  private long maxRecordBytes() {
    long text = Math.min(limits.content.textBytes(), Integer.MAX_VALUE / 2);
    return text + text / 2 + RECORD_HEAD_BYTES;
  }

  private static String reason(IOException e) {
    return e instanceof EOFException ? "the file ends too early" : String.valueOf(e.getMessage());
  }

  private BackupException damaged(String how) {
    return new BackupException(
        "backup: damaged at record " + (records + 1) + ": " + Excerpt.ofMessage(how));
  }

  static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
