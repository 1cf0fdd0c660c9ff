package io.holdfast.storage;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.holdfast.proto.cluster.Digest;
import io.holdfast.proto.cluster.Listing;
import io.holdfast.proto.cluster.ReplicatedState;
import io.holdfast.proto.cluster.States;
import io.holdfast.proto.store.WipeRecord;
import io.holdfast.storage.MergeOutcome.Merged;
import io.holdfast.storage.disk.RecordWrites;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/** A replicated store's logic with its records in a map, and a clock that the test sets. */
final class MemoryStore {
  static final long MILLIS = 1_700_000_000_000L;

  /** One commit's worth of own changes, as other nodes are told. */
  record Told(long stream, long first, List<ByteString> changes) {
    MergeRequest request() {
      return MergeRequest.ofChanges(stream, first, ReceivedStates.decode(changes));
    }
  }

  final TreeMap<byte[], byte[]> records = new TreeMap<>(Arrays::compareUnsigned);
  private final long node;
  private final CommitBatch batch = new CommitBatch(new MapWrites());
  private StoreState state;
  long millis = MILLIS;

  MemoryStore(long node) {
    this.node = node;
    this.state = state(new Groups(true), 0);
  }

  private StoreState state(Groups groups, long last) {
    return new StoreState(
        groups,
        new HybridClock(clock(), last),
        new StoreState.Identity(node, 100 + node),
        ClusterNotes.none(),
        Map.of());
  }

  private InstantSource clock() {
    return () -> Instant.ofEpochMilli(millis);
  }

  /** What others are told of it; of a rejected push too. */
  Told apply(Change change) {
    try {
      new ChangeApplier(state).apply(change, batch);
      List<ByteString> changes = batch.replicated().stream().map(ByteString::copyFrom).toList();
      long last = state.position(state.stream());
      return new Told(state.stream(), last - changes.size() + 1, changes);
    } finally {
      batch.clear();
    }
  }

  Merged merge(MergeRequest request) {
    try {
      MergeOutcome outcome = new StateMerger(state).merge(request, batch);
      if (outcome instanceof Merged merged) {
        return merged;
      }
      throw new AssertionError(outcome);
    } finally {
      batch.clear();
    }
  }

  void purge(long until) {
    state.purge(until, batch);
    batch.clear();
  }

  /** Copies what the other has and this has not, by their digests, in small pieces. */
  void copyFrom(MemoryStore other) {
    Digest digest = other.reader().digest();
    if (digest.hasWipedAt()) {
      ReplicatedState wipe = ReplicatedState.newBuilder().setWipedAt(digest.getWipedAt()).build();
      merge(MergeRequest.ofStates(ReceivedStates.decode(List.of(wipe.toByteString()))));
    }
    List<Integer> buckets = reader().differing(digest).stream().boxed().toList();
    while (!buckets.isEmpty()) {
      Listing listing = other.reader().listing(buckets, 30);
      List<ByteString> keys = reader().differing(listing);
      while (!keys.isEmpty()) {
        States states = states(other, keys);
        merge(MergeRequest.ofStates(ReceivedStates.decode(states.getStatesList())));
        keys = keys.subList(states.getGroupsCovered(), keys.size());
      }
      buckets = buckets.subList(listing.getBucketsListed(), buckets.size());
    }
  }

  private static States states(MemoryStore of, List<ByteString> keys) {
    return of.reader().states(keys, 100);
  }

  StateReader reader() {
    return new StateReader(state, records::get);
  }

  /** The same, with nothing but what is in the records. */
  MemoryStore reopened() {
    MemoryStore reopened = new MemoryStore(node);
    reopened.records.putAll(records);
    reopened.millis = millis;
    reopened.state = reopened.state(groups(), state.clock().last());
    return reopened;
  }

  private Groups groups() {
    Groups groups = new Groups(true);
    Map<GroupKey, Group> found = new TreeMap<>();
    try {
      byte[] wipe = records.get(RecordKeys.WIPE);
      if (wipe != null) {
        groups.raiseWipe(Records.version(WipeRecord.parseFrom(wipe).getWipedAt()));
      }
      for (Map.Entry<byte[], byte[]> record :
          records.subMap(RecordKeys.FIRST_GROUP, RecordKeys.BEHIND_GROUPS).entrySet()) {
        Group group = found.computeIfAbsent(RecordKeys.groupOf(record.getKey()), Group::new);
        if (RecordKeys.isFamily(record.getKey())) {
          group.families.put(Records.readFamily(record.getValue(), group.key));
        } else {
          Records.readGroup(record.getValue(), group);
        }
      }
    } catch (InvalidProtocolBufferException e) {
      throw new AssertionError(e);
    }
    found.values().forEach(group -> groups.merge(group, (before, after) -> {}));
    return groups;
  }

  StoreState state() {
    return state;
  }

  /** Positions without that which every store has from its opening on. */
  static Map<Long, Long> reached(Standing standing) {
    Map<Long, Long> reached = new TreeMap<>(standing.positions());
    assertEquals(
        StoreState.OPENING, reached.remove(StoreState.besides(standing.stream())), "opening");
    return reached;
  }

  long digest() {
    return state.standing().digest();
  }

  long[] buckets() {
    return reader().digest().getBucketsList().stream().mapToLong(Long::longValue).toArray();
  }

  Exposition exposition() {
    return state.groups().exposition();
  }

  String text() {
    return Pushes.text(state.groups().exposition());
  }

  /** Everything that nodes must agree on: beyond what a scrape shows, floors and tombstones. */
  String describe() {
    List<String> lines = new ArrayList<>();
    lines.add("wiped " + state.groups().wipedAt());
    for (GroupKey key : new TreeSet<>(state.groups().keys())) {
      Group group = state.groups().get(key);
      lines.add(key + " " + (group == null ? null : GroupMergeTest.show(group)));
    }
    lines.add("shadowed " + state.groups().exposition().shadowedSeries());
    return String.join("\n", lines) + "\n" + text();
  }

  private final class MapWrites implements RecordWrites {
    private boolean isEmpty = true;

    @Override
    public void put(byte[] key, byte[] value) {
      isEmpty = false;
      records.put(key, value);
    }

    @Override
    public void delete(byte[] key) {
      isEmpty = false;
      records.remove(key);
    }

    @Override
    public void deleteRange(byte[] from, byte[] to) {
      isEmpty = false;
      records.subMap(from, to).clear();
    }

    @Override
    public boolean isEmpty() {
      return isEmpty;
    }

    @Override
    public long bytes() {
      return 0;
    }

    @Override
    public void clear() {
      isEmpty = true;
    }

    @Override
    public void close() {}
  }
}
