package io.holdfast.storage;

import com.google.protobuf.ByteString;
import io.holdfast.proto.cluster.Digest;
import io.holdfast.proto.cluster.Listing;
import io.holdfast.proto.cluster.States;
import io.holdfast.storage.StoreOptions.Replicated;
import io.holdfast.storage.disk.DiskException;
import io.holdfast.storage.disk.RecordWrites;
import io.holdfast.storage.disk.RocksDatabase;
import io.holdfast.storage.disk.SpaceReserve;
import io.holdfast.storage.disk.StoreDirectory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
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
public final class RocksGroupStore implements ReplicatedStore {
  private static final Logger log = LoggerFactory.getLogger(RocksGroupStore.class);

  /** Bounds a batch's size in memory and the wait of the first change in it. */
  private static final int MAX_CHANGES_PER_COMMIT = 512;

  private static final long MAX_BYTES_PER_COMMIT = 4L << 20;
  private static final Duration HOUSEKEEPING_INTERVAL = Duration.ofSeconds(1);
  private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(30);
  private static final String SHUTTING_DOWN = "the server is shutting down";

  private final StoreOptions options;
  private final Executor acknowledger;
  private final SpaceReserve reserve;
  private final BlockingQueue<Task> queue;
  private final Queue<CompletableFuture<Picture>> pictures = new ConcurrentLinkedQueue<>();
  private final Thread writer;
  private final Takeover takeover;
  private final RecordWrites writes;
  private final CommitBatch batch;
  private final FormerCluster formerCluster;

  // Of the writer thread alone.
  private @Nullable RocksDatabase database;
  private StoreState state;
  private Task.Writing writing;
  private @Nullable Task held;
  private long housekeepingAt = System.nanoTime();

  private volatile Standing standing;
  private volatile Replication replication = Replication.NONE;

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
    this.formerCluster = new FormerCluster(options.clock());
    this.queue = new ArrayBlockingQueue<>(options.queueCapacity());
    this.database = database;
    this.writes = database.newWrites();
    this.batch = new CommitBatch(writes);
    this.state = state(loaded, options);
    this.writing = writing(state, options);
    this.standing = state.standing();
    this.takeover = loaded.takeover();
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
    RocksDatabase database = database(options);
    try {
      StoreLoader.Loaded loaded = load(options, database, options.replicated());
      RocksGroupStore store = new RocksGroupStore(options, acknowledger, database, loaded);
      store.checkSpace();
      store.writer.start();
      return store;
    } catch (StoreException | RuntimeException e) {
      database.close();
      throw e;
    }
  }

  private static RocksDatabase database(StoreOptions options) throws StoreException {
    try {
      return RocksDatabase.open(options.directory());
    } catch (DiskException e) {
      throw new StoreException(String.valueOf(e.getMessage()), e);
    }
  }

  private static StoreLoader.Loaded load(
      StoreOptions options, RocksDatabase database, @Nullable Replicated replicated)
      throws StoreException {
    try {
      return new StoreLoader(options, database, replicated).load();
    } catch (DiskException e) {
      throw new StoreException(String.valueOf(database.explained(e).getMessage()), e);
    }
  }

  private static StoreState state(StoreLoader.Loaded loaded, StoreOptions options) {
    InstantSource clock =
        options.replicated() == null
            ? FormerCluster.clock(options.clock(), loaded.notes())
            : options.clock();
    return new StoreState(
        loaded.groups(),
        new HybridClock(clock, loaded.clock()),
        loaded.identity(),
        loaded.notes(),
        options.reserved());
  }

  private static Task.Writing writing(StoreState state, StoreOptions options) {
    return new Task.Writing(
        state,
        new ChangeApplier(state, options.limits(), options.maximumMemoryBytes()),
        new StateMerger(state),
        options.maximumMemoryBytes());
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

  private void enqueue(Task task) {
    String reason = unwritable;
    if (reason != null && (task.takesSpace() || isClosing)) {
      task.refuse(reason);
      return;
    }
    if (isClosing) {
      task.refuse(SHUTTING_DOWN);
      return;
    }
    if (!queue.offer(task)) {
      task.refuse("the write queue is full (" + options.queueCapacity() + " changes are waiting)");
      return;
    }
    // The writer may have left between the question above and the offer: then nobody else would
    // ever answer. After it has left, whoever sees the queue may empty it.
    if (isClosed) {
      refuseAll(SHUTTING_DOWN);
    }
  }

  @Override
  public void replicateTo(Replication receiver) {
    replication = receiver;
  }

  @Override
  public Standing standing() {
    return standing;
  }

  @Override
  public CompletableFuture<MergeOutcome> merge(MergeRequest request) {
    return write(
        request.states().haveFamilies(), (writing, into) -> writing.merger().merge(request, into));
  }

  /** Whether groups of another program could be, or had been, taken over when this was opened. */
  public Takeover takeover() {
    return takeover;
  }

  /**
   * Merges groups of another program, and notes in the same commit how far the takeover has come.
   * Completes when both are on the disk. To be called before anything else changes the store.
   */
  public CompletableFuture<MergeOutcome> takeOver(ReceivedStates groups, Takeover noted) {
    return write(true, (writing, into) -> noted.take(groups, writing, into));
  }

  @Override
  public CompletableFuture<MergeOutcome> note(UnaryOperator<ClusterNotes> change) {
    return write(
        false,
        (writing, into) -> {
          writing.state().note(change.apply(writing.state().notes()), into);
          return noted(writing);
        });
  }

  @Override
  public CompletableFuture<MergeOutcome> purge(long until) {
    return write(
        false,
        (writing, into) -> {
          writing.state().purge(until, into);
          return noted(writing);
        });
  }

  @Override
  public CompletableFuture<MergeOutcome> adopt(Set<Long> streams) {
    return write(
        false,
        (writing, into) -> {
          writing.state().adopt(streams);
          return noted(writing);
        });
  }

  private static MergeOutcome noted(Task.Writing writing) {
    return new MergeOutcome.Merged(List.of(), Map.of(), writing.state().clock().last());
  }

  private CompletableFuture<MergeOutcome> write(boolean takesSpace, Task.Merging.Step step) {
    CompletableFuture<MergeOutcome> outcome = new CompletableFuture<>();
    enqueue(new Task.Merging(step, takesSpace, outcome));
    return outcome;
  }

  @Override
  public CompletableFuture<Digest> digest() {
    return ask(StateReader::digest);
  }

  @Override
  public CompletableFuture<Listing> listing(List<Integer> buckets, int maxBytes) {
    return ask(reader -> reader.listing(buckets, maxBytes));
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
    return ask(reader -> reader.states(groupingKeys, maxBytes));
  }

  private <T> CompletableFuture<T> ask(Task.Question.Reading<T> reading) {
    CompletableFuture<T> answer = new CompletableFuture<>();
    enqueue(new Task.Question<>(reading, answer));
    return answer;
  }

  /** Not in order with the changes: what was acknowledged is in the next picture in any case. */
  @Override
  public CompletableFuture<Picture> picture() {
    CompletableFuture<Picture> picture = new CompletableFuture<>();
    pictures.add(picture);
    if (queue.isEmpty()) {
      boolean unused = queue.offer(Task.Question.ofNothing());
    }
    if (isClosed) {
      refusePictures(SHUTTING_DOWN);
    }
    return picture;
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
      while (!isClosing || held != null || !queue.isEmpty()) {
        // Before anything is taken from the queue: whatever is taken must be answered.
        if (database == null) {
          recoverIfDue();
        } else {
          checkSpaceIfDue();
          forgetDeletesIfDue();
        }
        takePictures();
        Task first = held != null ? held : queue.poll(50, TimeUnit.MILLISECONDS);
        held = null;
        if (first != null) {
          perform(first);
        }
      }
    } catch (InterruptedException e) {
      failForGood("interrupted", e);
    } catch (RuntimeException | Error e) {
      failForGood(e.toString(), e);
    } finally {
      isClosing = true;
      isClosed = true;
      refuseAll(SHUTTING_DOWN);
      refusePictures(SHUTTING_DOWN);
      batch.clear();
      writes.close();
      if (database != null) {
        database.close();
      }
    }
  }

  /** Between two commits memory and disk are the same. */
  private void takePictures() {
    RocksDatabase of = database;
    if (of == null) {
      refusePictures(reason());
      return;
    }
    for (CompletableFuture<Picture> next = pictures.poll(); next != null; next = pictures.poll()) {
      next.complete(new Picture(standing, of.snapshot()));
    }
  }

  private void refusePictures(String reason) {
    for (CompletableFuture<Picture> next = pictures.poll(); next != null; next = pictures.poll()) {
      next.completeExceptionally(new IllegalStateException(reason));
    }
  }

  private void perform(Task task) {
    RocksDatabase into = database;
    if (into == null) {
      refuse(List.of(task));
    } else if (task instanceof Task.Write write) {
      commit(write, into);
    } else if (task instanceof Task.Question<?> question) {
      answer(question, into);
    } else if (task instanceof Task.SetAside setAside) {
      setAside(setAside, into);
    }
  }

  private void failForGood(String reason, Throwable cause) {
    unwritable = "the store's writer failed: " + reason;
    log.error("the store's writer failed; nothing more is written", cause);
    failure.complete(unwritable);
  }

  private void refuseAll(String reason) {
    for (Task left = queue.poll(); left != null; left = queue.poll()) {
      left.refuse(reason);
    }
  }

  private void commit(Task.Write first, RocksDatabase into) {
    List<Task> taken = new ArrayList<>();
    List<Runnable> answers = new ArrayList<>();
    try {
      Task next = first;
      while (next instanceof Task.Write write) {
        if (!write.isWithdrawn()) {
          taken.add(write);
          answers.add(write.perform(writing, batch));
        }
        boolean isFull =
            taken.size() == MAX_CHANGES_PER_COMMIT || batch.bytes() >= MAX_BYTES_PER_COMMIT;
        next = isFull ? null : queue.poll();
      }
      held = next;
      if (!batch.isEmpty()) {
        write(into, taken.size());
      }
      // Visible before acknowledged: who was told and scrapes must see it.
      standing = state.standing();
      complete(answers);
    } catch (RuntimeException e) {
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

  private void write(RocksDatabase into, int changes) {
    batch.putClock(state.clock().last());
    List<byte[]> own = batch.replicated();
    if (!own.isEmpty()) {
      // Before the disk, which takes as long as the way to the other nodes.
      long first = state.position(state.stream()) - own.size() + 1;
      replication.committing(state.stream(), first, own);
    }
    long bytes = batch.bytes();
    long startedAt = System.nanoTime();
    into.commit(writes);
    options.listener().committed(changes, bytes, System.nanoTime() - startedAt);
    if (batch.hasWiped()) {
      into.compactDeleted();
    }
  }

  private void answer(Task.Question<?> question, RocksDatabase from) {
    try {
      question.answer(new StateReader(state, from::get));
    } catch (DiskException e) {
      fail(from, e);
      refuse(List.of(question));
    } catch (RuntimeException e) {
      // It asked for what cannot be: nothing is wrong with the store.
      question.refuse(String.valueOf(e.getMessage()));
    }
  }

  private void setAside(Task.SetAside task, RocksDatabase from) {
    database = null;
    try {
      from.close();
      Path aside = StoreDirectory.setAside(options.directory(), options.clock().instant());
      log.atWarn()
          .addKeyValue("path", options.directory())
          .addKeyValue("aside", aside)
          .log("the store was put aside; this node begins anew");
      reopen(0);
      task.outcome().complete(noted(writing));
    } catch (StoreException | IOException | RuntimeException e) {
      unwritable = "the store cannot be written: " + e.getMessage();
      log.atError().addKeyValue("path", options.directory()).setCause(e).log(unwritable);
      task.refuse(unwritable);
    }
  }

  /** Tells all whose tasks were begun that they may not have taken effect. */
  private void refuse(List<Task> begun) {
    String reason = reason();
    complete(begun.stream().<Runnable>map(task -> () -> task.refuse(reason)).toList());
  }

  /** Tells each its outcome, in one task: a commit's answers are written by one thread. */
  private void complete(List<Runnable> answers) {
    Runnable tell = () -> answers.forEach(Runnable::run);
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
    try {
      // What was given out is not given out again, whether the failed batch is there or not.
      reopen(state.clock().last());
      log.atInfo()
          .addKeyValue("path", options.directory())
          .log(unwritable == null ? "the store can be written again" : unwritable);
    } catch (StoreException | IOException | RuntimeException e) {
      unwritable = "the store cannot be written: " + e.getMessage();
    }
  }

  private void reopen(long clock) throws StoreException, IOException {
    // The old groups go first: both may not fit into memory.
    StoreState nothing =
        new StoreState(
            new Groups(options.replicated() != null),
            new HybridClock(options.clock(), clock),
            new StoreState.Identity(0, 0),
            ClusterNotes.none(),
            options.reserved());
    state = nothing;
    writing = writing(nothing, options);
    Replicated replicated = options.replicated();
    RocksDatabase reopened = database(options);
    try {
      // What is found empty now takes the place of a store that was put aside, or was lost.
      Replicated successor = replicated == null ? null : replicated.ofSuccessor();
      StoreLoader.Loaded loaded = load(options, reopened, successor);
      state = state(loaded, options);
      state.clock().observe(clock);
      writing = writing(state, options);
      // Below the reserve pushes are refused still, but deletes must be possible: they make space.
      unwritable = reserve.problem();
      standing = state.standing();
      database = reopened;
    } catch (StoreException | IOException | RuntimeException e) {
      closeFailed(reopened);
      throw e;
    }
  }

  private void forgetDeletesIfDue() {
    RocksDatabase into = database;
    boolean isAlone = options.replicated() == null;
    if (into != null && held == null && isAlone && formerCluster.isDue(state)) {
      Task.Merging.Step step =
          (writing, batched) -> {
            formerCluster.keep(writing.state(), batched);
            return noted(writing);
          };
      commit(new Task.Merging(step, false, new CompletableFuture<>()), into);
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
