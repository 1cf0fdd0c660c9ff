package io.holdfast.storage;

import io.holdfast.storage.WriteOutcome.Unavailable;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** A request that waits for the writer. */
sealed interface WriterCommand {

  /** Returns whether the client has withdrawn the command. The writer then skips the command. */
  boolean isWithdrawn();

  /**
   * Returns whether the command can need space on the disk. Such commands are refused while space
   * is short.
   */
  boolean takesSpace();

  /** Completes the client's future: the command had no effect, or its effect is unknown. */
  void refuse(Refusal refusal);

  /** A command that is part of a commit. A commit can have many such commands. */
  sealed interface Write extends WriterCommand {
    /**
     * Changes the state in memory and adds the records of the change to the batch.
     *
     * @return an action that completes the client's future; called after the sync of the batch
     */
    Runnable perform(Writing writing, CommitBatch batch);
  }

  /** The parts that work on an open store. */
  record Writing(StoreState state, ChangeApplier applier, StateMerger merger, long maximumBytes) {}

  /**
   * The answer to a change that was too late. The client has possibly repeated the change at
   * another node.
   */
  Refusal TOO_LATE =
      new Refusal(Refusal.Code.TOO_LATE, "the change has waited for too long; a retry is safe");

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
      return change instanceof Change.Reissue reissue
          ? takesSpace(reissue.change())
          : pushOf(change) != null
              || change instanceof Change.Restore
              || change instanceof Change.FailedPush;
    }

    @Override
    public void refuse(Refusal refusal) {
      outcome.complete(new Unavailable(refusal));
    }

    @Override
    public Runnable perform(Writing writing, CommitBatch batch) {
      // The clock is held before the question, because the writer can be paused after it. This
      // version must then be older than the client's later changes at other nodes.
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
   * A merge of states that a peer sent, or a note of cluster metadata. The store never refuses the
   * command for lack of memory, because another node has acknowledged the states.
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
    public void refuse(Refusal refusal) {
      outcome.complete(new MergeOutcome.Refused(refusal));
    }

    @Override
    public Runnable perform(Writing writing, CommitBatch batch) {
      MergeOutcome decided = step.perform(writing, batch);
      return () -> outcome.complete(decided);
    }
  }

  /** A query about the records on the disk. The writer answers queries between two commits. */
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
    public void refuse(Refusal refusal) {
      answer.completeExceptionally(new RefusedException(refusal));
    }

    /**
     * Returns an empty query, which wakes the writer. The writer then takes the requested
     * snapshots.
     */
    static Query<Boolean> ofNothing() {
      return new Query<>(reader -> true, new CompletableFuture<>());
    }

    void answer(StateReader reader) {
      answer.complete(reading.read(reader));
    }
  }

  /** A request to quarantine the whole store and to continue with an empty store. */
  record Quarantine(CompletableFuture<MergeOutcome> outcome) implements WriterCommand {
    @Override
    public boolean isWithdrawn() {
      return false;
    }

    @Override
    public boolean takesSpace() {
      return false;
    }

    @Override
    public void refuse(Refusal refusal) {
      outcome.complete(new MergeOutcome.Refused(refusal));
    }
  }
}
