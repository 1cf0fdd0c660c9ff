package io.holdfast.storage;

import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.BooleanSupplier;
import java.util.function.Function;

/**
 * A store of groups. Any thread may call all methods.
 *
 * <p>Changes take effect in the order of submission. A change whose {@link #submit} has returned
 * takes effect before a change that is submitted later.
 */
public interface GroupStore extends AutoCloseable {

  /**
   * Submits a change and returns at once.
   *
   * <p>The future completes with {@link WriteOutcome.Applied} or {@link WriteOutcome.Rejected}
   * after the commit of the change. The change is then on the disk (fsync) and in every later
   * {@link #exposition}. A rejected push leaves its failure time, for which this holds too. The
   * future never completes exceptionally: a change that the store cannot take is {@link
   * WriteOutcome.Unavailable}. The future may complete on the caller's thread or on a thread that
   * acknowledges many changes. Dependents must be short and must not block.
   *
   * <p>While {@link #unwritable} gives a reason, pushes are {@code Unavailable} at once with that
   * reason. Deletes and wipes are tried, because they free space. After {@link #close} every change
   * is {@code Unavailable}.
   *
   * <p>Cancelling the future withdraws the change, unless the writer has begun it.
   */
  CompletableFuture<WriteOutcome> submit(Change change);

  /**
   * Submits a change that can be too late when its turn comes. The waiting client has possibly
   * repeated the change at another node, and made further changes there.
   *
   * @param isTooLate called by the writer, just before it gives the change its version
   */
  CompletableFuture<WriteOutcome> submit(Change change, BooleanSupplier isTooLate);

  /**
   * Selects groups for a {@link Change.DeleteSelected}, from an exposition with every change that
   * was acknowledged before the call. The selection can be deleted at any later time: newer
   * versions stay. The future never completes exceptionally, unless the selector fails.
   *
   * @param selector called on the executor
   * @param isTooLate asked when the exposition is decided. The waiting client has possibly repeated
   *     the request at another node, and made further changes there.
   */
  default CompletableFuture<Selection> select(
      Function<Exposition, SelectedGroups> selector, BooleanSupplier isTooLate, Executor executor) {
    return Selection.from(read(), selector, isTooLate, executor);
  }

  /**
   * Deletes a selection: in one change, up to 50,000 groups, or else in several changes, one after
   * the other. The outcome is that of the last change, or the first refusal. A retry is safe in any
   * case.
   *
   * @param isTooLate as for {@link #submit}
   */
  default CompletableFuture<WriteOutcome> delete(SelectedGroups groups, BooleanSupplier isTooLate) {
    return new PiecewiseDelete(this, groups, isTooLate).start();
  }

  /** Returns the exposition after the last commit. Never blocks. */
  Exposition exposition();

  /**
   * Returns the read result for a scrape. A store that is alone completes the future at once. A
   * replicated store completes it when its freshness is known. The future never completes
   * exceptionally.
   */
  default CompletableFuture<ReadResult> read() {
    return CompletableFuture.completedFuture(new ReadResult.Fresh(exposition()));
  }

  /**
   * Returns the read result with whole messages; see {@link Snapshot} for the cost. The caller must
   * close the snapshot. The disk is needed, unlike for a scrape of text. While the disk fails, the
   * result is {@link SnapshotRead.Unavailable}. The future may complete on a thread of the store:
   * dependents must be short and must not block. The future must not be cancelled.
   */
  default CompletableFuture<SnapshotRead> readSnapshot() {
    return snapshot()
        .handle(
            (snapshot, failure) ->
                snapshot == null
                    ? new SnapshotRead.Unavailable(SnapshotRead.refusal(failure))
                    : new SnapshotRead.Fresh(snapshot));
  }

  /**
   * Returns a snapshot of this store, with whole messages, whether the store is fresh or not. The
   * snapshot has every change that was acknowledged here before the call. The future completes
   * exceptionally if the disk cannot be read, and after {@link #close}. For dependents and
   * cancelling, {@link #readSnapshot} has the rules.
   */
  CompletableFuture<Snapshot> snapshot();

  /** Returns why clients should use another node, or empty. Never blocks. */
  default Optional<Refusal> unready() {
    return Optional.empty();
  }

  /** Returns why changes are refused now (a full or failing disk), or empty. */
  Optional<Refusal> unwritable();

  /**
   * Completes with the reason when the store can never take a change again in this process. The
   * store still shows its last {@link #exposition}. The process should be restarted.
   */
  CompletableFuture<String> failure();

  /** Returns how many changes wait. */
  int queueDepth();

  /** Returns how many changes can wait. */
  int queueCapacity();

  /** Returns roughly how many bytes the store takes on the disk; 0 if that is unknown. */
  long sizeBytes();

  /** Returns how many bytes the store's file system has left for it; empty if that is unknown. */
  OptionalLong freeBytes();

  /**
   * Commits the waiting changes, refuses later changes and releases the directory. {@link
   * #exposition} still returns the last exposition. A second call does nothing.
   */
  @Override
  void close();
}
