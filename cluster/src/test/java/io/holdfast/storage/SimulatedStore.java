package io.holdfast.storage;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.holdfast.proto.cluster.Digest;
import io.holdfast.proto.cluster.Listing;
import io.holdfast.proto.cluster.States;
import io.holdfast.proto.store.ClockRecord;
import io.holdfast.proto.store.ClusterRecord;
import io.holdfast.proto.store.StoreRecord;
import io.holdfast.proto.store.WipeRecord;
import io.holdfast.storage.StoreOptions.Replicated;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;
import java.util.function.BooleanSupplier;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The real store's logic on a simulated disk and in simulated time: a commit is begun in one event
 * and synced in a later one, and a crash may come between. What it does not have is RocksDB, the
 * writer thread and the limits of queue, space and memory; those have tests of their own.
 */
public final class SimulatedStore implements ReplicatedStore {
  private static final long PICTURE_NANOS = 20_000_000;

  private final SimulatedDisk disk;
  private final Replicated replicated;
  private final InstantSource clock;
  private final RandomGenerator random;
  private final BiConsumer<Long, Runnable> later;

  private final Deque<Task> queue = new ArrayDeque<>();
  private StoreState state;
  private Task.Writing writing;
  private Standing standing;
  private Replication replication = Replication.NONE;
  private SimulatedDisk.@Nullable Writes underWay;
  private boolean isScheduled;

  public int timesSetAside;

  /** The next commit fails, and whether it is on the disk nobody knows. */
  public boolean failsNextCommit;

  /**
   * @param later runs a task after so many nanoseconds, in this life of the process
   */
  public SimulatedStore(
      SimulatedDisk disk,
      Replicated replicated,
      InstantSource clock,
      RandomGenerator random,
      BiConsumer<Long, Runnable> later) {
    this.disk = disk;
    this.replicated = replicated;
    this.clock = clock;
    this.random = random;
    this.later = later;
    this.state = load(0);
    this.writing = writing();
    this.standing = state.standing();
  }

  private Task.Writing writing() {
    return new Task.Writing(
        state, new ChangeApplier(state), new StateMerger(state), Long.MAX_VALUE);
  }

  private StoreState load(long given) {
    try {
      byte[] store = disk.get(RecordKeys.STORE);
      if (store == null) {
        create(replicated.newStoreIsWhole());
        store = disk.get(RecordKeys.STORE);
      }
      byte[] notes = disk.get(RecordKeys.CLUSTER);
      byte[] last = disk.get(RecordKeys.CLOCK);
      StoreState loaded =
          new StoreState(
              groups(),
              new HybridClock(clock, last == null ? 0 : ClockRecord.parseFrom(last).getLast()),
              new StoreState.Identity(StoreRecord.parseFrom(store).getNode(), random.nextLong()),
              notes == null ? ClusterNotes.none() : ClusterNotes.of(ClusterRecord.parseFrom(notes)),
              Map.of());
      loaded.clock().observe(given);
      return loaded;
    } catch (InvalidProtocolBufferException e) {
      throw new AssertionError(e);
    }
  }

  private void create(boolean isWhole) {
    SimulatedDisk.Writes writes = new SimulatedDisk.Writes(disk);
    writes.put(
        RecordKeys.STORE,
        StoreRecord.newBuilder()
            .setFormat(StoreLoader.FORMAT)
            .setNode(random.nextLong())
            .build()
            .toByteArray());
    ClusterNotes notes = ClusterNotes.ofNewStore(isWhole);
    writes.put(RecordKeys.CLUSTER, notes.record().toByteArray());
    writes.sync();
  }

  private Groups groups() throws InvalidProtocolBufferException {
    Groups groups = new Groups(true);
    byte[] wipe = disk.get(RecordKeys.WIPE);
    if (wipe != null) {
      groups.raiseWipe(Records.version(WipeRecord.parseFrom(wipe).getWipedAt()));
    }
    Map<GroupKey, Group> found = new TreeMap<>();
    for (Map.Entry<byte[], byte[]> record : disk.groupRecords().entrySet()) {
      Group group = found.computeIfAbsent(RecordKeys.groupOf(record.getKey()), Group::new);
      if (RecordKeys.isFamily(record.getKey())) {
        group.families.put(Records.readFamily(record.getValue(), group.key));
      } else {
        Records.readGroup(record.getValue(), group);
      }
    }
    found.values().forEach(group -> groups.merge(group, (before, after) -> {}));
    return groups;
  }

  /** All that nodes must agree on, a line for each group, in order. */
  public String describe() {
    StringBuilder text = new StringBuilder("wiped at " + state.groups().wipedAt() + "\n");
    for (GroupKey key : new java.util.TreeSet<>(state.groups().keys())) {
      Group group = java.util.Objects.requireNonNull(state.groups().get(key));
      text.append(key)
          .append(" deleted at ")
          .append(group.deletedAt)
          .append(", replaced at ")
          .append(group.replacedAt)
          .append(", pushed ")
          .append(group.lastPush)
          .append(", failed ")
          .append(group.lastFailure);
      for (Family family : group.families.values()) {
        text.append(", ").append(family.name()).append(' ').append(family.version);
        text.append(" since ").append(family.claimedAt);
      }
      text.append('\n');
    }
    return text.toString();
  }

  /** The process dies: what was being written is on the disk, or not. */
  public void crash() {
    if (underWay != null && random.nextBoolean()) {
      underWay.sync();
    }
    underWay = null;
    queue.clear();
  }

  private void enqueue(Task task) {
    queue.add(task);
    schedule(random.nextLong(200_000));
  }

  private void schedule(long delay) {
    if (!isScheduled) {
      isScheduled = true;
      later.accept(
          delay,
          () -> {
            isScheduled = false;
            step();
          });
    }
  }

  private void step() {
    if (underWay != null || queue.isEmpty()) {
      return;
    }
    if (queue.peek() instanceof Task.Write) {
      commit();
    } else {
      answer(queue.remove());
      schedule(0);
    }
  }

  private void commit() {
    SimulatedDisk.Writes writes = new SimulatedDisk.Writes(disk);
    CommitBatch batch = new CommitBatch(writes);
    List<Task> taken = new ArrayList<>();
    List<Runnable> answers = new ArrayList<>();
    while (queue.peek() instanceof Task.Write write) {
      queue.remove();
      taken.add(write);
      answers.add(write.perform(writing, batch));
    }
    List<byte[]> own = batch.replicated();
    if (!batch.isEmpty()) {
      batch.putClock(state.clock().last());
    }
    if (!own.isEmpty()) {
      long first = state.position(state.stream()) - own.size() + 1;
      replication.committing(state.stream(), first, own);
    }
    underWay = writes;
    boolean fails = failsNextCommit;
    failsNextCommit = false;
    later.accept(
        100_000 + random.nextLong(5_000_000),
        () -> {
          if (fails) {
            fail(taken);
          } else {
            writes.sync();
            standing = state.standing();
            answers.forEach(Runnable::run);
          }
          underWay = null;
          schedule(0);
        });
  }

  private void fail(List<Task> taken) {
    if (underWay != null && random.nextBoolean()) {
      underWay.sync();
    }
    state = load(state.clock().last());
    writing = writing();
    standing = state.standing();
    taken.forEach(task -> task.refuse("the disk failed"));
  }

  private void answer(Task task) {
    if (task instanceof Task.Question<?> question) {
      question.answer(new StateReader(state, disk::get));
    } else if (task instanceof Task.SetAside setAside) {
      timesSetAside++;
      disk.lose();
      create(false);
      state = load(0);
      writing = writing();
      standing = state.standing();
      setAside.outcome().complete(new MergeOutcome.Merged(List.of(), Map.of(), 0));
    }
  }

  @Override
  public CompletableFuture<WriteOutcome> submit(Change change) {
    CompletableFuture<WriteOutcome> outcome = new CompletableFuture<>();
    enqueue(new Task.OwnChange(change, outcome));
    return outcome;
  }

  @Override
  public CompletableFuture<WriteOutcome> submit(Change change, BooleanSupplier isTooLate) {
    CompletableFuture<WriteOutcome> outcome = new CompletableFuture<>();
    enqueue(new Task.OwnChange(change, isTooLate, outcome));
    return outcome;
  }

  private CompletableFuture<MergeOutcome> write(Task.Merging.Step step) {
    CompletableFuture<MergeOutcome> outcome = new CompletableFuture<>();
    enqueue(new Task.Merging(step, false, outcome));
    return outcome;
  }

  private static MergeOutcome done() {
    return new MergeOutcome.Merged(List.of(), Map.of(), 0);
  }

  private <T> CompletableFuture<T> ask(Task.Question.Reading<T> reading) {
    CompletableFuture<T> answer = new CompletableFuture<>();
    enqueue(new Task.Question<>(reading, answer));
    return answer;
  }

  @Override
  public Standing standing() {
    return standing;
  }

  @Override
  public void replicateTo(Replication receiver) {
    replication = receiver;
  }

  @Override
  public CompletableFuture<MergeOutcome> merge(MergeRequest request) {
    return write((into, batch) -> into.merger().merge(request, batch));
  }

  @Override
  public CompletableFuture<MergeOutcome> note(UnaryOperator<ClusterNotes> change) {
    return write(
        (into, batch) -> {
          into.state().note(change.apply(into.state().notes()), batch);
          return done();
        });
  }

  @Override
  public CompletableFuture<MergeOutcome> purge(long until) {
    return write(
        (into, batch) -> {
          into.state().purge(until, batch);
          return done();
        });
  }

  @Override
  public CompletableFuture<MergeOutcome> adopt(Set<Long> streams) {
    return write(
        (into, batch) -> {
          into.state().adopt(streams);
          return done();
        });
  }

  @Override
  public CompletableFuture<Digest> digest() {
    return ask(StateReader::digest);
  }

  @Override
  public CompletableFuture<Listing> listing(List<Integer> buckets, int maxBytes) {
    // Small chunks, so that copies take several turns here too.
    return ask(reader -> reader.listing(buckets, Math.min(maxBytes, 100)));
  }

  @Override
  public CompletableFuture<List<ByteString>> differing(Listing theirs) {
    return ask(reader -> reader.differing(theirs));
  }

  @Override
  public CompletableFuture<BitSet> differing(Digest theirs) {
    return ask(reader -> reader.differing(theirs));
  }

  @Override
  public CompletableFuture<States> states(List<ByteString> groupingKeys, int maxBytes) {
    return ask(reader -> reader.states(groupingKeys, Math.min(maxBytes, 300)));
  }

  @Override
  public CompletableFuture<MergeOutcome> setAside() {
    CompletableFuture<MergeOutcome> outcome = new CompletableFuture<>();
    enqueue(new Task.SetAside(outcome));
    return outcome;
  }

  @Override
  public Exposition exposition() {
    return standing.exposition();
  }

  @Override
  public CompletableFuture<Picture> picture() {
    CompletableFuture<Picture> picture = new CompletableFuture<>();
    // Others' and own changes may come in between, as while a writer is busy.
    later.accept(PICTURE_NANOS, () -> picture.complete(new Picture(standing, disk.snapshot())));
    return picture;
  }

  @Override
  public Optional<String> unwritable() {
    return Optional.empty();
  }

  @Override
  public CompletableFuture<String> failure() {
    return new CompletableFuture<>();
  }

  @Override
  public int queueDepth() {
    return queue.size();
  }

  @Override
  public int queueCapacity() {
    return Integer.MAX_VALUE;
  }

  @Override
  public long sizeBytes() {
    return 0;
  }

  @Override
  public void close() {
    queue.clear();
  }
}
