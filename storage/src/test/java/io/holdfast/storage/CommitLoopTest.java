package io.holdfast.storage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.storage.StoreOptions.Replicated;
import io.holdfast.storage.WriteOutcome.Applied;
import io.holdfast.storage.WriteOutcome.Unavailable;
import io.holdfast.storage.disk.DiskException;
import io.holdfast.storage.disk.RecordWrites;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Steps of one commit, made one by one. */
class CommitLoopTest {
  private final FailingRecords records = new FailingRecords();
  private final WriterQueue queue = new WriterQueue(10);
  private final Home home = new Home();
  private final CommitLoop loop =
      new CommitLoop(
          queue,
          home,
          home.reopen(),
          new CommitLoop.Surroundings(Runnable::run, (changes, bytes, nanos) -> {}, () -> 0));

  /** Records whose next sync may fail. */
  private static final class FailingRecords extends MapRecords {
    private @Nullable Throwable failure;
    private int syncs;

    @Override
    public void write(RecordWrites writes) {
      if (failure == null) {
        super.write(writes);
      }
    }

    @Override
    public void sync() {
      if (failure instanceof Error error) {
        throw error;
      }
      if (failure instanceof DiskException exception) {
        throw exception;
      }
      syncs++;
    }
  }

  private final class Home implements StoreHome {
    private @Nullable String full;

    @Override
    public OpenStore reopen() {
      try {
        StoreLoader.Loaded loaded =
            new StoreLoader(
                    records,
                    new Replicated(true),
                    new StoreLoader.Setting(
                        path(),
                        ReservedNames.NONE,
                        Long.MAX_VALUE,
                        new SplittableRandom(1),
                        System::nanoTime))
                .load();
        HybridClock clock =
            new HybridClock(() -> Instant.ofEpochMilli(MemoryStore.MILLIS), loaded.clock());
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
      return full == null ? null : new Refusal(Refusal.Code.DISK_FULL, full);
    }

    @Override
    public Path path() {
      return Path.of("test");
    }
  }

  private CompletableFuture<WriteOutcome> add(Change change) {
    CompletableFuture<WriteOutcome> outcome = new CompletableFuture<>();
    queue.add(new WriterCommand.OwnChange(change, outcome));
    return outcome;
  }

  private static Change put(int value) {
    return Pushes.put(Pushes.job("a"), "m " + value + "\n");
  }

  private boolean shows(int value) {
    return Pushes.text(loop.replicaState().exposition())
        .contains("m{instance=\"\",job=\"a\"} " + value);
  }

  private void run() {
    while (loop.advance() || !queue.isEmpty()) {
      // Until nothing waits.
    }
  }

  @Test
  void change_isShownAndAcknowledged_onlyAfterTheSync() {
    int before = records.syncs;
    CompletableFuture<WriteOutcome> outcome = add(put(1));
    while (records.syncs == before) {
      assertFalse(outcome.isDone());
      assertFalse(shows(1));
      assertTrue(loop.advance());
    }
    assertFalse(outcome.isDone());
    assertFalse(loop.advance());
    assertInstanceOf(Applied.class, outcome.join());
    assertTrue(shows(1));
  }

  @Test
  void change_isShown_whenItsClientIsTold() {
    CompletableFuture<Boolean> shown = add(put(1)).thenApply(outcome -> shows(1));
    run();
    assertTrue(shown.join());
  }

  @Test
  void changesThatWait_shareOneSync_andOneThatComesMeanwhile_waitsForTheNext() {
    int before = records.syncs;
    CompletableFuture<WriteOutcome> first = add(put(1));
    CompletableFuture<WriteOutcome> second = add(put(2));
    assertTrue(loop.advance());
    CompletableFuture<WriteOutcome> third = add(put(3));
    while (loop.advance()) {
      // Until the first commit is through.
    }
    assertEquals(1, records.syncs - before);
    assertTrue(first.isDone() && second.isDone());
    assertTrue(shows(2));
    assertFalse(third.isDone());
    run();
    assertEquals(2, records.syncs - before);
    assertInstanceOf(Applied.class, third.join());
  }

  @Test
  void failedSync_refusesItsChanges_andGoesOnFromTheDisk() {
    CompletableFuture<WriteOutcome> first = add(put(1));
    run();
    assertInstanceOf(Applied.class, first.join());
    long clock = loop.replicaState().clock();
    records.failure = new DiskException("broken", null);
    CompletableFuture<WriteOutcome> failed = add(put(2));
    run();
    assertEquals(
        new Unavailable(
            new Refusal(Refusal.Code.STORE_FAILED, "the store cannot be written: broken")),
        failed.join());
    assertTrue(shows(1));
    assertInstanceOf(WriterState.Failed.class, loop.state());
    CompletableFuture<WriteOutcome> meanwhile = add(new Change.Delete(Pushes.job("a")));
    run();
    assertInstanceOf(Unavailable.class, meanwhile.join());

    records.failure = null;
    loop.recover();
    assertInstanceOf(WriterState.Writable.class, loop.state());
    assertTrue(shows(1));
    assertTrue(loop.replicaState().clock() > clock, "a version is given out twice");
    assertInstanceOf(Applied.class, answered(add(put(3))));
    assertTrue(shows(3));
  }

  private WriteOutcome answered(CompletableFuture<WriteOutcome> outcome) {
    run();
    return outcome.join();
  }

  @Test
  void errorOfTheWriter_leavesNobodyWaiting_andEndsIt() {
    records.failure = new AssertionError("mistake");
    CompletableFuture<WriteOutcome> begun = add(put(1));
    assertTrue(loop.advance());
    CompletableFuture<WriteOutcome> waiting = add(put(2));
    assertThrows(AssertionError.class, this::run);
    assertInstanceOf(Unavailable.class, begun.join());
    assertInstanceOf(Unavailable.class, waiting.join());
    assertInstanceOf(WriterState.Ended.class, loop.state());
    assertInstanceOf(Unavailable.class, add(put(3)).join());
  }

  @Test
  void littleSpace_isSaid_untilThereIsEnough() {
    home.full = "full";
    loop.checkSpace();
    assertEquals(new Refusal(Refusal.Code.DISK_FULL, "full"), loop.state().unwritable());
    home.full = null;
    loop.checkSpace();
    assertEquals(null, loop.state().unwritable());
  }

  @Test
  void storeThatWasQuarantined_isEmpty_andTakesChanges() {
    assertInstanceOf(Applied.class, answered(add(put(1))));
    CompletableFuture<MergeOutcome> aside = new CompletableFuture<>();
    queue.add(new WriterCommand.Quarantine(aside));
    run();
    assertInstanceOf(MergeOutcome.Merged.class, aside.join());
    assertEquals(0, loop.replicaState().exposition().groups());
    assertInstanceOf(Applied.class, answered(add(put(2))));
    assertTrue(shows(2));
  }

  @Test
  void endedLoop_refusesWhatWaits() {
    List<CompletableFuture<WriteOutcome>> waiting = List.of(add(put(1)), add(put(2)));
    loop.end(null);
    waiting.forEach(outcome -> assertInstanceOf(Unavailable.class, outcome.join()));
  }
}
