package io.holdfast.storage;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.protobuf.ByteString;
import io.holdfast.proto.cluster.Digest;
import io.holdfast.proto.cluster.Listing;
import io.holdfast.proto.cluster.ReplicatedState;
import io.holdfast.proto.cluster.States;
import io.holdfast.storage.MergeOutcome.Merged;
import io.holdfast.storage.StoreOptions.Replicated;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * A replicated store: the real {@link CommitLoop} over records in a map, with a clock that the test
 * sets. Every call drives the loop until nothing waits.
 */
final class MemoryStore {
  static final long MILLIS = 1_700_000_000_000L;

  /** One commit's worth of own changes, as other nodes are told. */
  record Told(long logId, long first, List<ByteString> changes) {
    MergeRequest request() {
      return MergeRequest.ofChanges(logId, first, ReceivedStates.decode(changes));
    }
  }

  private final long node;
  final MapRecords records;
  private final Looped store;
  private @Nullable Told told;
  long millis = MILLIS;

  MemoryStore(long node) {
    this(node, new MapRecords());
  }

  private MemoryStore(long node, MapRecords records) {
    this.node = node;
    this.records = records;
    WriterQueue queue = new WriterQueue(1);
    Home home = new Home();
    CommitLoop.Surroundings surroundings =
        new CommitLoop.Surroundings(Runnable::run, (changes, bytes, nanos) -> {}, () -> 0);
    this.store = new Looped(queue, new CommitLoop(queue, home, home.reopen(), surroundings));
    store.replicateTo(
        (logId, first, changes) ->
            told = new Told(logId, first, changes.stream().map(ByteString::copyFrom).toList()));
  }

  /** The map as a place of records. */
  private final class Home implements StoreHome {
    @Override
    public OpenStore reopen() {
      // A new store draws its node, and each opening a log.
      Iterator<Long> drawn =
          (records.isEmpty() ? List.of(node, 100 + node) : List.of(100 + node)).iterator();
      StoreLoader loader =
          new StoreLoader(
              records,
              new Replicated(true),
              new StoreLoader.Setting(
                  path(), ReservedNames.NONE, Long.MAX_VALUE, drawn::next, System::nanoTime));
      try {
        StoreLoader.Loaded loaded = loader.load();
        HybridClock clock = new HybridClock(() -> Instant.ofEpochMilli(millis), loaded.clock());
        StoreState state =
            new StoreState(loaded.groups(), clock, loaded.identity(), loaded.metadata(), Map.of());
        return OpenStore.of(
            records,
            new WriterCommand.Writing(
                state, new ChangeApplier(state), new StateMerger(state), Long.MAX_VALUE));
      } catch (StoreException e) {
        throw new AssertionError(e);
      }
    }

    @Override
    public void quarantine() {
      records.clear();
    }

    @Override
    public @Nullable Refusal spaceProblem() {
      return null;
    }

    @Override
    public Path path() {
      return Path.of("memory");
    }
  }

  /** A store whose requests are answered before the call returns. */
  private static final class Looped extends QueuedStore {
    Looped(WriterQueue queue, CommitLoop loop) {
      super(queue, loop);
    }

    @Override
    void enqueue(WriterCommand command) {
      super.enqueue(command);
      while (loop().advance() || !queue().isEmpty()) {
        // Until nothing waits.
      }
    }

    @Override
    public long sizeBytes() {
      return 0;
    }

    @Override
    public OptionalLong freeBytes() {
      return OptionalLong.empty();
    }

    @Override
    public void close() {
      loop().end(null);
    }
  }

  /** What others are told of it; of a rejected push too. */
  Told apply(Change change) {
    told = null;
    StoreFixture.answer(store.submit(change));
    Told of = told;
    return of == null
        ? new Told(state().logId(), state().offset(state().logId()) + 1, List.of())
        : of;
  }

  Merged merge(MergeRequest request) {
    MergeOutcome outcome = StoreFixture.answer(store.merge(request));
    if (outcome instanceof Merged merged) {
      return merged;
    }
    throw new AssertionError(outcome);
  }

  void purge(long until) {
    StoreFixture.answer(store.purge(until));
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
    return new StateReader(state(), records::get);
  }

  /** A store that was opened on a copy of the records. */
  MemoryStore reopened() {
    MemoryStore reopened = new MemoryStore(node, records.copy());
    reopened.millis = millis;
    return reopened;
  }

  StoreState state() {
    if (store.loop().state() instanceof WriterState.Open open) {
      return open.store().state();
    }
    throw new AssertionError(store.loop().state());
  }

  /** The offsets without that which every store has from its opening on. */
  static Map<Long, Long> reached(ReplicaState replicaState) {
    Map<Long, Long> reached = new TreeMap<>(replicaState.versionVector());
    assertEquals(
        StoreState.OPENING, reached.remove(StoreState.besides(replicaState.logId())), "opening");
    return reached;
  }

  long digest() {
    return state().replicaState().digest();
  }

  long[] buckets() {
    return reader().digest().getBucketsList().stream().mapToLong(Long::longValue).toArray();
  }

  Exposition exposition() {
    return state().groups().exposition();
  }

  String text() {
    return Pushes.text(state().groups().exposition());
  }

  /** Everything that nodes must agree on: beyond what a scrape shows, floors and tombstones. */
  String describe() {
    List<String> lines = new ArrayList<>();
    lines.add("wiped " + state().groups().wipedAt());
    for (GroupKey key : new TreeSet<>(state().groups().keys())) {
      Group group = state().groups().get(key);
      lines.add(key + " " + (group == null ? null : GroupMergeTest.show(group)));
    }
    lines.add("shadowed " + state().groups().exposition().shadowedSeries());
    return String.join("\n", lines) + "\n" + text();
  }
}
