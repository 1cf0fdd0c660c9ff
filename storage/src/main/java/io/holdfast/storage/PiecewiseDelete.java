package io.holdfast.storage;

import io.holdfast.storage.WriteOutcome.Applied;
import io.holdfast.storage.WriteOutcome.Unavailable;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;

/**
 * The delete of a selection, piece by piece. A piece is submitted when the piece before is decided.
 * So other changes take turns with the pieces, and only one piece waits for peers.
 *
 * <p>Concurrency: immutable. The thread that decides a piece submits the next.
 */
final class PiecewiseDelete {
  private final GroupStore store;
  private final List<SelectedGroups> pieces;
  private final int size;
  private final BooleanSupplier isTooLate;

  PiecewiseDelete(GroupStore store, SelectedGroups groups, BooleanSupplier isTooLate) {
    this.store = store;
    this.pieces = groups.pieces();
    this.size = groups.size();
    this.isTooLate = isTooLate;
  }

  CompletableFuture<WriteOutcome> start() {
    return pieces.isEmpty() ? CompletableFuture.completedFuture(new Applied()) : submit(0, 0);
  }

  private CompletableFuture<WriteOutcome> submit(int index, int deleted) {
    SelectedGroups piece = pieces.get(index);
    CompletableFuture<WriteOutcome> outcome =
        store.submit(new Change.DeleteSelected(piece), isTooLate);
    return outcome.thenCompose(
        decided -> {
          if (decided instanceof Unavailable unavailable) {
            return CompletableFuture.completedFuture(refused(unavailable.refusal(), deleted));
          }
          return index + 1 == pieces.size()
              ? CompletableFuture.completedFuture(decided)
              : submit(index + 1, deleted + piece.size());
        });
  }

  private Unavailable refused(Refusal refusal, int deleted) {
    return new Unavailable(
        deleted == 0
            ? refusal
            : new Refusal(
                refusal.code(),
                deleted + " of " + size + " groups were deleted before this: " + refusal.text()));
  }
}
