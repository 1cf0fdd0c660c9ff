package io.holdfast.storage;

import com.google.protobuf.InvalidProtocolBufferException;
import io.holdfast.storage.disk.RecordSnapshot;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * All groups after some commit, with their whole messages: the {@link Exposition} of that commit
 * and the records behind it, both of the same instant.
 *
 * <p>What it costs: taking one waits for the commit under way, at most. Keeping it costs the memory
 * of what has changed since, as with an exposition, and the disk space of what would have been
 * deleted since; no push waits for it. What is read comes from the disk, or the system's cache of
 * it, a record at a time.
 *
 * <p>It must be closed. Its database may be gone before: the store was closed, or opened anew after
 * the disk had failed. Then reading throws {@link PictureException}, but {@link #exposition} goes
 * on.
 *
 * <p>Concurrency: any threads may use it, a reader one at a time.
 */
public final class Picture implements AutoCloseable {
  private final Standing standing;
  private final RecordSnapshot records;

  /**
   * @param records of exactly this state; become the picture's own
   */
  Picture(Standing standing, RecordSnapshot records) {
    this.standing = standing;
    this.records = new ReadableRecords(records);
  }

  /** What a text scrape shows of the same instant. May be used after the picture was closed. */
  public Exposition exposition() {
    return standing.exposition();
  }

  /** How far the store had come. */
  public Standing standing() {
    return standing;
  }

  /**
   * A scrape in any format; see {@link Exposition#reader}. What has not changed since the last one
   * is not read again, nor made again. Throws {@link PictureException} as it goes on if the
   * database is gone. The picture must stay open until the reader has come to its end.
   *
   * @param own the server's own metrics, in order of their names
   */
  public ExpositionReader reader(ExpositionRequest request, List<OwnFamily> own) {
    return exposition().reader(request, own, this);
  }

  /** All groups with their families, in order of the grouping keys. */
  public GroupReader groups() {
    return new GroupReader(exposition(), records.cursor(), null);
  }

  /** This group alone, if it is there. */
  public GroupReader group(GroupKey key) {
    return new GroupReader(exposition(), records.cursor(), key);
  }

  /**
   * The messages of these families of the exposition, in their order; for many at once this is
   * faster than for one at a time, and needs as much memory as their encoded forms.
   */
  List<StoredFamily> messages(List<Family> families) {
    List<byte[]> keys = new ArrayList<>(families.size());
    for (Family family : families) {
      if (!PushTimes.isReserved(family.name())) {
        keys.add(RecordKeys.family(family.group, family.name()));
      }
    }
    List<byte @Nullable []> values = keys.isEmpty() ? List.of() : records.get(keys);
    List<StoredFamily> messages = new ArrayList<>(families.size());
    int next = 0;
    for (Family family : families) {
      messages.add(
          PushTimes.isReserved(family.name())
              ? StoredFamily.ofPushTime(family)
              : StoredFamily.ofRecord(family, present(family, values.get(next++))));
    }
    return messages;
  }

  private static byte[] present(Family family, byte @Nullable [] record) {
    if (record == null) {
      throw new PictureException(
          "the record of family " + family.name() + " in group " + family.group + " is missing",
          null);
    }
    return record;
  }

  static PictureException unreadable(InvalidProtocolBufferException e) {
    return new PictureException("the store holds a record that is not readable: " + e, e);
  }

  RecordSnapshot records() {
    return records;
  }

  /** Ends it. A second call does nothing. */
  @Override
  public void close() {
    records.close();
  }
}
