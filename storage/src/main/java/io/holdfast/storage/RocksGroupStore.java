package io.holdfast.storage;

import io.holdfast.storage.disk.RocksDatabase;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.LongSupplier;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A store of groups on RocksDB, and the thread that writes them.
 *
 * <p>Concurrency: the thread, the writer, drives the {@link CommitLoop}. Once a second the writer
 * also maintains the store. The writer opens a failed store again, checks the free space, and
 * collects old tombstones.
 */
public final class RocksGroupStore extends QueuedStore {
  private static final Logger log = LoggerFactory.getLogger(RocksGroupStore.class);

  private static final Duration TURN = Duration.ofMillis(50);
  private static final Duration HOUSEKEEPING_INTERVAL = Duration.ofSeconds(1);

  /** Bounds how long pushes wait for a commit that expires groups. */
  private static final int EXPIRIES_PER_COMMIT = 200;

  private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(30);

  private final StoreOptions options;
  private final Migration migration;
  private final FormerCluster formerCluster;
  private final LongSupplier nanos;
  private final Thread writer;

  // These fields belong to the writer thread.
  private long housekeepingAt;
  private boolean hasFailed;

  private RocksGroupStore(
      StoreOptions options, WriterQueue queue, CommitLoop loop, Migration migration) {
    super(queue, loop);
    this.options = options;
    this.migration = migration;
    this.formerCluster = new FormerCluster(options.surroundings().clock());
    this.nanos = options.surroundings().nanos();
    this.housekeepingAt = nanos.getAsLong();
    this.writer = new Thread(this::run, "store-writer");
  }

  /** Loads the code of the database, so that the first store opens quickly. */
  public static void preload() {
    RocksDatabase.preload();
  }

  /**
   * Opens the store, reads it and starts the writer. Returns when everything can be served.
   *
   * @param callbackExecutor completes the futures of a commit, in one task
   * @throws StoreException if the directory cannot be used, with the reason and the ways out;
   *     nothing in it was changed then
   */
  public static RocksGroupStore open(StoreOptions options, Executor callbackExecutor)
      throws StoreException {
    RocksHome home = new RocksHome(options);
    RocksHome.Opened opened = home.open();
    try {
      WriterQueue queue = new WriterQueue(options.capacity().queuedChanges());
      CommitLoop loop =
          new CommitLoop(
              queue,
              home,
              opened.store(),
              new CommitLoop.Surroundings(
                  callbackExecutor,
                  options.surroundings().listener(),
                  options.surroundings().nanos()));
      loop.checkSpace();
      RocksGroupStore store = new RocksGroupStore(options, queue, loop, opened.migration());
      store.expireOverdue();
      store.writer.start();
      return store;
    } catch (RuntimeException e) {
      opened.store().close();
      throw e;
    }
  }

  /** Returns how far a migration had come when this store was opened. */
  public Migration migration() {
    return migration;
  }

  /**
   * Merges groups of another program. Notes in the same commit how far the migration has come.
   * Completes when both are on the disk. The caller must call it before any other change.
   */
  public CompletableFuture<MergeOutcome> migrate(ReceivedStates groups, Migration noted) {
    return write(true, (writing, into) -> noted.take(groups, writing, into));
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
  public OptionalLong freeBytes() {
    try {
      return OptionalLong.of(Files.getFileStore(options.directory()).getUsableSpace());
    } catch (IOException e) {
      return OptionalLong.empty();
    }
  }

  @Override
  public void close() {
    queue().close();
    try {
      writer.join(CLOSE_TIMEOUT.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    if (writer.isAlive()) {
      // Every acknowledged change is on the disk in any case.
      log.warn("store writer not ended in time; end of the process awaited");
    }
  }

  /**
   * Expires the groups whose time came while the store was closed, so that no scrape sees them. The
   * thread that opens the store acts as the writer.
   */
  private void expireOverdue() {
    expireIfDue();
    while (queue().hasHead()) {
      while (loop().advance()) {
        // Repeats until the commit is complete.
      }
      expireIfDue();
    }
  }

  // The methods below run on the writer thread.

  private void run() {
    try {
      while (!queue().isClosed() || !queue().isEmpty()) {
        keepHouse();
        boolean unused = queue().await(TURN);
        while (loop().advance()) {
          // Repeats until the commit is complete.
        }
      }
    } catch (InterruptedException e) {
      failForGood("interrupted", e);
    } catch (RuntimeException | Error e) {
      failForGood(e.toString(), e);
    } finally {
      loop().end(null);
    }
  }

  private void failForGood(String reason, Throwable cause) {
    Refusal refusal = CommitLoop.writerFailed(reason);
    log.error("store writer failed; changes refused until the process is restarted", cause);
    loop().end(refusal);
    failure().complete(refusal.text());
  }

  private void keepHouse() {
    boolean isFailed = loop().state() instanceof WriterState.Failed;
    if (isFailed && !hasFailed) {
      // The disk gets some time before the first new attempt.
      housekeepingAt = nanos.getAsLong();
    }
    hasFailed = isFailed;
    if (isHousekeepingDue()) {
      loop().recover();
      loop().checkSpace();
    }
    forgetDeletesIfDue();
    expireIfDue();
  }

  private boolean isHousekeepingDue() {
    long now = nanos.getAsLong();
    if (now - housekeepingAt < HOUSEKEEPING_INTERVAL.toNanos()) {
      return false;
    }
    housekeepingAt = now;
    return true;
  }

  /**
   * Expires the groups whose time has come. A store of a cluster waits for its replica, which knows
   * whether there is a quorum.
   */
  private void expireIfDue() {
    if (options.replicated() == null
        && !queue().hasHead()
        && loop().state() instanceof WriterState.Open open) {
      StoreState state = open.store().state();
      long now = state.clock().wallMillis();
      if (state.groups().nextExpiryMillis() <= now) {
        Change expire = new Change.Expire(now, EXPIRIES_PER_COMMIT);
        queue().addFirst(new WriterCommand.OwnChange(expire, new CompletableFuture<>()));
      }
    }
  }

  private void forgetDeletesIfDue() {
    if (options.replicated() == null
        && !queue().hasHead()
        && loop().state() instanceof WriterState.Open open
        && formerCluster.isDue(open.store().state())) {
      WriterCommand.MergeCommand.Step step =
          (writing, batched) -> {
            formerCluster.keep(writing.state(), batched);
            return noted(writing);
          };
      queue().addFirst(new WriterCommand.MergeCommand(step, false, new CompletableFuture<>()));
    }
  }
}
