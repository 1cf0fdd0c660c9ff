package io.holdfast.storage;

import com.google.protobuf.ByteString;
import io.holdfast.proto.cluster.Listing;
import io.holdfast.proto.cluster.States;
import io.holdfast.storage.StoreOptions.Replicated;
import io.holdfast.storage.disk.RecordStore;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The real {@link CommitLoop} and loader on a simulated disk and in simulated time: each step of a
 * commit is an event, and a crash may come between any two. What it does not have is RocksDB, the
 * writer thread and the limits of queue, space and memory; those have tests of their own.
 */
public final class SimulatedStore extends QueuedStore {
  private static final long SNAPSHOT_NANOS = 20_000_000;
  private static final long MAX_RECOVERY_NANOS = 1_000_000_000;
  private static final int QUEUE_CAPACITY = 10_000;

  private final SimulatedHome home;
  private final RandomGenerator random;
  private final BiConsumer<Long, Runnable> later;
  private boolean isScheduled;

  /** The next commit fails. The commit is perhaps on the disk. */
  public boolean failsNextCommit;

  /** Hears of each expiry that the store is asked for. */
  public Consumer<Change.Expire> expiryListener = expire -> {};

  /**
   * @param later runs a task after so many nanoseconds, in this life of the process
   */
  public SimulatedStore(
      SimulatedDisk disk,
      Replicated replicated,
      InstantSource clock,
      RandomGenerator random,
      BiConsumer<Long, Runnable> later) {
    this(new SimulatedHome(disk, replicated, clock, random), random, later);
  }

  private SimulatedStore(
      SimulatedHome home, RandomGenerator random, BiConsumer<Long, Runnable> later) {
    this(home, new WriterQueue(QUEUE_CAPACITY), random, later);
  }

  private SimulatedStore(
      SimulatedHome home,
      WriterQueue queue,
      RandomGenerator random,
      BiConsumer<Long, Runnable> later) {
    super(
        queue,
        new CommitLoop(
            queue,
            home,
            home.open(),
            new CommitLoop.Surroundings(Runnable::run, (changes, bytes, nanos) -> {}, () -> 0)));
    this.home = home;
    this.random = random;
    this.later = later;
    home.store = this;
  }

  private static final class SimulatedHome implements StoreHome {
    private final SimulatedDisk disk;
    private final Replicated replicated;
    private final InstantSource clock;
    private final RandomGenerator random;
    private int timesSetAside;
    private @Nullable SimulatedStore store;

    SimulatedHome(
        SimulatedDisk disk, Replicated replicated, InstantSource clock, RandomGenerator random) {
      this.disk = disk;
      this.replicated = replicated;
      this.clock = clock;
      this.random = random;
    }

    OpenStore open() {
      try {
        return open(replicated);
      } catch (StoreException e) {
        throw new AssertionError(e);
      }
    }

    @Override
    public OpenStore reopen() throws StoreException {
      return open(replicated.ofSuccessor());
    }

    private OpenStore open(Replicated whetherNew) throws StoreException {
      RecordStore records = disk.open(this::nextSyncFails, random);
      StoreLoader.Loaded loaded =
          new StoreLoader(
                  records,
                  whetherNew,
                  new StoreLoader.Setting(
                      path(), ReservedNames.NONE, Long.MAX_VALUE, random, () -> 0))
              .load();
      StoreState state =
          new StoreState(
              loaded.groups(),
              new HybridClock(clock, loaded.clock()),
              loaded.identity(),
              loaded.metadata(),
              Map.of());
      return OpenStore.of(
          records,
          new WriterCommand.Writing(
              state, new ChangeApplier(state), new StateMerger(state), Long.MAX_VALUE));
    }

    private boolean nextSyncFails() {
      boolean fails = store != null && store.failsNextCommit;
      if (fails) {
        store.failsNextCommit = false;
      }
      return fails;
    }

    @Override
    public void quarantine() {
      timesSetAside++;
      disk.lose();
    }

    @Override
    public @Nullable Refusal spaceProblem() {
      return null;
    }

    @Override
    public Path path() {
      return Path.of("simulated");
    }
  }

  public int timesSetAside() {
    return home.timesSetAside;
  }

  /** All that nodes must agree on, a line for each group, in order. */
  public String describe() {
    if (!(loop().state() instanceof WriterState.Open open)) {
      return "the store is not open";
    }
    StoreState state = open.store().state();
    StringBuilder text = new StringBuilder("wiped at " + state.groups().wipedAt() + "\n");
    for (GroupKey key : new TreeSet<>(state.groups().keys())) {
      Group group = Objects.requireNonNull(state.groups().get(key));
      text.append(key)
          .append(" deleted at ")
          .append(group.deletedAt)
          .append(", expired at ")
          .append(group.expiredAt)
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

  /** The process dies: what was written and not synced is on the disk, or not. */
  public void crash() {
    home.disk.crash(random);
  }

  @Override
  void enqueue(WriterCommand command) {
    if (command instanceof WriterCommand.OwnChange own
        && own.change() instanceof Change.Expire expire) {
      expiryListener.accept(expire);
    }
    super.enqueue(command);
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

  /** One step of the writer. */
  @SuppressWarnings("ReferenceEquality") // Each publication makes a new object.
  private void step() {
    ReplicaState before = replicaState();
    boolean isUnderWay = loop().advance();
    if (replicaState() != before && isAheadOfTheDisk()) {
      throw new AssertionError("published, and not yet on the disk");
    }
    if (loop().state() instanceof WriterState.Failed) {
      later.accept(random.nextLong(MAX_RECOVERY_NANOS), loop()::recover);
    }
    if (isUnderWay || !queue().isEmpty()) {
      schedule(isUnderWay ? stepNanos() : 0);
    }
  }

  /** Syncs take time, some of them long; the other steps are quick. */
  private long stepNanos() {
    if (!home.disk.isUnsynced()) {
      return random.nextLong(50_000);
    }
    long longest = random.nextInt(64) == 0 ? 100_000_000 : 5_000_000;
    return 100_000 + random.nextLong(longest);
  }

  private boolean isAheadOfTheDisk() {
    return loop().state() instanceof WriterState.Open open && !open.store().batch().isEmpty();
  }

  @Override
  public CompletableFuture<Listing> listing(List<Integer> buckets, int maxBytes) {
    // Small chunks, so that copies take several turns here too.
    return super.listing(buckets, Math.min(maxBytes, 100));
  }

  @Override
  public CompletableFuture<States> states(List<ByteString> groupingKeys, int maxBytes) {
    return super.states(groupingKeys, Math.min(maxBytes, 300));
  }

  @Override
  public CompletableFuture<Snapshot> snapshot() {
    CompletableFuture<Snapshot> snapshot = new CompletableFuture<>();
    // Others' and own changes may come in between, as while a writer is busy.
    later.accept(
        SNAPSHOT_NANOS,
        () -> {
          queue().add(snapshot);
          schedule(0);
        });
    return snapshot;
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
