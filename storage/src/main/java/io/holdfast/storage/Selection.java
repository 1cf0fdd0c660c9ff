package io.holdfast.storage;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.BooleanSupplier;
import java.util.function.Function;

/** The outcome of {@link GroupStore#select}. */
public sealed interface Selection {

  /** A selection from an exposition with every change that was acknowledged before the call. */
  record Selected(SelectedGroups groups) implements Selection {}

  /** A refusal: the store cannot vouch for what it shows, or the client has possibly gone on. */
  record Unavailable(Refusal refusal) implements Selection {}

  /**
   * Selects groups from a fresh read result.
   *
   * @param isTooLate asked after the exposition is decided, because the process can be paused
   *     before. Nothing that the client has pushed elsewhere meanwhile may be selected.
   */
  static CompletableFuture<Selection> from(
      CompletableFuture<ReadResult> read,
      Function<Exposition, SelectedGroups> selector,
      BooleanSupplier isTooLate,
      Executor executor) {
    return read.thenCompose(
        result -> {
          if (isTooLate.getAsBoolean()) {
            return refused(WriterCommand.TOO_LATE);
          }
          if (result instanceof ReadResult.Unavailable unavailable) {
            return refused(unavailable.refusal());
          }
          if (result instanceof ReadResult.Stale stale) {
            // A stale exposition can lack acknowledged changes.
            return refused(new Refusal(Refusal.Code.NOT_FRESH, stale.reason()));
          }
          Exposition exposition = ((ReadResult.Fresh) result).exposition();
          return CompletableFuture.supplyAsync(
              () -> new Selected(selector.apply(exposition)), executor);
        });
  }

  private static CompletableFuture<Selection> refused(Refusal refusal) {
    return CompletableFuture.completedFuture(new Unavailable(refusal));
  }
}
