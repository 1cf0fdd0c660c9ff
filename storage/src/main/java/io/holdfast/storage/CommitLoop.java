package io.holdfast.storage;

import io.holdfast.storage.WriterState.Ended;
import io.holdfast.storage.WriterState.Failed;
import io.holdfast.storage.WriterState.Full;
import io.holdfast.storage.WriterState.Open;
import io.holdfast.storage.WriterState.Writable;
import io.holdfast.storage.disk.DiskException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;
import org.slf4j.spi.LoggingEventBuilder;

/**
 * The order in which changes become durable and visible. No other code knows this order:
 *
 * <pre>
 * IDLE     take the waiting changes, apply them in memory, begin to send them to peers
 * APPLIED  write the batch
 * WRITTEN  sync the batch: from here on it survives a crash
 * SYNCED   publish the new exposition, then acknowledge
 * </pre>
 *
 * <p>Changes that arrive during one sync share the next sync (group commit). A lone change waits
 * for no other change. An acknowledged change is on the disk and in every later exposition. An
 * exposition shows only changes that are on the disk.
 *
 * <h2>Concurrency</h2>
 *
 * One thread, the writer, makes the steps. Any thread reads the state and the published exposition.
 * A step never waits for another thread; only the disk takes time. The simulation makes these steps
 * in simulated time, and crashes between them.
 *
 * <h2>Crash points</h2>
 *
 * <ul>
 *   <li>A crash before the sync: after the next start, all of the batch is there or nothing. No
 *       client had an answer.
 *   <li>A crash after the sync: the changes are there, answered or not.
 * </ul>
 *
 * <h2>Disk failures</h2>
 *
 * Memory is then ahead of the disk by one batch, of which an unknown part was written. The state in
 * memory is dropped and commands are refused. Scrapes go on from the last published exposition.
 * {@link #recover} opens and reads the store again. After that all readers see the failed batch, or
 * no reader does.
 */
final class CommitLoop {
  /** Bounds the memory of a batch, and how long the first change of a batch waits. */
  private static final int MAX_CHANGES_PER_COMMIT = 512;

  private static final long MAX_BYTES_PER_COMMIT = 4L << 20;

  private static final Logger log = LoggerFactory.getLogger(CommitLoop.class);

  private static final Refusal QUARANTINE =
      new Refusal(Refusal.Code.STORE_INCOMPLETE, "the store is being quarantined");

  private static final Refusal ENDED =
      new Refusal(Refusal.Code.STORE_FAILED, "the store cannot be written");

  /** The step that the current commit has reached. */
  private enum Phase {
    IDLE,
    APPLIED,
    WRITTEN,
    SYNCED
  }

  /**
   * The parts that a loop needs besides its store.
   *
   * @param callbackExecutor completes the futures of a commit, in one task
   * @param nanos measures how long a commit takes
   */
  record Surroundings(Executor callbackExecutor, CommitListener listener, LongSupplier nanos) {}

  private final WriterQueue queue;
  private final StoreHome home;
  private final Surroundings surroundings;

  // These fields belong to the writer thread.
  private Phase phase = Phase.IDLE;
  private final List<WriterCommand> taken = new ArrayList<>();
  private List<Runnable> answers = new ArrayList<>();
  private long writtenBytes;
  private long writtenAt;

  private volatile WriterState state;
  private volatile ReplicaState replicaState;
  private volatile Replication replication = Replication.NONE;

  CommitLoop(WriterQueue queue, StoreHome home, OpenStore store, Surroundings surroundings) {
    this.queue = queue;
    this.home = home;
    this.surroundings = surroundings;
    this.state = new Writable(store);
    this.replicaState = store.state().replicaState();
  }

  WriterState state() {
    return state;
  }

  /** Returns the replica state that was published last. */
  ReplicaState replicaState() {
    return replicaState;
  }

  void replicateTo(Replication receiver) {
    replication = receiver;
  }

  // Only the writer calls the methods below.

  /**
   * Makes one step: begins a commit of the waiting changes, answers one query, or continues the
   * current commit. Returns whether a commit is in progress.
   */
  boolean advance() {
    try {
      switch (phase) {
        case IDLE -> begin();
        case APPLIED -> write();
        case WRITTEN -> sync();
        case SYNCED -> finish();
      }
    } catch (RuntimeException e) {
      // A bug is treated like a failing disk, because half of a change can be in memory.
      fail(e);
    } catch (Error e) {
      // The writer ends, and each waiting client gets an answer.
      Refusal refusal = writerFailed(e);
      try {
        end(refusal);
      } finally {
        complete(refusals(taken, refusal));
      }
      throw e;
    }
    return phase != Phase.IDLE;
  }

  private void begin() {
    takeSnapshots();
    WriterCommand next = queue.peek();
    if (next == null) {
      return;
    }
    if (!(state instanceof Open)) {
      queue.remove();
      complete(refusals(List.of(next), refusal()));
    } else if (next instanceof WriterCommand.Query<?> query) {
      queue.remove();
      answer(query);
    } else if (next instanceof WriterCommand.Quarantine quarantine) {
      queue.remove();
      quarantine(quarantine);
    } else {
      apply(store());
    }
  }

  /** Takes the requested snapshots. Between two commits, memory and disk have equal content. */
  private void takeSnapshots() {
    CompletableFuture<Snapshot> next = queue.nextSnapshot();
    while (next != null) {
      if (state instanceof Open open) {
        next.complete(new Snapshot(replicaState, open.store().records().snapshot()));
      } else {
        next.completeExceptionally(new RefusedException(refusal()));
      }
      next = queue.nextSnapshot();
    }
  }

  private OpenStore store() {
    if (state instanceof Open open) {
      return open.store();
    }
    throw new IllegalStateException("a commit goes on in a store that is not open");
  }

  private void apply(OpenStore store) {
    CommitBatch batch = store.batch();
    while (!isFull(batch) && queue.peek() instanceof WriterCommand.Write write) {
      queue.remove();
      if (!write.isWithdrawn()) {
        taken.add(write);
        answers.add(write.perform(store.writing(), batch));
      }
    }
    if (batch.isEmpty()) {
      phase = Phase.SYNCED;
      return;
    }
    batch.putClock(store.state().clock().last());
    replicate(store);
    phase = Phase.APPLIED;
  }

  private boolean isFull(CommitBatch batch) {
    return taken.size() == MAX_CHANGES_PER_COMMIT || batch.bytes() >= MAX_BYTES_PER_COMMIT;
  }

  /**
   * Sends this node's changes to peers. The disk takes about as long as the network, so the sending
   * begins first.
   */
  private void replicate(OpenStore store) {
    List<byte[]> own = store.batch().replicated();
    if (!own.isEmpty()) {
      long logId = store.state().logId();
      long first = store.state().offset(logId) - own.size() + 1;
      replication.committing(logId, first, own);
    }
  }

  private void write() {
    OpenStore store = store();
    writtenBytes = store.batch().bytes();
    writtenAt = surroundings.nanos().getAsLong();
    store.records().write(store.writes());
    phase = Phase.WRITTEN;
  }

  private void sync() {
    OpenStore store = store();
    store.records().sync();
    long nanos = surroundings.nanos().getAsLong() - writtenAt;
    surroundings.listener().committed(taken.size(), writtenBytes, nanos);
    if (store.batch().hasWiped()) {
      store.records().compactDeleted();
    }
    phase = Phase.SYNCED;
  }

  private void finish() {
    OpenStore store = store();
    // The commit becomes visible before its answers. A client with an answer must find the change
    // in its next scrape.
    publish(store);
    acknowledge();
    store.batch().clear();
    taken.clear();
    phase = Phase.IDLE;
  }

  private void publish(OpenStore store) {
    replicaState = store.state().replicaState();
  }

  private void acknowledge() {
    List<Runnable> told = answers;
    answers = new ArrayList<>();
    complete(told);
  }

  private void answer(WriterCommand.Query<?> query) {
    OpenStore from = store();
    try {
      query.answer(new StateReader(from.state(), from.records()::get));
    } catch (DiskException e) {
      taken.add(query);
      throw e;
    } catch (RuntimeException e) {
      // The query asked for something impossible, so the query fails alone. The store goes on.
      query.refuse(new Refusal(Refusal.Code.BAD_MESSAGE, String.valueOf(e.getMessage())));
    }
  }

  private void quarantine(WriterCommand.Quarantine command) {
    try {
      close(QUARANTINE, 0);
      home.quarantine();
      reopen(0);
      command.outcome().complete(done());
    } catch (StoreException | IOException | RuntimeException e) {
      Refusal refusal = unwritable(e);
      state = new Failed(refusal, 0);
      log(Level.ERROR, refusal).setCause(e).log("quarantine failed; pushes refused, scrapes go on");
      command.refuse(refusal);
    }
  }

  private MergeOutcome done() {
    return new MergeOutcome.Merged(List.of(), Map.of(), replicaState.clock());
  }

  /** Begins a line that carries a refusal. */
  private LoggingEventBuilder log(Level level, Refusal refusal) {
    return log.atLevel(level)
        .addKeyValue("path", home.path())
        .addKeyValue("code", refusal.code().word())
        .addKeyValue("reason", refusal.text());
  }

  /** Returns the refusal of a store whose writer has ended. */
  static Refusal writerFailed(Object reason) {
    return new Refusal(Refusal.Code.STORE_FAILED, "the store's writer failed: " + reason);
  }

  private static Refusal unwritable(Exception e) {
    return new Refusal(Refusal.Code.STORE_FAILED, "the store cannot be written: " + e.getMessage());
  }

  private Refusal refusal() {
    Refusal refusal = state.unwritable();
    return refusal == null ? ENDED : refusal;
  }

  private void fail(RuntimeException e) {
    log(Level.ERROR, unwritable(e))
        .setCause(e)
        .log("commit failed; pushes refused until the store is open again, scrapes go on");
    if (state instanceof Open open) {
      long clock = open.store().state().clock().last();
      try {
        close(unwritable(e), clock);
      } catch (RuntimeException again) {
        log.warn("close of the failed store failed", again);
      }
    }
    complete(refusals(taken, refusal()));
    taken.clear();
    answers = new ArrayList<>();
    phase = Phase.IDLE;
  }

  private void close(Refusal refusal, long clock) {
    if (state instanceof Open open) {
      // The state goes first: its groups are then free for the garbage collector while the store is
      // read again.
      state = new Failed(refusal, clock);
      open.store().close();
    }
  }

  /** Opens and reads a failed store again. If that fails, keeps the new refusal. */
  void recover() {
    if (!(state instanceof Failed failed)) {
      return;
    }
    try {
      // Versions that were given out are never given out again, whether the failed batch is there
      // or not.
      reopen(failed.clock());
      Refusal problem = state.unwritable();
      if (problem == null) {
        log.atInfo().addKeyValue("path", home.path()).log("store opened again; pushes accepted");
      } else {
        log(Level.WARN, problem).log("store opened again; pushes refused");
      }
    } catch (StoreException | IOException | RuntimeException e) {
      state = new Failed(unwritable(e), failed.clock());
    }
  }

  private void reopen(long clock) throws StoreException, IOException {
    OpenStore store = home.reopen();
    try {
      store.state().clock().observe(clock);
      // Below the reserve, pushes stay refused. Deletes stay possible, because deletes free space.
      WriterState reopened = opened(store, home.spaceProblem());
      publish(store);
      state = reopened;
    } catch (IOException | RuntimeException e) {
      store.close();
      throw e;
    }
  }

  private static WriterState opened(OpenStore store, @Nullable Refusal spaceProblem) {
    return spaceProblem == null ? new Writable(store) : new Full(store, spaceProblem);
  }

  /** Refuses pushes while there is too little space, and accepts them when there is enough. */
  void checkSpace() {
    if (!(state instanceof Open open)) {
      return;
    }
    try {
      Refusal problem = home.spaceProblem();
      boolean isNews = (problem == null) != (open.unwritable() == null);
      state = opened(open.store(), problem);
      if (isNews && problem == null) {
        log.atWarn().addKeyValue("path", home.path()).log("disk space freed; pushes accepted");
      } else if (isNews && problem != null) {
        log(Level.WARN, problem).log("disk space exhausted; pushes refused");
      }
    } catch (IOException e) {
      log.atWarn().addKeyValue("err", e.toString()).log("look at the free disk space failed");
    }
  }

  /**
   * Refuses all waiting and later commands, and closes the store.
   *
   * @param refusal the failure of the writer, or null
   */
  void end(@Nullable Refusal refusal) {
    WriterState before = state;
    if (!(before instanceof Ended)) {
      state = new Ended(refusal == null ? before.unwritable() : refusal);
    }
    queue.abandon();
    if (before instanceof Open open) {
      open.store().close();
    }
  }

  private static List<Runnable> refusals(List<WriterCommand> commands, Refusal refusal) {
    return commands.stream().<Runnable>map(command -> () -> command.refuse(refusal)).toList();
  }

  /** Completes all outcomes in one task, so that one thread writes the answers of a commit. */
  private void complete(List<Runnable> outcomes) {
    Runnable tell = () -> outcomes.forEach(Runnable::run);
    try {
      surroundings.callbackExecutor().execute(tell);
    } catch (RejectedExecutionException e) {
      // The executor was shut down before the store, so this thread completes the outcomes.
      tell.run();
    }
  }
}
