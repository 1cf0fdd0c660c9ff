package io.holdfast.cluster.replication;

import io.holdfast.storage.Change;
import io.holdfast.storage.Exposition;
import io.holdfast.storage.GroupStore;
import io.holdfast.storage.Picture;
import io.holdfast.storage.PictureReading;
import io.holdfast.storage.Reading;
import io.holdfast.storage.Rejection;
import io.holdfast.storage.ReplicatedStore;
import io.holdfast.storage.WriteOutcome;
import io.holdfast.storage.WriteOutcome.Applied;
import io.holdfast.storage.WriteOutcome.Unavailable;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;

/**
 * The groups of the whole cluster, as this node's clients see them: a change is acknowledged when
 * enough nodes have it on the disk, and what is read is current, or said not to be.
 *
 * <p>Any threads may use it.
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
    // First of all: the process may be frozen between any two steps, and age in that time.
    Attempt attempt = new Attempt(change, isGivenUp, replica.nanos(), false);
    String reason = replica.cannotWrite();
    if (reason != null) {
      return CompletableFuture.completedFuture(new Unavailable(reason));
    }
    CompletableFuture<WriteOutcome> written = local.submit(change, () -> isTooLate(attempt));
    CompletableFuture<WriteOutcome> outcome =
        written.thenCompose(decided -> confirmed(decided, attempt));
    // A client that has gone away withdraws what is not begun.
    CompletableFuture<WriteOutcome> unused =
        outcome.whenComplete(
            (decided, failure) -> {
              if (outcome.isCancelled()) {
                written.cancel(false);
              }
            });
    return outcome;
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
      return CompletableFuture.completedFuture(new Unavailable(unconfirmed.reason()));
    }
    if (confirmation instanceof Confirmation.Conflicting conflicting) {
      return conflict(conflicting.reason(), decided, attempt.change);
    }
    if (confirmation instanceof Confirmation.Superseded superseded && !attempt.isSecond) {
      return again(superseded, attempt);
    }
    return CompletableFuture.completedFuture(decided);
  }

  /**
   * What was newer may have been acknowledged before this change was asked for. Now that a quorum's
   * clocks are known, the second version is above all that was; what outranks that one came at the
   * same time, and may as well come after. But if the quorum's time is ahead of this node's, this
   * machine may have been paused, and nothing is made again.
   */
  private CompletableFuture<WriteOutcome> again(
      Confirmation.Superseded superseded, Attempt attempt) {
    replica.seen(superseded.clock());
    Change change = new Change.Again(attempt.change, superseded.clock());
    Attempt second = new Attempt(attempt.change, attempt.isGivenUp, attempt.startedAt, true);
    return local
        .submit(change, () -> isTooLate(second))
        .thenCompose(decided -> confirmed(decided, second));
  }

  private boolean isTooLate(Attempt attempt) {
    return replica.nanos() - attempt.startedAt > Timeouts.PATIENCE.toNanos()
        || replica.wasPausedSince(attempt.startedAt)
        || attempt.isGivenUp.getAsBoolean();
  }

  /** The push is kept, but not exposed: who pushed is told, and the group says that it failed. */
  private CompletableFuture<WriteOutcome> conflict(
      String reason, WriteOutcome decided, Change change) {
    if (!(change instanceof Change.Push push)) {
      return CompletableFuture.completedFuture(decided);
    }
    Rejection rejection = new Rejection(Rejection.Reason.CONCURRENT_CONFLICT, reason);
    return local.submit(new Change.RefusedPush(push.group(), push.receivedAtNanos(), rejection));
  }

  @Override
  public CompletableFuture<Reading> read() {
    return replica.read();
  }

  /**
   * The picture is taken when this node has everything; what it then shows of its own changes must
   * be on a quorum, as with any reading.
   */
  @Override
  public CompletableFuture<PictureReading> readPicture() {
    return replica.read().thenCompose(this::pictured);
  }

  private CompletableFuture<PictureReading> pictured(Reading before) {
    if (before instanceof Reading.Unsure unsure) {
      return CompletableFuture.completedFuture(new PictureReading.Unsure(unsure.reason()));
    }
    return local
        .picture()
        .thenCompose(picture -> pictured(before, picture))
        .exceptionally(failure -> new PictureReading.Unsure(PictureReading.reason(failure)));
  }

  private CompletableFuture<PictureReading> pictured(Reading before, Picture picture) {
    if (before instanceof Reading.Stale stale) {
      return CompletableFuture.completedFuture(new PictureReading.Stale(picture, stale.reason()));
    }
    return replica.read(picture.standing()).thenApply(reading -> pictured(picture, reading));
  }

  private static PictureReading pictured(Picture picture, Reading reading) {
    if (reading instanceof Reading.Unsure unsure) {
      picture.close();
      return new PictureReading.Unsure(unsure.reason());
    }
    return reading instanceof Reading.Stale stale
        ? new PictureReading.Stale(picture, stale.reason())
        : new PictureReading.Current(picture);
  }

  @Override
  public CompletableFuture<Picture> picture() {
    return local.picture();
  }

  @Override
  public Optional<String> unready() {
    return replica.unready();
  }

  @Override
  public Exposition exposition() {
    return local.exposition();
  }

  @Override
  public Optional<String> unwritable() {
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
  public void close() {
    replica.stop();
    local.close();
  }
}
