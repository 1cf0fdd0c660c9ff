package io.holdfast.cluster.replication;

import io.holdfast.storage.Change;
import io.holdfast.storage.Exposition;
import io.holdfast.storage.GroupStore;
import io.holdfast.storage.ReadResult;
import io.holdfast.storage.Refusal;
import io.holdfast.storage.Rejection;
import io.holdfast.storage.ReplicatedStore;
import io.holdfast.storage.SelectedGroups;
import io.holdfast.storage.Selection;
import io.holdfast.storage.Snapshot;
import io.holdfast.storage.SnapshotRead;
import io.holdfast.storage.WriteOutcome;
import io.holdfast.storage.WriteOutcome.Applied;
import io.holdfast.storage.WriteOutcome.Unavailable;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.BooleanSupplier;
import java.util.function.Function;

/**
 * The groups of the cluster, as this node's clients see them. A change is acknowledged when a write
 * quorum has the change on its disks. The answer to a scrape is fresh, or marked as stale, or a
 * refusal.
 *
 * <p>If the disk of this node fails, or too few peers confirm a change in time, the outcome is
 * {@link Unavailable}. An unconfirmed change can still take effect later.
 *
 * <p>Concurrency: for any thread.
 */
public final class ReplicatedGroupStore implements GroupStore {
  private record Attempt(
      Change change, BooleanSupplier isGivenUp, long startedAt, boolean isSecond) {}

  private final ReplicatedStore local;
  private final Replica replica;

  public ReplicatedGroupStore(ReplicatedStore local, Replica replica) {
    this.local = local;
    this.replica = replica;
  }

  @Override
  public CompletableFuture<WriteOutcome> submit(Change change) {
    return submit(change, () -> false);
  }

  @Override
  public CompletableFuture<WriteOutcome> submit(Change change, BooleanSupplier isGivenUp) {
    // The time is taken first, because the process can freeze between any two steps.
    Attempt attempt = new Attempt(change, isGivenUp, replica.nanos(), false);
    Refusal refusal = replica.cannotWrite();
    if (refusal != null) {
      return CompletableFuture.completedFuture(new Unavailable(refusal));
    }
    CompletableFuture<WriteOutcome> written = local.submit(change, () -> isTooLate(attempt));
    CompletableFuture<WriteOutcome> outcome =
        written.thenCompose(decided -> confirmed(decided, attempt));
    // A client that has gone away withdraws a change that is not begun.
    CompletableFuture<WriteOutcome> unused =
        outcome.whenComplete(
            (decided, failure) -> {
              if (outcome.isCancelled()) {
                written.cancel(false);
              }
            });
    return outcome;
  }

  @Override
  public CompletableFuture<Selection> select(
      Function<Exposition, SelectedGroups> selector, BooleanSupplier isGivenUp, Executor executor) {
    long startedAt = replica.nanos();
    Refusal refusal = replica.cannotWrite();
    if (refusal != null) {
      // After a freeze the request has perhaps waited in a socket, while its client went on.
      return CompletableFuture.completedFuture(new Selection.Unavailable(refusal));
    }
    return Selection.from(read(), selector, () -> isTooLate(startedAt, isGivenUp), executor);
  }

  private CompletableFuture<WriteOutcome> confirmed(WriteOutcome decided, Attempt attempt) {
    if (!(decided instanceof Applied applied)) {
      return CompletableFuture.completedFuture(decided);
    }
    return replica
        .confirm(applied)
        .thenCompose(confirmation -> outcome(confirmation, decided, attempt));
  }

  private CompletableFuture<WriteOutcome> outcome(
      Confirmation confirmation, WriteOutcome decided, Attempt attempt) {
    if (confirmation instanceof Confirmation.Unconfirmed unconfirmed) {
      return CompletableFuture.completedFuture(new Unavailable(unconfirmed.refusal()));
    }
    if (confirmation instanceof Confirmation.Conflicting conflicting) {
      return conflict(conflicting.reason(), decided, attempt.change);
    }
    if (attempt.change instanceof Change.DeleteSelected
        || attempt.change instanceof Change.Restore) {
      // Both leave newer versions by intention, so there is nothing to make once more. A restore
      // began behind a read barrier, so a newer version is of a change during the import.
      return CompletableFuture.completedFuture(decided);
    }
    if (confirmation instanceof Confirmation.Superseded superseded && !attempt.isSecond) {
      // A first version is perhaps shown and expires elsewhere. A second version is above the floor
      // of that expiry, and would bring the group back when the nodes are in touch again.
      return Change.hasTimeToLive(attempt.change)
          ? CompletableFuture.completedFuture(new Unavailable(ReplicaRefusals.SUPERSEDED))
          : reissue(superseded, attempt);
    }
    return CompletableFuture.completedFuture(decided);
  }

  /**
   * Reissues a superseded change. The newer version was perhaps acknowledged before this change was
   * asked for. The reissue has a version above all that the quorum has seen. A version above the
   * reissue came at the same time, so its place after the reissue is correct. But if the time of
   * the quorum is ahead of this node's time, this machine was perhaps paused. Then nothing is
   * reissued.
   */
  private CompletableFuture<WriteOutcome> reissue(
      Confirmation.Superseded superseded, Attempt attempt) {
    replica.seen(superseded.clock());
    Change change = new Change.Reissue(attempt.change, superseded.clock());
    Attempt second = new Attempt(attempt.change, attempt.isGivenUp, attempt.startedAt, true);
    return local
        .submit(change, () -> isTooLate(second))
        .thenCompose(decided -> confirmed(decided, second));
  }

  private boolean isTooLate(Attempt attempt) {
    return isTooLate(attempt.startedAt, attempt.isGivenUp);
  }

  private boolean isTooLate(long startedAt, BooleanSupplier isGivenUp) {
    return replica.nanos() - startedAt > Timeouts.PATIENCE.toNanos()
        || replica.wasPausedSince(startedAt)
        || isGivenUp.getAsBoolean();
  }

  /**
   * Marks the group of a shadowed push as failed, and answers the client with a conflict. The push
   * stays stored, but is not exposed.
   */
  private CompletableFuture<WriteOutcome> conflict(
      String reason, WriteOutcome decided, Change change) {
    if (!(change instanceof Change.Push push)) {
      return CompletableFuture.completedFuture(decided);
    }
    Rejection rejection = new Rejection(Rejection.Reason.CONCURRENT_CONFLICT, reason);
    return local.submit(
        new Change.FailedPush(push.group(), push.receivedAtNanos(), rejection, push.ttlMillis()));
  }

  @Override
  public CompletableFuture<ReadResult> read() {
    return replica.read();
  }

  /**
   * Returns a snapshot. The snapshot is taken when this node has every acknowledged change. As with
   * any scrape, the answer waits until a write quorum has all that the snapshot shows.
   */
  @Override
  public CompletableFuture<SnapshotRead> readSnapshot() {
    long startedAt = replica.nanos();
    return replica.read().thenCompose(before -> snapshotRead(before, startedAt));
  }

  private CompletableFuture<SnapshotRead> snapshotRead(ReadResult before, long startedAt) {
    if (before instanceof ReadResult.Unavailable unavailable) {
      return CompletableFuture.completedFuture(new SnapshotRead.Unavailable(unavailable.refusal()));
    }
    return local
        .snapshot()
        .thenCompose(snapshot -> snapshotRead(before, snapshot, startedAt))
        .exceptionally(failure -> new SnapshotRead.Unavailable(SnapshotRead.refusal(failure)));
  }

  private CompletableFuture<SnapshotRead> snapshotRead(
      ReadResult before, Snapshot snapshot, long startedAt) {
    if (before instanceof ReadResult.Stale stale) {
      return CompletableFuture.completedFuture(new SnapshotRead.Stale(snapshot, stale.reason()));
    }
    return replica
        .read(snapshot.replicaState(), startedAt)
        .thenApply(result -> snapshotRead(snapshot, result));
  }

  private static SnapshotRead snapshotRead(Snapshot snapshot, ReadResult result) {
    if (result instanceof ReadResult.Unavailable unavailable) {
      snapshot.close();
      return new SnapshotRead.Unavailable(unavailable.refusal());
    }
    return result instanceof ReadResult.Stale stale
        ? new SnapshotRead.Stale(snapshot, stale.reason())
        : new SnapshotRead.Fresh(snapshot);
  }

  @Override
  public CompletableFuture<Snapshot> snapshot() {
    return local.snapshot();
  }

  @Override
  public Optional<Refusal> unready() {
    return replica.unready();
  }

  @Override
  public Exposition exposition() {
    return local.exposition();
  }

  @Override
  public Optional<Refusal> unwritable() {
    return local.unwritable();
  }

  @Override
  public CompletableFuture<String> failure() {
    return local.failure();
  }

  @Override
  public int queueDepth() {
    return local.queueDepth();
  }

  @Override
  public int queueCapacity() {
    return local.queueCapacity();
  }

  @Override
  public long sizeBytes() {
    return local.sizeBytes();
  }

  @Override
  public OptionalLong freeBytes() {
    return local.freeBytes();
  }

  @Override
  public void close() {
    replica.stop();
    local.close();
  }
}
