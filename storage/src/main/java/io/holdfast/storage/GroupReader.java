package io.holdfast.storage;

import com.google.protobuf.InvalidProtocolBufferException;
import io.holdfast.storage.disk.RecordSnapshot;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * Goes from group to group of a {@link Picture}, and from family to family of each, in order of
 * keys and names. Holds one family at a time, however many there are.
 *
 * <p>What it goes along is the disk. Of a group the records need not be neighbours there: those of
 * {@code {job="a",path="/"}} lie between those of {@code {job="a"}}, before the families of the
 * latter whose names are greater than {@code path}. So it steps over them, once for each such label
 * name, and comes back.
 *
 * <p>Concurrency: one thread at a time.
 */
public final class GroupReader implements AutoCloseable {
  private final Exposition shown;
  private final RecordSnapshot.Cursor cursor;
  private final @Nullable GroupKey only;

  /** Where the cursor stands; null beyond the last record. */
  private byte @Nullable [] at;

  /** Begins the keys of the current group's records; null before the first group. */
  private byte @Nullable [] prefix;

  private @Nullable GroupKey group;

  /** The first record of a group that was stepped over. */
  private byte @Nullable [] steppedOver;

  /** The current group's families that are on no disk, in order. */
  private final Deque<StoredFamily> pushTimes = new ArrayDeque<>(2);

  /** The next family from the disk, which waits for one of those. */
  private @Nullable StoredFamily held;

  /**
   * @param shown of the same instant
   * @param cursor becomes the reader's own
   * @param only the one group to be read, or null for all
   */
  GroupReader(Exposition shown, RecordSnapshot.Cursor cursor, @Nullable GroupKey only) {
    this.shown = shown;
    this.cursor = cursor;
    this.only = only;
  }

  /** Goes to the next group; null at the end. What is left of the one before is left out. */
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

  /**
   * Lets go of what the database keeps in memory for it, until it is used again: for who reads on
   * only when somebody else has taken what was read.
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

  /** The group whose own record is here, if it is to be seen; goes on in any case. */
  private @Nullable StoredGroup groupHere() {
    byte[] key = here();
    StoredGroup found = null;
    // A family here is one of a group that was read already, and stepped over this one's.
    if (!RecordKeys.isFamily(key)) {
      GroupKey candidate = RecordKeys.groupOf(key);
      Family push = shown.family(PushTimes.PUSH_TIME, candidate);
      Family failure = shown.family(PushTimes.PUSH_FAILURE_TIME, candidate);
      // Of a group that was deleted, its record may be left: others must hear of the delete.
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
    Group stamps = new Group(key);
    try {
      Records.readGroup(cursor.value(), stamps);
    } catch (InvalidProtocolBufferException e) {
      throw Picture.unreadable(e);
    }
    // Versions may be ahead of all clocks; the time of a push is one that a clock has shown.
    Instant claimed = push.claimedAt.time();
    Instant began =
        earlier(
            PushTimes.time(stamps.lastPush, claimed), PushTimes.time(stamps.lastFailure, claimed));
    began = earlier(began, claimed);
    pushTimes.add(StoredFamily.ofPushTime(failure, PushTimes.time(stamps.lastFailure, began)));
    pushTimes.add(StoredFamily.ofPushTime(push, PushTimes.time(stamps.lastPush, began)));
    return new StoredGroup(
        key,
        PushTimes.seconds(stamps.lastFailure) <= PushTimes.seconds(stamps.lastPush),
        stamps.lastFailure == null ? null : stamps.lastFailure.reason());
  }

  private static Instant earlier(Instant one, Instant other) {
    return one.isBefore(other) ? one : other;
  }

  /** The next family of the current group, the two push times among them; null at the end. */
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
      // What is not in memory is not there: a floor may be above what is left of it on the disk.
      StoredFamily found = family == null ? null : StoredFamily.ofRecord(family, cursor.value());
      at = cursor.next();
      if (found != null) {
        return found;
      }
    }
    return null;
  }

  /** Goes to the current group's next record, if not there, and returns the family's name. */
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
      // Greater than any value that this label may have.
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

  /** Frees what the reader holds. May be called before the end, and more than once. */
  @Override
  public void close() {
    cursor.close();
  }
}
