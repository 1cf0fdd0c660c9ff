package io.holdfast.storage;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;

/**
 * Keeps groups. All methods may be called from any thread.
 *
 * <p>The order of submission is the order of effect: a change whose {@link #submit} returned before
 * another's was called takes effect first.
 */
public interface GroupStore extends AutoCloseable {

  /**
   * Asks for a change and returns at once.
   *
   * <p>The future completes with {@link WriteOutcome.Applied} or {@link WriteOutcome.Rejected} only
   * when everything that the change left (a rejected push leaves its failure time) is on the disk
   * (fsync) and in every {@link #exposition} taken from then on. It never completes exceptionally:
   * what the store cannot take is {@link WriteOutcome.Unavailable}. It may complete on the caller's
   * thread or on one that acknowledges many changes: dependents must be short and must not block.
   *
   * <p>While {@link #unwritable} gives a reason, pushes are {@code Unavailable} with that reason at
   * once; deletes and wipes are tried, for they make space. After {@link #close} every change is
   * {@code Unavailable}.
   *
   * <p>Cancelling the future withdraws the change if it was not yet begun.
   */
  CompletableFuture<WriteOutcome> submit(Change change);

  /**
   * Asks for a change that is not to be made any more when its turn comes too late: a client that
   * waited for it may have repeated it at another node, and changed more there since.
   *
   * @param isTooLate asked by the writer, just before it gives the change its version
   */
  CompletableFuture<WriteOutcome> submit(Change change, BooleanSupplier isTooLate);

  /** The picture after the last commit. Never blocks. */
  Exposition exposition();

  /**
   * What a scrape should show. Completes at once if the store is alone; if other nodes have the
   * same groups, when it is known whether they have more. Never exceptionally.
   */
  default CompletableFuture<Reading> read() {
    return CompletableFuture.completedFuture(new Reading.Current(exposition()));
  }

  /**
   * The same with whole messages; see {@link Picture} for what that costs. Who asks must close what
   * comes. Unlike a scrape of text, it needs the disk: while that fails it is {@link
   * PictureReading.Unsure}. It may complete on a thread of the store: dependents must be short and
   * must not block. Must not be cancelled.
   */
  default CompletableFuture<PictureReading> readPicture() {
    return picture()
        .handle(
            (picture, failure) ->
                picture == null
                    ? new PictureReading.Unsure(PictureReading.reason(failure))
                    : new PictureReading.Current(picture));
  }

  /**
   * What is here, with whole messages, whether there is more elsewhere or not: everything that was
   * acknowledged here before the call is in it. Completes exceptionally when the disk cannot be
   * read, and after {@link #close}. Dependents and cancelling as for {@link #readPicture}.
   */
  CompletableFuture<Picture> picture();

  /** Why requests had better go to another node, or empty. Never blocks. */
  default Optional<String> unready() {
    return Optional.empty();
  }

  /** Why changes are refused at the moment (a full or failing disk), or empty when they are not. */
  Optional<String> unwritable();

  /**
   * Completes with the reason if the store can never take a change again in this process. It goes
   * on to show its last {@link #exposition}; the process should end and be started anew.
   */
  CompletableFuture<String> failure();

  /** How many changes wait. */
  int queueDepth();

  /** How many changes may wait. */
  int queueCapacity();

  /** Bytes that the store takes on the disk, roughly; 0 when that is not known. */
  long sizeBytes();

  /**
   * Commits what waits, refuses what comes later and releases the directory. {@link #exposition}
   * goes on to show the last picture. A second call does nothing.
   */
  @Override
  void close();
}
