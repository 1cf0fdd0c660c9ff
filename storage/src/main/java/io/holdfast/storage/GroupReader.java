package io.holdfast.storage;

import com.google.protobuf.InvalidProtocolBufferException;
import io.holdfast.storage.disk.RecordSnapshot;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * A reader of the groups of a {@link Snapshot}, in order of keys, and of their families, in order
 * of names. The reader holds one family at a time.
 *
 * <p>The reader follows the records on the disk, where the records of one group need not be
 * neighbours. The records of {@code {job="a",path="/"}} lie among those of {@code {job="a"}}:
 * before the families whose names are greater than {@code path}. The reader steps over such
 * records, once for each such label name, and returns to the skipped records later.
 *
 * <p>Concurrency: one thread at a time.
 */
public final class GroupReader implements AutoCloseable {
  private final Exposition shown;
  private final RecordSnapshot.Cursor cursor;
  private final @Nullable GroupKey only;

  /** The key at the cursor; null beyond the last record. */
  private byte @Nullable [] at;

  /** The prefix of the keys of the current group's records; null before the first group. */
  private byte @Nullable [] prefix;

  private @Nullable GroupKey group;

  /** The current group without its families. */
  private @Nullable Group stamps;

  /** The first record that was stepped over. */
  private byte @Nullable [] steppedOver;

  /**
   * The two push times of the current group, in order. Push times have no family records on the
   * disk.
   */
  private final Deque<StoredFamily> pushTimes = new ArrayDeque<>(2);

  /** The next family from the disk, while a push time comes before it. */
  private @Nullable StoredFamily held;

  /**
   * Creates a reader.
   *
   * @param shown the exposition of the same commit
   * @param cursor becomes the reader's own
   * @param only the one group to be read, or null for all
   */
  GroupReader(Exposition shown, RecordSnapshot.Cursor cursor, @Nullable GroupKey only) {
    this.shown = shown;
    this.cursor = cursor;
    this.only = only;
  }

  /**
   * Moves to the next group and returns it, or null at the end. Skips the remaining families of the
   * previous group.
   */
  public @Nullable StoredGroup next() {
    if (prefix == null) {
      at = cursor.seek(only == null ? RecordKeys.FIRST_GROUP : RecordKeys.group(only));
    } else if (only != null) {
      at = null;
    } else {
      leaveGroup();
    }
    pushTimes.clear();
    held = null;
    StoredGroup found = null;
    while (found == null && isAmongGroups()) {
      found = groupHere();
    }
    return found;
  }

  /** Returns the stamps of the current group. */
  Group stamps() {
    if (stamps == null) {
      throw new IllegalStateException("read before the first group");
    }
    return stamps;
  }

  /**
   * Frees the memory that the database holds for the cursor, until the next read. Useful while a
   * slow client takes the output.
   */
  public void rest() {
    cursor.rest();
  }

  private void leaveGroup() {
    while (findRecord() != null) {
      at = cursor.next();
    }
    if (steppedOver != null) {
      at = cursor.seek(steppedOver);
      steppedOver = null;
    }
  }

  private boolean isAmongGroups() {
    return at != null
        && at[0] == RecordKeys.FIRST_GROUP[0]
        && (only == null || Arrays.equals(at, RecordKeys.group(only)));
  }

  /**
   * Returns the group whose own record is here, if the exposition has the group. Moves on in either
   * case.
   */
  private @Nullable StoredGroup groupHere() {
    byte[] key = here();
    StoredGroup found = null;
    // A family record here belongs to a group that was read before.
    if (!RecordKeys.isFamily(key)) {
      GroupKey candidate = RecordKeys.groupOf(key);
      Family push = shown.family(PushTimes.PUSH_TIME, candidate);
      Family failure = shown.family(PushTimes.PUSH_FAILURE_TIME, candidate);
      // A deleted group can still have a record: its tombstone, for the other nodes.
      if (push != null && failure != null) {
        found = entered(candidate, push, failure);
        prefix = key;
        group = candidate;
      }
    }
    at = cursor.next();
    return found;
  }

  private StoredGroup entered(GroupKey key, Family push, Family failure) {
    Group read = new Group(key);
    stamps = read;
    try {
      Records.readGroup(cursor.value(), read);
    } catch (InvalidProtocolBufferException e) {
      throw Snapshot.unreadable(e);
    }
    // Versions can be ahead of all clocks. The time of a push is a time that a clock has shown.
    Instant claimed = push.claimedAt.time();
    Instant began =
        earlier(PushTimes.time(read.lastPush, claimed), PushTimes.time(read.lastFailure, claimed));
    began = earlier(began, claimed);
    pushTimes.add(StoredFamily.ofPushTime(failure, PushTimes.time(read.lastFailure, began)));
    pushTimes.add(StoredFamily.ofPushTime(push, PushTimes.time(read.lastPush, began)));
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
    if (held == null) {
      held = nextStored();
    }
    StoredFamily first = pushTimes.peek();
    if (first != null && (held == null || first.name().compareTo(held.name()) < 0)) {
      return pushTimes.poll();
    }
    StoredFamily next = held;
    held = null;
    return next;
  }

  private @Nullable StoredFamily nextStored() {
    GroupKey of = group;
    for (String name = findRecord(); of != null && name != null; name = findRecord()) {
      Family family = shown.family(name, of);
      // A family that memory lacks is deleted. A floor can be above the family's remains on the
      // disk.
      StoredFamily found = family == null ? null : StoredFamily.ofRecord(family, cursor.value());
      at = cursor.next();
      if (found != null) {
        return found;
      }
    }
    return null;
  }

  /**
   * Moves to the current group's next record, unless the cursor is there. Returns the family's
   * name.
   */
  private @Nullable String findRecord() {
    byte[] start = prefix;
    while (start != null && at != null && startsWith(at, start)) {
      int labelEnd = indexOfLabelEnd(at, start.length);
      if (labelEnd < 0) {
        return RecordKeys.familyName(at, start.length);
      }
      if (steppedOver == null) {
        steppedOver = at;
      }
      byte[] behind = Arrays.copyOf(at, labelEnd + 2);
      // Greater than any value of this label.
      behind[labelEnd + 1] = GroupKey.AFTER_NAME;
      at = cursor.seek(behind);
    }
    return null;
  }

  private static boolean startsWith(byte[] key, byte[] start) {
    return key.length >= start.length
        && Arrays.equals(key, 0, start.length, start, 0, start.length);
  }

  private static int indexOfLabelEnd(byte[] key, int from) {
    for (int i = from; i < key.length; i++) {
      if (key[i] == GroupKey.AFTER_NAME) {
        return i;
      }
    }
    return -1;
  }

  private byte[] here() {
    if (at == null) {
      throw new IllegalStateException("read beyond the end");
    }
    return at;
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
