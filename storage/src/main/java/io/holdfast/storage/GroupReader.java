package io.holdfast.storage;

import com.google.protobuf.InvalidProtocolBufferException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A reader of the groups of a {@link Snapshot}, in order of keys, and of their families, in order
 * of names. The reader holds the records of a small group, or of a large group a part.
 *
 * <p>The reader follows the records on the disk, and asks the exposition for each family of a
 * record. The family is current if the exposition's family refers to that record.
 *
 * <p>Concurrency: one thread at a time.
 */
public final class GroupReader implements AutoCloseable {
  private static final Comparator<Family> BY_NAME = Comparator.comparing(Family::name);

  private final Exposition shown;
  private final GroupCursor cursor;
  private final @Nullable GroupKey only;
  private boolean hasBegun;

  /** The current group without its families; null before the first group. */
  private @Nullable Group stamps;

  /** The current group's families in order, with the two push times; null until they are read. */
  private @Nullable List<Family> families;

  private int nextFamily;

  /** The times of the current group's last pushes. */
  private Instant pushed = Instant.EPOCH;

  private Instant failed = Instant.EPOCH;

  /**
   * Creates a reader.
   *
   * @param shown the exposition of the same commit
   * @param cursor becomes the reader's own
   * @param only the one group to be read, or null for all
   */
  GroupReader(Exposition shown, GroupCursor cursor, @Nullable GroupKey only) {
    this.shown = shown;
    this.cursor = cursor;
    this.only = only;
  }

  /**
   * Moves to the next group and returns it, or null at the end. Skips the remaining families of the
   * previous group.
   */
  public @Nullable StoredGroup next() {
    families = null;
    nextFamily = 0;
    try {
      boolean isThere = move();
      while (isThere) {
        Family push = shown.family(PushTimes.PUSH_TIME, cursor.key());
        Family failure = shown.family(PushTimes.PUSH_FAILURE_TIME, cursor.key());
        // A deleted group can still have a record: its tombstone, for the other nodes.
        if (push != null && failure != null) {
          return entered(cursor.key(), push);
        }
        isThere = move();
      }
      return null;
    } catch (InvalidProtocolBufferException e) {
      throw Snapshot.unreadable(e);
    }
  }

  private boolean move() throws InvalidProtocolBufferException {
    if (hasBegun) {
      return only == null && cursor.next();
    }
    hasBegun = true;
    return only == null ? cursor.first() : cursor.seek(only);
  }

  /** Returns the stamps of the current group. */
  Group stamps() {
    if (stamps == null) {
      throw new IllegalStateException("read before the first group");
    }
    return stamps;
  }

  /**
   * Frees the memory that the reader and the database hold for the current group, until the next
   * read. Useful while a slow client takes the output.
   */
  public void rest() {
    cursor.rest();
  }

  private StoredGroup entered(GroupKey key, Family push) {
    Group read = new Group(key);
    stamps = read;
    Records.readGroup(cursor.newest(), read);
    // Versions can be ahead of all clocks. The time of a push is a time that a clock has shown.
    Instant claimed = push.claimedAt.time();
    Instant began =
        earlier(PushTimes.time(read.lastPush, claimed), PushTimes.time(read.lastFailure, claimed));
    began = earlier(began, claimed);
    pushed = PushTimes.time(read.lastPush, began);
    failed = PushTimes.time(read.lastFailure, began);
    return new StoredGroup(
        key,
        PushTimes.seconds(read.lastFailure) <= PushTimes.seconds(read.lastPush),
        read.lastFailure == null ? null : read.lastFailure.reason(),
        shown.expiresAt(key).orElse(null));
  }

  private static Instant earlier(Instant one, Instant other) {
    return one.isBefore(other) ? one : other;
  }

  /** Returns the next family of the current group, the two push times included; null at the end. */
  public @Nullable StoredFamily nextFamily() {
    if (stamps == null) {
      return null;
    }
    try {
      if (families == null) {
        families = families();
      }
      return nextFamily == families.size() ? null : stored(families.get(nextFamily++));
    } catch (InvalidProtocolBufferException e) {
      throw Snapshot.unreadable(e);
    }
  }

  private StoredFamily stored(Family family) throws InvalidProtocolBufferException {
    StoredRecord record = family.record;
    if (record == null) {
      return StoredFamily.ofPushTime(
          family, family.name().equals(PushTimes.PUSH_TIME) ? pushed : failed);
    }
    return StoredFamily.of(family, cursor.content(record.number));
  }

  /** Finds the families in the records, because the exposition is in order of names alone. */
  private List<Family> families() throws InvalidProtocolBufferException {
    GroupKey key = stamps().key;
    List<Family> found = new ArrayList<>();
    for (String name : List.of(PushTimes.PUSH_TIME, PushTimes.PUSH_FAILURE_TIME)) {
      Family pushTime = shown.family(name, key);
      if (pushTime != null) {
        found.add(pushTime);
      }
    }
    for (long number : cursor.numbers()) {
      for (RecordContent.Part part : cursor.content(number).families()) {
        Family family = shown.family(part.name(), key);
        if (family != null && family.record != null && family.record.number == number) {
          found.add(family);
        }
      }
    }
    found.sort(BY_NAME);
    return found;
  }

  /**
   * Frees the resources of the reader. A caller may call the method before the end, and more than
   * once.
   */
  @Override
  public void close() {
    cursor.close();
  }
}
