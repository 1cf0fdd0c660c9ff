package io.holdfast.storage;

import io.holdfast.storage.WriteOutcome.Unavailable;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** A request that waits for the writer. */
sealed interface WriterCommand {

  /** Returns whether the client has withdrawn the command. It is then not begun. */
  boolean isWithdrawn();

  /** Returns whether the command may need space on the disk: it is refused when space is short. */
  boolean takesSpace();

  /** Tells the client that the command had no effect, or that its effect is unknown. */
  void refuse(String reason);

  /** A part of a commit, which may have many. */
  sealed interface Write extends WriterCommand {
    /**
     * Changes the state in memory and adds the records of the change to the batch.
     *
     * @return tells the client its outcome; called after the sync of the batch
     */
    Runnable perform(Writing writing, CommitBatch batch);
  }

  /** The parts that work on an open store. */
  record Writing(StoreState state, ChangeApplier applier, StateMerger merger, long maximumBytes) {}

  /** The answer to a client that may have repeated the change at another node. */
  String TOO_LATE = "the change has waited for too long; a retry is safe";

  /** A change that a client asked this node for. */
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
   * A merge of states that a peer sent, or a note about the cluster. Never refused for lack of
   * memory: another node has acknowledged the states.
   */
  record MergeCommand(Step step, boolean takesSpace, CompletableFuture<MergeOutcome> outcome)
      implements Write {
    /** The work of the command. */
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

  /** A question about the records on the disk. Answered between two commits, never within one. */
  record Query<T>(Read<T> reading, CompletableFuture<T> answer) implements WriterCommand {
    /** The read that answers the query. */
    interface Read<T> {
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

    /** Returns a query for nothing: it wakes the writer, which then looks for pictures. */
    static Query<Boolean> ofNothing() {
      return new Query<>(reader -> true, new CompletableFuture<>());
    }

    void answer(StateReader reader) {
      answer.complete(reading.read(reader));
    }
  }

  /** A request to put the whole store aside and to go on with an empty one. */
  record SetAside(CompletableFuture<MergeOutcome> outcome) implements WriterCommand {
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
