package io.holdfast.storage;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import io.holdfast.proto.backup.BackupGroup;
import io.holdfast.proto.backup.BackupHeader;
import io.holdfast.proto.backup.BackupLabel;
import io.holdfast.proto.backup.BackupRecord;
import io.holdfast.proto.backup.BackupTrailer;
import io.holdfast.proto.metrics.MetricFamily;
import io.holdfast.proto.store.StoredPushStamp;
import io.holdfast.proto.store.StoredVersion;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.UnaryOperator;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The file of a backup: written, read, damaged, and restored. */
class BackupTest {
  private static final BackupReader.Limits LIMITS =
      new BackupReader.Limits(Pushes.LIMITS, 1_000, 10_000);

  @TempDir private Path temp;
  private StoreFixture fixture;

  @BeforeEach
  void setUp() {
    fixture = new StoreFixture(temp);
  }

  @AfterEach
  void closeStores() {
    fixture.close();
  }

  private RocksGroupStore open(String name, boolean isReplicated) {
    Path directory = temp.resolve(name);
    try {
      return fixture.openOrRefuse(
          isReplicated
              ? StoreFixture.replicated(directory, true)
              : StoreFixture.options(directory));
    } catch (StoreException e) {
      throw new AssertionError(e);
    }
  }

  static byte[] exported(GroupStore store) {
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    Snapshot snapshot = StoreFixture.answer(store.snapshot());
    try (BackupWriter writer = new BackupWriter(snapshot, "test", Instant.EPOCH)) {
      for (ByteBuffer piece = writer.next(); piece != null; piece = writer.next()) {
        byte[] bytes = new byte[piece.remaining()];
        piece.get(bytes);
        file.writeBytes(bytes);
      }
    }
    return file.toByteArray();
  }

  private static List<RestoredGroup> read(byte[] file) throws BackupException {
    return read(file, LIMITS);
  }

  private static List<RestoredGroup> read(byte[] file, BackupReader.Limits limits)
      throws BackupException {
    List<RestoredGroup> groups = new ArrayList<>();
    try (BackupReader reader = new BackupReader(new ByteArrayInputStream(file), limits)) {
      for (RestoredGroup group = reader.next(); group != null; group = reader.next()) {
        groups.add(group);
      }
      assertNull(reader.next());
      assertEquals(groups.size(), reader.groups());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return groups;
  }

  private static void restore(GroupStore store, byte[] file, long upTo) throws BackupException {
    for (RestoredGroup group : read(file)) {
      WriteOutcome outcome = StoreFixture.submit(store, new Change.Restore(group, upTo));
      assertInstanceOf(WriteOutcome.Applied.class, outcome);
    }
  }

  /** Returns the file's content without versions, and without what differs between two exports. */
  private static String content(byte[] file) throws BackupException {
    StringBuilder content = new StringBuilder();
    for (RestoredGroup group : read(file)) {
      content.append(group.key()).append(group.expiresAtMillis()).append('\n');
      Group stamps =
          group.stamped(group.key(), new Version(1L << 50, 1), new Version((1L << 50) + 1, 1));
      content.append(stamps.lastPush).append('\n').append(stamps.lastFailure).append('\n');
      group
          .families()
          .forEach(
              (name, family) ->
                  content
                      .append(name)
                      .append(family.pushedAtNanos())
                      .append(family.claimedAt())
                      .append(ByteString.copyFrom(family.content().encoded()).toStringUtf8())
                      .append('\n'));
    }
    return content.toString();
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void restoredStore_equalsTheOldOne_forAnyPushes(boolean isReplicated) throws Exception {
    for (int seed = 0; seed < 20; seed++) {
      RandomPushes pushes = new RandomPushes(new SplittableRandom(seed));
      RocksGroupStore from = open("from" + seed, false);
      for (int i = 0; i < 30; i++) {
        Change change = pushes.next();
        WriteOutcome unused =
            StoreFixture.submit(
                from,
                change instanceof Change.Push push && i % 2 == 0
                    ? Change.withTtl(push, i % 3 == 0 ? 3_600_000 : 0)
                    : change instanceof Change.Push push ? new Change.Unchecked(push) : change);
      }
      byte[] file = exported(from);
      RocksGroupStore to = open("to" + seed, isReplicated);
      restore(to, file, 0);
      assertEquals(StoreFixture.text(from), StoreFixture.text(to), "seed " + seed);
      assertEquals(content(file), content(exported(to)), "seed " + seed);
      // What is there has equal push times, so nothing is restored twice.
      for (RestoredGroup group : read(file)) {
        assertEquals(
            new WriteOutcome.Kept(false),
            StoreFixture.submit(to, new Change.Restore(group, 0)),
            "seed " + seed);
      }
      // An exact restore leaves nothing of later pushes.
      for (int i = 0; i < 10; i++) {
        WriteOutcome unused =
            StoreFixture.submit(to, pushes.push(RandomPushes.GROUPS.get(i % 4), i % 2 == 0));
      }
      long now = clock(to);
      for (GroupSummary group : to.exposition().summaries()) {
        if (read(file).stream().noneMatch(restored -> restored.key().equals(group.key()))) {
          WriteOutcome unused = StoreFixture.submit(to, new Change.Delete(group.key()));
        }
      }
      restore(to, file, now);
      assertEquals(StoreFixture.text(from), StoreFixture.text(to), "seed " + seed);
      assertEquals(content(file), content(exported(to)), "seed " + seed);
    }
  }

  private static long clock(GroupStore store) {
    try (Snapshot snapshot = StoreFixture.answer(store.snapshot())) {
      return snapshot.replicaState().clock();
    }
  }

  @Test
  void restoredGroup_isThere_afterTheStoreIsOpenedAgain() throws Exception {
    RocksGroupStore from = open("from", false);
    StoreFixture.apply(from, Pushes.put(Pushes.job("a"), "m 1\n"));
    byte[] file = exported(from);
    RocksGroupStore to = open("to", true);
    restore(to, file, 0);
    to.close();
    assertEquals(StoreFixture.text(from), StoreFixture.text(open("to", true)));
  }

  @Test
  void pushDuringAReplace_stays() throws Exception {
    RocksGroupStore store = open("store", false);
    StoreFixture.apply(store, Pushes.put(Pushes.job("a"), "m 1\n"));
    byte[] file = exported(store);
    long begun = clock(store);
    StoreFixture.apply(
        store,
        PushPreparation.prepare(
            Pushes.job("a"),
            true,
            Pushes.NANOS + 1_000_000_000L,
            Pushes.families("m 2\n"),
            Pushes.LIMITS));
    RestoredGroup group = read(file).get(0);
    String pushed = StoreFixture.text(store);
    assertEquals(
        new WriteOutcome.Kept(false), StoreFixture.submit(store, new Change.Restore(group, begun)));
    assertEquals(pushed, StoreFixture.text(store));
    StoreFixture.apply(store, new Change.Restore(group, clock(store)));
    assertTrue(
        StoreFixture.text(store).contains("m{instance=\"\",job=\"a\"} 1\n"),
        StoreFixture.text(store));
  }

  @Test
  void groupThatExpiredMeanwhile_isNotRestored() throws Exception {
    RocksGroupStore from = open("from", false);
    StoreFixture.apply(from, Change.withTtl(Pushes.put(Pushes.job("a"), "m 1\n"), 3_600_000));
    byte[] file =
        changed(
            exported(from),
            record -> {
              if (!record.hasGroup()) {
                return record;
              }
              BackupRecord.Builder builder = record.toBuilder();
              builder.getGroupBuilder().getLastPushBuilder().setTtlMillis(1);
              return builder.build();
            });
    RocksGroupStore to = open("to", false);
    assertEquals(
        new WriteOutcome.Kept(true),
        StoreFixture.submit(to, new Change.Restore(read(file).get(0), 0)));
    assertEquals(0, to.exposition().groups());
  }

  @Test
  void damage_ofAnyByte_isNoticed_orChangesNothing() throws Exception {
    RocksGroupStore store = open("store", false);
    StoreFixture.apply(store, Pushes.put(Pushes.job("a"), "m 1\n"));
    StoreFixture.apply(store, Pushes.put(Pushes.job("b"), "n 2\n"));
    byte[] file = exported(store);
    String content = content(file);
    byte[] inflated = gunzip(file);
    for (int i = 0; i < file.length; i++) {
      for (int bit = 0; bit < 8; bit++) {
        byte[] damaged = file.clone();
        damaged[i] ^= (byte) (1 << bit);
        try {
          assertEquals(content, content(damaged));
          // A bit without a meaning: in the header of gzip, or in the last byte of the stream.
          assertArrayEquals(inflated, gunzip(damaged));
        } catch (BackupException e) {
          assertTrue(e.getMessage().startsWith("backup: "), e.getMessage());
        }
      }
    }
  }

  @Test
  void fileThatIsCutOff_orGoesOn_isRefused() throws Exception {
    RocksGroupStore store = open("store", false);
    StoreFixture.apply(store, Pushes.put(Pushes.job("a"), "m 1\n"));
    byte[] file = exported(store);
    for (int length = 0; length < file.length; length++) {
      byte[] cut = Arrays.copyOf(file, length);
      assertThrows(BackupException.class, () -> read(cut));
    }
    byte[] longer = Arrays.copyOf(file, file.length + 1);
    assertThrows(BackupException.class, () -> read(longer));
    byte[] twice = Arrays.copyOf(file, 2 * file.length);
    System.arraycopy(file, 0, twice, file.length, file.length);
    assertEquals(
        "backup: damaged at record 5: bytes behind the gzip stream",
        assertThrows(BackupException.class, () -> read(twice)).getMessage());
  }

  /**
   * The golden file of format 1 has one group for each thing that a group can have. It is never
   * changed: any version must read it.
   */
  @Test
  void goldenFile_isRead_andShowsWhatItShowed() throws Exception {
    byte[] file = golden("backup.gz");
    RocksGroupStore store = open("store", true);
    restore(store, file, 0);
    String shown = StoreFixture.text(store);
    assertEquals(new String(golden("backup-exposition.txt"), StandardCharsets.UTF_8), shown);
    GroupKey expiring = Pushes.group("job", "a", "path", "/var");
    assertEquals(
        Optional.of(Instant.parse("2126-11-04T03:06:25.717Z")),
        store.exposition().expiresAt(expiring));
    assertEquals(
        Optional.of("pushed metrics must not have timestamps, but k{} has timestamp 12"),
        store.exposition().failureReason(expiring));
    assertEquals(content(file), content(exported(store)));
  }

  private static byte[] golden(String name) throws IOException {
    try (InputStream in = BackupTest.class.getResourceAsStream("/formats/v1/" + name)) {
      return in.readAllBytes();
    }
  }

  @Test
  void backupOfAnEmptyStore_isEmpty() throws Exception {
    assertEquals(List.of(), read(exported(open("store", false))));
  }

  @Test
  void fileCompressedAnew_isRead() throws Exception {
    RocksGroupStore store = open("store", false);
    StoreFixture.apply(store, Pushes.put(Pushes.job("a"), "m 1\n"));
    byte[] file = exported(store);
    assertEquals(content(file), content(gzip(gunzip(file))));
  }

  @Test
  void fileOfALaterFormat_isRefused_withTheWayOut() throws Exception {
    byte[] file =
        records(
            BackupRecord.newBuilder()
                .setHeader(
                    BackupHeader.newBuilder()
                        .setMagic(BackupWriter.MAGIC)
                        .setFormat(2)
                        .setWrittenBy("9.9"))
                .build());
    assertEquals(
        "backup: format 2, written by Holdfast 9.9 (expected: format 1): import the file with that"
            + " version of Holdfast, or a later one",
        assertThrows(BackupException.class, () -> read(file)).getMessage());
  }

  @Test
  void limitsOfAPush_holdForTheFile() throws Exception {
    RocksGroupStore store = open("store", false);
    StoreFixture.apply(store, Pushes.put(Pushes.job("a"), "m 1\nn 1\n"));
    byte[] file = exported(store);
    BackupException series =
        assertThrows(
            BackupException.class,
            () -> read(file, new BackupReader.Limits(Pushes.LIMITS, 1, 10_000)));
    assertEquals(Rejection.Reason.TOO_MANY_GROUP_SERIES, series.reason());
    BackupException key =
        assertThrows(
            BackupException.class, () -> read(file, new BackupReader.Limits(Pushes.LIMITS, 9, 3)));
    assertTrue(key.getMessage().contains("--push.max-grouping-key-size"), key.getMessage());
    BackupException text =
        assertThrows(
            BackupException.class,
            () -> read(file, new BackupReader.Limits(ContentLimits.ofText(3), 9, 10_000)));
    assertEquals(Rejection.Reason.TOO_LARGE, text.reason());
  }

  @Test
  void handMadeGroups_thatNoStoreCanHold_areRefused() {
    StoredVersion version =
        StoredVersion.newBuilder().setClock((Pushes.NANOS / 1_000_000) << 16).setNode(1).build();
    StoredPushStamp stamp =
        StoredPushStamp.newBuilder().setVersion(version).setClaimedAt(version).build();
    BackupGroup.Builder good =
        BackupGroup.newBuilder()
            .addLabels(BackupLabel.newBuilder().setName("job").setValue("a"))
            .setLastPush(stamp);
    refuse(good.clone().clearLabels(), "without a job");
    refuse(good.clone().addLabels(good.getLabels(0)), "a label twice");
    refuse(good.clone().clearLastPush(), "no push time");
    refuse(
        good.clone().addLabels(BackupLabel.newBuilder().setName("__x").setValue("a")),
        "label with an invalid name");
    StoredVersion later = version.toBuilder().setClock(version.getClock() + 1).build();
    refuse(good.clone().setLastPush(stamp.toBuilder().setClaimedAt(later)), "impossible push time");
    refuse(
        good.clone().setLastPush(stamp.toBuilder().setUnixSeconds(Double.NaN)),
        "impossible push time");
    refuse(good.clone(), "is not behind group", good.clone());
  }

  private static void refuse(
      BackupGroup.Builder group, String reason, BackupGroup.Builder... more) {
    List<BackupRecord> records = new ArrayList<>();
    records.add(header());
    records.add(BackupRecord.newBuilder().setGroup(group).build());
    for (BackupGroup.Builder each : more) {
      records.add(BackupRecord.newBuilder().setGroup(each).build());
    }
    records.add(trailer(records));
    byte[] file = records(records.toArray(BackupRecord[]::new));
    String message = assertThrows(BackupException.class, () -> read(file)).getMessage();
    assertTrue(message.contains(reason), message);
  }

  private static BackupRecord header() {
    return BackupRecord.newBuilder()
        .setHeader(BackupHeader.newBuilder().setMagic(BackupWriter.MAGIC).setFormat(1))
        .build();
  }

  /** Returns the trailer behind these records. */
  private static BackupRecord trailer(List<BackupRecord> records) {
    BackupTrailer.Builder trailer = BackupTrailer.newBuilder();
    for (BackupRecord record : records) {
      trailer.setGroups(trailer.getGroups() + (record.hasGroup() ? 1 : 0));
      trailer.setFamilies(trailer.getFamilies() + (record.hasFamily() ? 1 : 0));
      if (record.hasFamily()) {
        try {
          trailer.setSeries(
              trailer.getSeries()
                  + MetricFamily.parseFrom(record.getFamily().getMetricFamily()).getMetricCount());
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
      }
    }
    byte[] all = delimited(records.toArray(BackupRecord[]::new));
    return BackupRecord.newBuilder()
        .setTrailer(trailer.setSha256(ByteString.copyFrom(BackupReader.sha256().digest(all))))
        .build();
  }

  /** Returns the file with other records, and the right trailer. */
  private static byte[] changed(byte[] file, UnaryOperator<BackupRecord> change)
      throws IOException {
    List<BackupRecord> records = new ArrayList<>();
    InputStream in = new ByteArrayInputStream(gunzip(file));
    for (BackupRecord each = BackupRecord.parseDelimitedFrom(in);
        each != null && !each.hasTrailer();
        each = BackupRecord.parseDelimitedFrom(in)) {
      records.add(change.apply(each));
    }
    records.add(trailer(records));
    return records(records.toArray(BackupRecord[]::new));
  }

  private static byte[] records(BackupRecord... records) {
    return gzip(delimited(records));
  }

  private static byte[] delimited(BackupRecord... records) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try {
      for (BackupRecord record : records) {
        record.writeDelimitedTo(out);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }

  private static byte[] gunzip(byte[] file) throws IOException {
    return new GZIPInputStream(new ByteArrayInputStream(file)).readAllBytes();
  }

  private static byte[] gzip(byte[] bytes) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
      gzip.write(bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }

  @Test
  void changedRecord_withoutItsChecksum_isRefused() throws Exception {
    RocksGroupStore store = open("store", false);
    StoreFixture.apply(store, Pushes.put(Pushes.job("a"), "m 1\n"));
    byte[] plain = gunzip(exported(store));
    int noticed = 0;
    for (int i = 0; i < plain.length; i++) {
      byte[] damaged = plain.clone();
      damaged[i] ^= 1;
      byte[] file = gzip(damaged);
      assertThrows(BackupException.class, () -> read(file));
      noticed++;
    }
    assertFalse(noticed == 0);
  }
}
