package io.holdfast.cluster.replication;

import io.holdfast.cluster.replication.SimulatedTime.Scope;
import io.holdfast.storage.Change;
import io.holdfast.storage.GroupStore;
import io.holdfast.storage.SimulatedDisk;
import io.holdfast.storage.SimulatedStore;
import io.holdfast.storage.StoreOptions.Replicated;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** A node that can crash, freeze and start again on the disk that it had. */
final class SimulatedNode {
  static final long EPOCH_MILLIS = 1_700_000_000_000L;

  /** One run of the process. */
  final class Life implements EventLoop {
    final Scope process = new Scope();
    final SimulatedStore store;
    final Replica replica;
    final GroupStore groups;
    final ClusterClock versions;
    final long startedAt = time.now();

    Life() {
      InstantSource wall = () -> Instant.ofEpochMilli(EPOCH_MILLIS + clock.millis(time.now()));
      versions = new ClusterClock(wall, this::nanos);
      store =
          new SimulatedStore(
              disk,
              new Replicated(options.quorum().bootstrap()),
              this::instantOfWriter,
              random,
              (delay, task) -> time.after(delay, process, task));
      store.expiryListener = expiryListener;
      replica =
          new Replica(
              new LocalNode(options, store, this, versions, new NoCounters()),
              network.port(number, process),
              Runnable::run);
      groups = new ReplicatedGroupStore(store, replica);
      store.replicateTo(replica);
      replica.start();
    }

    /** The cluster's time; the writer asks for it when it gives a change its version. */
    private Instant instantOfWriter() {
      if (pausesWriter) {
        pausesWriter = false;
        time.pause(pauseNanos, process);
      }
      return versions.instant();
    }

    @Override
    public void execute(Runnable task) {
      time.after(0, process, task);
    }

    @Override
    public void schedule(Duration delay, Runnable task) {
      time.after(delay.toNanos(), process, task);
    }

    @Override
    public long nanos() {
      if (pausesIn > 0 && --pausesIn == 0) {
        time.pause(pauseNanos, process);
      }
      return time.nowInside() + nanosOffset;
    }

    /** All runs of this node read one clock. */
    @Override
    public long clockName() {
      return number;
    }
  }

  final int number;

  /** Hears of each expiry that this node asks its store for. */
  Consumer<Change.Expire> expiryListener = expire -> {};

  final SimulatedDisk disk = new SimulatedDisk();
  private final ReplicaOptions options;
  private final SimulatedTime time;
  private final SimulatedNetwork network;
  private final RandomGenerator random;
  final SimulatedClock clock = new SimulatedClock();
  private long nanosOffset;
  private int pausesIn;
  private boolean pausesWriter;
  private long pauseNanos;
  @Nullable Life life;

  SimulatedNode(
      int number,
      ReplicaOptions options,
      SimulatedTime time,
      SimulatedNetwork network,
      RandomGenerator random) {
    this.number = number;
    this.options = options;
    this.time = time;
    this.network = network;
    this.random = random;
    this.nanosOffset = random.nextLong(1L << 40);
  }

  void start() {
    if (life == null) {
      life = new Life();
    }
  }

  void crash() {
    if (life != null) {
      life.process.isAlive = false;
      life.store.crash();
      life = null;
    }
  }

  /** As a virtual machine that is suspended, and whose clocks go on where they were. */
  void pause(long nanos) {
    if (life != null) {
      // Its clocks stand still while it does not run: a longer gap would be time that goes back.
      long longer = freeze(nanos);
      nanosOffset -= longer;
      clock.set(
          clock.offsetMillis(time.now()) - longer / SimulatedClock.NANOS_PER_MILLI, 0, time.now());
    }
  }

  /**
   * Looks into this node from outside: that counts for no pause inside.
   *
   * @return null if it does not run
   */
  <T> @Nullable T look(Function<Life, T> question) {
    if (life == null) {
      return null;
    }
    int before = pausesIn;
    pausesIn = 0;
    T answer = question.apply(life);
    pausesIn = before;
    return answer;
  }

  /** Returns by how much longer it does not run. */
  long freeze(long nanos) {
    if (life == null) {
      return 0;
    }
    long runsAgain = Math.max(life.process.frozenUntil, time.now());
    long longer = Math.max(0, time.now() + nanos - runsAgain);
    life.process.frozenUntil = runsAgain + longer;
    return longer;
  }

  /** Pauses in the middle of something, when it has asked for the time so many times. */
  void pauseInside(int calls, long nanos) {
    pausesIn = calls;
    pauseNanos = nanos;
  }

  /** Pauses when the writer asks for the time, to give a change its version. */
  void pauseWriter(long nanos) {
    pausesWriter = true;
    pauseNanos = nanos;
  }

  static final class NoCounters implements ClusterCounters {
    @Override
    public void replicated(long nanos) {}

    @Override
    public void repaired(long groups, boolean succeeded) {}

    @Override
    public void refused() {}
  }
}
