package io.holdfast.storage;

import static java.util.Objects.requireNonNull;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.holdfast.proto.cluster.Digest;
import io.holdfast.proto.cluster.Listing;
import io.holdfast.proto.cluster.LogOffset;
import io.holdfast.proto.cluster.States;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The answers to the queries of other nodes, which find and copy the groups that they lack.
 *
 * <p>Concurrency: confined to the writer thread, between commits.
 */
final class StateReader {
  private static final int DIGEST_BYTES = 8;

  /** A source of records by key. */
  interface RecordSource {
    byte @Nullable [] get(byte[] key);
  }

  private final StoreState state;
  private final RecordSource records;

  StateReader(StoreState state, RecordSource records) {
    this.state = state;
    this.records = records;
  }

  Digest digest() {
    Digest.Builder digest =
        Digest.newBuilder()
            .setLogId(state.logId())
            .setCollectedWatermark(state.metadata().collectedWatermark())
            .setComplete(state.metadata().isComplete())
            .setGroups(state.groups().size());
    for (long bucket : requireNonNull(state.groups().digest()).buckets()) {
      digest.addBuckets(bucket);
    }
    digest.addAllVersionVector(versionVector(state.versionVector().all()));
    Version wipedAt = state.groups().wipedAt();
    if (wipedAt != null) {
      digest.setWipedAt(Records.stored(wipedAt));
    }
    return digest.build();
  }

  BitSet differing(Digest theirs) {
    long[] other = new long[StateDigest.BUCKETS];
    for (int i = 0; i < other.length && i < theirs.getBucketsCount(); i++) {
      other[i] = theirs.getBuckets(i);
    }
    return StateDigest.differing(requireNonNull(state.groups().digest()).buckets(), other);
  }

  Listing listing(List<Integer> buckets, int maxBytes) {
    Map<Integer, List<Group>> found = new HashMap<>();
    for (int bucket : buckets) {
      found.put(bucket, new ArrayList<>());
    }
    for (Group group : state.groups().all()) {
      List<Group> wanted = found.get(StateDigest.bucketOf(group.key));
      if (wanted != null) {
        wanted.add(group);
      }
    }
    StateDigest digest = requireNonNull(state.groups().digest());
    Listing.Builder listing = Listing.newBuilder();
    int listed = 0;
    long bytes = 0;
    for (int bucket : buckets) {
      for (Group group : requireNonNull(found.get(bucket))) {
        listing.addGroupingKeys(UnsafeByteOperations.unsafeWrap(group.key.encoded()));
        listing.addDigests(digest.of(group));
        bytes += group.key.encoded().length + DIGEST_BYTES;
      }
      listed++;
      if (bytes >= maxBytes) {
        break;
      }
    }
    Version wipedAt = state.groups().wipedAt();
    if (wipedAt != null) {
      listing.setWipedAt(Records.stored(wipedAt));
    }
    return listing.setBucketsListed(listed).setLogId(state.logId()).addAllShown(shown()).build();
  }

  List<ByteString> differing(Listing theirs) {
    StateDigest digest = requireNonNull(state.groups().digest());
    List<ByteString> differing = new ArrayList<>();
    for (int i = 0; i < theirs.getGroupingKeysCount(); i++) {
      ByteString key = theirs.getGroupingKeys(i);
      Group group = state.groups().get(GroupKey.decode(key.toByteArray()));
      if (group == null || digest.of(group) != theirs.getDigests(i)) {
        differing.add(key);
      }
    }
    return differing;
  }

  States states(List<ByteString> groupingKeys, int maxBytes) {
    States.Builder states = States.newBuilder();
    int covered = 0;
    long bytes = 0;
    for (ByteString key : groupingKeys) {
      Group group = state.groups().get(GroupKey.decode(key.toByteArray()));
      if (group != null) {
        byte[] encoded = encoded(group);
        states.addStates(UnsafeByteOperations.unsafeWrap(encoded));
        bytes += encoded.length;
      }
      covered++;
      if (bytes >= maxBytes) {
        break;
      }
    }
    Version wipedAt = state.groups().wipedAt();
    if (wipedAt != null) {
      states.setWipedAt(Records.stored(wipedAt));
    }
    return states.setGroupsCovered(covered).setLogId(state.logId()).addAllShown(shown()).build();
  }

  private List<LogOffset> shown() {
    LogOffsets versionVector = state.versionVector();
    return versionVector(versionVector.shown(versionVector.all()));
  }

  private static List<LogOffset> versionVector(Map<Long, Long> of) {
    List<LogOffset> versionVector = new ArrayList<>(of.size());
    of.forEach(
        (logId, offset) ->
            versionVector.add(LogOffset.newBuilder().setLogId(logId).setOffset(offset).build()));
    return versionVector;
  }

  private byte[] encoded(Group group) {
    List<byte[]> families = new ArrayList<>(group.families.size());
    for (Family family : group.families.values()) {
      byte[] record = records.get(RecordKeys.family(group.key, family.name()));
      if (record == null) {
        throw new IllegalStateException(
            "the record of family " + family.name() + " in group " + group.key + " is missing");
      }
      families.add(record);
    }
    return Records.replicated(group, families);
  }
}
