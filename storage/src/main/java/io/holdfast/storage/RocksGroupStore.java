package io.holdfast.storage;

import io.holdfast.storage.WriteOutcome.Unavailable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.rocksdb.RocksDBException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Groups on RocksDB.
 *
 * <h2>Concurrency</h2>
 *
 * One thread, the writer, owns the groups in memory and the database. It drains the queue, applies
 * each change in order, writes what all of them left as one synced batch, publishes the new
 * exposition and only then hands the outcomes to the acknowledging executor. Many changes that
 * arrive during one fsync share the next (group commit); a lone one waits for nobody.
 *
 * <h2>Crash points</h2>
 *
 * <ul>
 *   <li>Before the write: nothing happened, nobody was told.
 *   <li>During it: RocksDB's log ends with a torn record, which is dropped at the next start;
 *       nobody was told.
 *   <li>After it: the change is there after the restart, told or not.
 * </ul>
 *
 * <h2>When the disk fails</h2>
 *
 * The groups in memory are then ahead of the disk by a batch of which nobody knows how much was
 * written. They are thrown away: changes are refused, the last published exposition goes on being
 * served, and once a second the database is closed, opened and read again, until that works and
 * there is space. What was in the failed batch is then either there or not, for all readers alike.
 */
public final class RocksGroupStore implements GroupStore {
  private static final Logger log = LoggerFactory.getLogger(RocksGroupStore.class);

  /** Bounds a batch's size in memory and the wait of the first change in it. */
  private static final int MAX_CHANGES_PER_COMMIT = 512;

  private static final long MAX_BYTES_PER_COMMIT = 4L << 20;
  private static final Duration HOUSEKEEPING_INTERVAL = Duration.ofSeconds(1);
  private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(30);

  private record Pending(Change change, CompletableFuture<WriteOutcome> outcome) {}

  private final StoreOptions options;
  private final Executor acknowledger;
  private final SpaceReserve reserve;
  private final BlockingQueue<Pending> queue;
  private final Thread writer;
  private final CommitBatch batch = new CommitBatch();

  // Of the writer thread alone.
  private @Nullable RocksDatabase database;
  private ChangeApplier applier;
  private long housekeepingAt = System.nanoTime();

  private volatile Exposition exposition;

  /** The disk fails, or has too little space left for pushes; null when all is well. */
  private volatile @Nullable String unwritable;

  private final CompletableFuture<String> failure = new CompletableFuture<>();
  private volatile boolean isClosing;
  private volatile boolean isClosed;

  private RocksGroupStore(
      StoreOptions options,
      Executor acknowledger,
      RocksDatabase database,
      StoreLoader.Loaded loaded) {
    this.options = options;
    this.acknowledger = acknowledger;
    this.reserve = new SpaceReserve(options.directory(), options.minimumFreeBytes());
    this.queue = new ArrayBlockingQueue<>(options.queueCapacity());
    this.database = database;
    this.applier = applier(loaded, options);
    this.exposition = applier.exposition();
    this.writer = new Thread(this::run, "store-writer");
  }

  /**
   * Opens the store, reads it and starts the writer. Returns when everything is there to be served.
   *
   * @param acknowledger completes the futures of a commit, in one task
   * @throws StoreException if the directory cannot be used, with the reason and the ways out;
   *     nothing in it was changed then
   */
  public static RocksGroupStore open(StoreOptions options, Executor acknowledger)
      throws StoreException {
    RocksDatabase database = RocksDatabase.open(options.directory());
    try {
      StoreLoader.Loaded loaded = new StoreLoader(options.directory(), database).load();
      RocksGroupStore store = new RocksGroupStore(options, acknowledger, database, loaded);
      store.checkSpace();
      store.writer.start();
      return store;
    } catch (StoreException | RuntimeException e) {
      database.close();
      throw e;
    }
  }

  private static ChangeApplier applier(StoreLoader.Loaded loaded, StoreOptions options) {
    return new ChangeApplier(
        loaded.groups(),
        new HybridClock(options.clock(), loaded.clock()),
        loaded.node(),
        options.reserved());
  }

  @Override
  public CompletableFuture<WriteOutcome> submit(Change change) {
    String reason = unwritable;
    if (reason != null && (takesSpace(change) || isClosing)) {
      return CompletableFuture.completedFuture(new Unavailable(reason));
    }
    if (isClosing) {
      return CompletableFuture.completedFuture(shuttingDown());
    }
    Pending pending = new Pending(change, new CompletableFuture<>());
    if (!queue.offer(pending)) {
      return CompletableFuture.completedFuture(
          new Unavailable(
              "the write queue is full (" + options.queueCapacity() + " changes are waiting)"));
    }
    // The writer may have left between the question above and the offer: then nobody else would
    // ever answer. After it has left, whoever sees the queue may empty it.
    if (isClosed) {
      refuseAll(shuttingDown());
    }
    return pending.outcome;
  }

  private static boolean takesSpace(Change change) {
    return change instanceof Change.Push || change instanceof Change.RefusedPush;
  }

  private static Unavailable shuttingDown() {
    return new Unavailable("the server is shutting down");
  }

  @Override
  public Exposition exposition() {
    return exposition;
  }

  @Override
  public Optional<String> unwritable() {
    return Optional.ofNullable(unwritable);
  }

  @Override
  public CompletableFuture<String> failure() {
    return failure;
  }

  @Override
  public int queueDepth() {
    return queue.size();
  }

  @Override
  public int queueCapacity() {
    return options.queueCapacity();
  }

  @Override
  public long sizeBytes() {
    try (Stream<Path> files = Files.list(options.directory())) {
      return files.mapToLong(file -> file.toFile().length()).sum();
    } catch (IOException | UncheckedIOException e) {
      return 0;
    }
  }

  @Override
  public void close() {
    isClosing = true;
    try {
      writer.join(CLOSE_TIMEOUT.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    if (writer.isAlive()) {
      // What was acknowledged is on the disk all the same.
      log.warn("the store's writer does not end; it is left to the end of the process");
    }
  }

  // Everything below runs on the writer thread.

  private void run() {
    try {
      while (!isClosing || !queue.isEmpty()) {
        // Before anything is taken from the queue: whatever is taken must be answered.
        if (database == null) {
          recoverIfDue();
        } else {
          checkSpaceIfDue();
        }
        Pending first = queue.poll(50, TimeUnit.MILLISECONDS);
        if (first == null) {
          continue;
        }
        if (database == null) {
          refuse(List.of(first));
        } else {
          commit(first, database);
        }
      }
    } catch (InterruptedException e) {
      failForGood("interrupted", e);
    } catch (RuntimeException | Error e) {
      failForGood(e.toString(), e);
    } finally {
      isClosing = true;
      isClosed = true;
      refuseAll(shuttingDown());
      batch.close();
      if (database != null) {
        database.close();
      }
    }
  }

  private void failForGood(String reason, Throwable cause) {
    unwritable = "the store's writer failed: " + reason;
    log.error("the store's writer failed; nothing more is written", cause);
    failure.complete(unwritable);
  }

  private void refuseAll(Unavailable outcome) {
    for (Pending left = queue.poll(); left != null; left = queue.poll()) {
      left.outcome.complete(outcome);
    }
  }

  private void commit(Pending first, RocksDatabase into) {
    List<Pending> taken = new ArrayList<>();
    List<WriteOutcome> outcomes = new ArrayList<>();
    try {
      boolean wiped = false;
      Pending next = first;
      while (next != null) {
        // A client that has gone away has cancelled: its change is not begun.
        if (!next.outcome.isDone()) {
          taken.add(next);
          outcomes.add(decide(next.change));
          wiped |= next.change instanceof Change.Wipe;
        }
        boolean isFull =
            taken.size() == MAX_CHANGES_PER_COMMIT || batch.bytes() >= MAX_BYTES_PER_COMMIT;
        next = isFull ? null : queue.poll();
      }
      if (!batch.isEmpty()) {
        write(into, taken.size());
        if (wiped) {
          into.flush();
        }
      }
      // Visible before acknowledged: who was told and scrapes must see it.
      exposition = applier.exposition();
      complete(taken, outcomes);
    } catch (RocksDBException | RuntimeException e) {
      // A mistake of ours is met like a failing disk: whatever half of a change is in memory goes.
      fail(into, e);
      refuse(taken);
    } catch (Error e) {
      // The writer ends, but nobody is left waiting.
      unwritable = "the store's writer failed: " + e;
      refuse(taken);
      throw e;
    } finally {
      batch.clear();
    }
  }

  private WriteOutcome decide(Change change) throws RocksDBException {
    if (change instanceof Change.Push push) {
      long growth = applier.groups().growth(push);
      if (growth > 0 && applier.groups().memoryBytes() + growth > options.maximumMemoryBytes()) {
        return new Unavailable(
            "the groups take "
                + applier.groups().memoryBytes()
                + " bytes of memory (expected: at most "
                + options.maximumMemoryBytes()
                + "): delete some, or start Holdfast with a larger heap (-Xmx)");
      }
    }
    return applier.apply(change, batch);
  }

  /** Tells all whose changes were begun that they may not have taken effect. */
  private void refuse(List<Pending> begun) {
    complete(begun, Collections.nCopies(begun.size(), new Unavailable(reason())));
  }

  private void write(RocksDatabase into, int changes) throws RocksDBException {
    batch.putClock(applier.clock());
    long bytes = batch.bytes();
    long startedAt = System.nanoTime();
    batch.writeTo(into);
    options.listener().committed(changes, bytes, System.nanoTime() - startedAt);
  }

  /** Tells each its outcome, in one task: a commit's answers are written by one thread. */
  private void complete(List<Pending> decided, List<? extends WriteOutcome> outcomes) {
    Runnable tell =
        () -> {
          for (int i = 0; i < decided.size(); i++) {
            decided.get(i).outcome.complete(outcomes.get(i));
          }
        };
    try {
      acknowledger.execute(tell);
    } catch (RejectedExecutionException e) {
      // It was shut down before the store: what waits is told all the same.
      tell.run();
    }
  }

  private String reason() {
    String reason = unwritable;
    return reason == null ? "the store cannot be written" : reason;
  }

  private void fail(RocksDatabase failed, Exception e) {
    unwritable = "the store cannot be written: " + e.getMessage();
    log.atError()
        .addKeyValue("path", options.directory())
        .setCause(e)
        .log("the store cannot be written; pushes are refused until it can, scrapes go on");
    database = null;
    housekeepingAt = System.nanoTime();
    closeFailed(failed);
  }

  private void closeFailed(RocksDatabase failed) {
    try {
      failed.close();
    } catch (RuntimeException e) {
      log.warn("closing the failed store", e);
    }
  }

  private boolean isHousekeepingDue() {
    long now = System.nanoTime();
    if (now - housekeepingAt < HOUSEKEEPING_INTERVAL.toNanos()) {
      return false;
    }
    housekeepingAt = now;
    return true;
  }

  private void recoverIfDue() {
    if (!isHousekeepingDue()) {
      return;
    }
    // What was given out is not given out again, whether the failed batch is there or not.
    long given = applier.clock();
    // The old groups go first: both may not fit into memory.
    applier = applier(new StoreLoader.Loaded(new Groups(), 0, given), options);
    RocksDatabase reopened = null;
    try {
      reopened = RocksDatabase.open(options.directory());
      StoreLoader.Loaded loaded = new StoreLoader(options.directory(), reopened).load();
      applier = applier(loaded, options);
      applier.observe(given);
      // Below the reserve pushes are refused still, but deletes must be possible: they make space.
      unwritable = reserve.problem();
      exposition = applier.exposition();
      database = reopened;
      log.atInfo()
          .addKeyValue("path", options.directory())
          .log(unwritable == null ? "the store can be written again" : unwritable);
    } catch (StoreException | IOException | RuntimeException e) {
      unwritable = "the store cannot be written: " + e.getMessage();
      if (reopened != null) {
        closeFailed(reopened);
      }
    }
  }

  private void checkSpaceIfDue() {
    if (isHousekeepingDue()) {
      checkSpace();
    }
  }

  private void checkSpace() {
    try {
      String problem = reserve.problem();
      boolean isNews = (problem == null) != (unwritable == null);
      unwritable = problem;
      if (isNews) {
        log.atWarn()
            .addKeyValue("path", options.directory())
            .log(problem == null ? "disk space is back; pushes are taken" : problem);
      }
    } catch (IOException e) {
      log.atWarn().addKeyValue("err", e.toString()).log("free disk space is unknown");
    }
  }
}
