package io.holdfast.server.push;

import io.holdfast.server.http.ClientWatch;
import io.holdfast.server.http.Clocks;
import io.holdfast.server.http.Deadline;
import io.holdfast.server.http.Exchange;
import io.holdfast.server.metrics.SelfMetrics;
import io.holdfast.server.routing.Route;
import io.holdfast.storage.Change;
import io.holdfast.storage.GroupKey;
import io.holdfast.storage.GroupStore;
import io.holdfast.storage.WriteOutcome;
import java.util.concurrent.CompletableFuture;

/**
 * The handler that deletes one group or all groups. A 202 means that the delete is durable. Never
 * blocks: the store calls back.
 */
public final class DeleteHandler {
  private final GroupStore store;
  private final SelfMetrics metrics;
  private final Clocks clocks;

  public DeleteHandler(GroupStore store, SelfMetrics metrics, Clocks clocks) {
    this.store = store;
    this.metrics = metrics;
    this.clocks = clocks;
  }

  public void delete(Exchange exchange, Route.Delete route) {
    change(exchange, "delete", new Change.Delete(GroupKey.of(route.groupingLabels())));
  }

  public void wipe(Exchange exchange) {
    change(exchange, "wipe", new Change.Wipe());
  }

  private void change(Exchange exchange, String handler, Change change) {
    Deadline deadline;
    try {
      deadline = Deadline.of(exchange, clocks.wall());
    } catch (IllegalArgumentException e) {
      refuse(exchange, handler, 400, String.valueOf(e.getMessage()));
      return;
    }
    if (deadline.hasPassed()) {
      refuse(exchange, handler, Deadline.STATUS, deadline.reason());
      return;
    }
    ClientWatch client = new ClientWatch(exchange.request(), clocks.nanos());
    CompletableFuture<WriteOutcome> decided =
        store.submit(change, () -> deadline.hasPassed() || client.isGone());
    exchange.request().addFailureListener(gone -> decided.cancel(false));
    exchange.whenDecided(
        decided,
        outcome -> {
          if (outcome instanceof WriteOutcome.Unavailable unavailable) {
            metrics.requestAnswered(handler, exchange.method(), 503);
            exchange.refuseForNow(unavailable.refusal());
          } else {
            metrics.requestAnswered(handler, exchange.method(), 202);
            exchange.answer(202);
          }
        },
        () -> {});
  }

  private void refuse(Exchange exchange, String handler, int status, String reason) {
    metrics.requestAnswered(handler, exchange.method(), status);
    exchange.refuse(status, reason);
  }
}
