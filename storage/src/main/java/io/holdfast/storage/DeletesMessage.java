package io.holdfast.storage;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.UnsafeByteOperations;
import io.holdfast.proto.cluster.GroupDeletes;
import io.holdfast.storage.SelectedGroups.Selected;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The message for peers about the delete of many groups, and back. Neighbouring keys share their
 * beginnings, and floors are near each other. So 50,000 groups take about a mebibyte.
 */
final class DeletesMessage {
  /** The field number of the key, and the index of the node. */
  private static final int OTHER_BYTES = 1 + 3;

  private DeletesMessage() {}

  /**
   * Returns an upper bound of the bytes that a group takes, without the list of nodes.
   *
   * @param before the group before; null for the first group
   */
  static long bytes(Selected each, @Nullable Selected before) {
    int shared = sharedBytes(each.key(), before == null ? null : before.key());
    int rest = each.key().size() - shared;
    long clock = before == null ? 0 : before.floor().clock();
    return (long) OTHER_BYTES
        + CodedOutputStream.computeUInt32SizeNoTag(shared)
        + CodedOutputStream.computeUInt32SizeNoTag(rest)
        + rest
        + CodedOutputStream.computeSInt64SizeNoTag(each.floor().clock() - clock);
  }

  private static int sharedBytes(GroupKey key, @Nullable GroupKey before) {
    int mismatch = before == null ? 0 : Arrays.mismatch(key.encoded(), before.encoded());
    return mismatch < 0 ? key.size() : mismatch;
  }

  /**
   * Returns the message.
   *
   * @param madeAt the hybrid clock reading of the delete
   */
  static GroupDeletes of(List<Selected> groups, long madeAt) {
    GroupDeletes.Builder message = GroupDeletes.newBuilder().setMadeAt(madeAt);
    Map<Long, Integer> indexes = new LinkedHashMap<>();
    GroupKey before = null;
    long clock = 0;
    for (Selected each : groups) {
      int shared = sharedBytes(each.key(), before);
      message.addSharedBytes(shared);
      message.addRest(
          UnsafeByteOperations.unsafeWrap(
              each.key().encoded(), shared, each.key().size() - shared));
      message.addClockStep(each.floor().clock() - clock);
      int next = indexes.size();
      message.addNodeIndex(indexes.computeIfAbsent(each.floor().node(), node -> next));
      before = each.key();
      clock = each.floor().clock();
    }
    return message.addAllNodes(indexes.keySet()).build();
  }

  /**
   * Returns the changes of all groups in a message: floors alone.
   *
   * @throws IllegalArgumentException if the message cannot be read
   */
  static List<Group> read(GroupDeletes message) {
    int size = message.getRestCount();
    if (message.getSharedBytesCount() != size
        || message.getClockStepCount() != size
        || message.getNodeIndexCount() != size) {
      throw new IllegalArgumentException("deletes: lists of different lengths (expected: equal)");
    }
    List<Group> groups = new ArrayList<>(size);
    byte[] key = {};
    long clock = 0;
    for (int i = 0; i < size; i++) {
      key = key(key, message.getSharedBytes(i), message.getRest(i));
      clock += message.getClockStep(i);
      int index = message.getNodeIndex(i);
      if (index < 0 || index >= message.getNodesCount()) {
        throw new IllegalArgumentException(
            "deletes: node " + index + " (expected: below " + message.getNodesCount() + ")");
      }
      groups.add(
          change(
              GroupKey.decode(key),
              new Version(clock, message.getNodes(index)),
              message.getMadeAt()));
    }
    return groups;
  }

  private static byte[] key(byte[] before, int shared, ByteString rest) {
    if (shared < 0 || shared > before.length) {
      throw new IllegalArgumentException(
          "deletes: " + shared + " shared bytes (expected: at most " + before.length + ")");
    }
    byte[] key = Arrays.copyOf(before, shared + rest.size());
    rest.copyTo(key, shared);
    return key;
  }

  /** Returns the change of one group. */
  static Group change(GroupKey key, Version floor, long madeAt) {
    Group change = new Group(key);
    change.delete(floor, madeAt);
    return change;
  }
}
