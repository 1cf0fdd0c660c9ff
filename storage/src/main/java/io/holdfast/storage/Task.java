package io.holdfast.storage;

import io.holdfast.storage.WriteOutcome.Unavailable;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** Something that waits for the writer. */
sealed interface Task {

  /** Whether who asked for it has gone away: then it is not begun. */
  boolean isWithdrawn();

  /** Whether it may need space on the disk, so that it is refused when there is too little. */
  boolean takesSpace();

  /** Tells who asked that it was not done, or that nobody knows. */
  void refuse(String reason);

  /** A part of a commit, which may have many. */
  sealed interface Write extends Task {
    /**
     * Does it in memory and adds what it leaves to the batch.
     *
     * @return tells who asked; called when the batch is on the disk
     */
    Runnable perform(Writing writing, CommitBatch batch);
  }

  /** What works on an open store. */
  record Writing(StoreState state, ChangeApplier applier, StateMerger merger, long maximumBytes) {}

  /** For a client that is perhaps gone, and has gone on elsewhere. */
  String TOO_LATE = "the change has waited for too long; a retry is safe";

  /** An own change. */
  record OwnChange(
      Change change, BooleanSupplier isTooLate, CompletableFuture<WriteOutcome> outcome)
      implements Write {
    OwnChange(Change change, CompletableFuture<WriteOutcome> outcome) {
      this(change, () -> false, outcome);
    }

    @Override
    public boolean isWithdrawn() {
      return outcome.isDone();
    }

    @Override
    public boolean takesSpace() {
      return takesSpace(change);
    }

    private static boolean takesSpace(Change change) {
      return change instanceof Change.Again again
          ? takesSpace(again.change())
          : pushOf(change) != null || change instanceof Change.RefusedPush;
    }

    @Override
    public void refuse(String reason) {
      outcome.complete(new Unavailable(reason));
    }

    @Override
    public Runnable perform(Writing writing, CommitBatch batch) {
      // Before the question: the writer may be frozen behind it. Then this version must be older
      // than
      // what the client does elsewhere meanwhile.
      writing.state.clock().hold();
      WriteOutcome decided =
          isTooLate.getAsBoolean()
              ? new Unavailable(TOO_LATE)
              : writing.applier.apply(change, batch);
      return () -> outcome.complete(decided);
    }

    private static Change.@Nullable Push pushOf(Change change) {
      if (change instanceof Change.Unchecked unchecked) {
        return unchecked.push();
      }
      return change instanceof Change.Push push ? push : null;
    }
  }

  /**
   * Something that other nodes sent, or that the node notes about them. Never refused for the sake
   * of memory: it was acknowledged somewhere.
   */
  record Merging(Step step, boolean takesSpace, CompletableFuture<MergeOutcome> outcome)
      implements Write {
    /** What is to be done. */
    interface Step {
      MergeOutcome perform(Writing writing, CommitBatch batch);
    }

    @Override
    public boolean isWithdrawn() {
      return outcome.isDone();
    }

    @Override
    public void refuse(String reason) {
      outcome.complete(new MergeOutcome.Refused(reason));
    }

    @Override
    public Runnable perform(Writing writing, CommitBatch batch) {
      MergeOutcome decided = step.perform(writing, batch);
      return () -> outcome.complete(decided);
    }
  }

  /** A question about what is on the disk: never in the middle of a commit. */
  record Question<T>(Reading<T> reading, CompletableFuture<T> answer) implements Task {
    /** How it is answered. */
    interface Reading<T> {
      T read(StateReader reader);
    }

    @Override
    public boolean isWithdrawn() {
      return answer.isDone();
    }

    @Override
    public boolean takesSpace() {
      return false;
    }

    @Override
    public void refuse(String reason) {
      answer.completeExceptionally(new IllegalStateException(reason));
    }

    /** Asks for nothing, and so does no more than wake the writer, which looks for pictures. */
    static Question<Boolean> ofNothing() {
      return new Question<>(reader -> true, new CompletableFuture<>());
    }

    void answer(StateReader reader) {
      answer.complete(reading.read(reader));
    }
  }

  /** Puts the whole store aside and goes on with an empty one. */
  record SetAside(CompletableFuture<MergeOutcome> outcome) implements Task {
    @Override
    public boolean isWithdrawn() {
      return false;
    }

    @Override
    public boolean takesSpace() {
      return false;
    }

    @Override
    public void refuse(String reason) {
      outcome.complete(new MergeOutcome.Refused(reason));
    }
  }
}
