package io.holdfast.server.api;

import static java.util.Objects.requireNonNull;

import io.holdfast.server.browsers.CrossOrigin;
import io.holdfast.server.config.Limit;
import io.holdfast.server.http.AnswerTracking;
import io.holdfast.server.http.Answers;
import io.holdfast.server.http.Exchange;
import io.holdfast.server.http.Sending;
import io.holdfast.server.metrics.SelfMetrics;
import io.holdfast.storage.GroupStore;
import io.holdfast.storage.Refusal;
import io.holdfast.storage.Snapshot;
import io.holdfast.storage.SnapshotException;
import io.holdfast.storage.SnapshotRead;
import java.util.concurrent.CompletableFuture;
import org.eclipse.jetty.http.HttpHeader;

/**
 * The handler of the Pushgateway's API for programs, and for pages of the allowed origins. The
 * answer comes from its own snapshot and is sent as fast as the client reads. A node that is not
 * fresh refuses the request or marks the answer as stale, as for a scrape.
 */
public final class ApiHandler {
  private static final String JSON = "application/json";

  private final GroupStore store;
  private final SelfMetrics metrics;
  private final CrossOrigin origins;
  private final Answers answers;
  private final byte[] status;

  /**
   * Creates the handler.
   *
   * @param status the complete answer of {@code /api/v1/status}; it never changes
   */
  public ApiHandler(
      GroupStore store, SelfMetrics metrics, Answers answers, CrossOrigin origins, byte[] status) {
    this.answers = answers;
    this.store = store;
    this.metrics = metrics;
    this.origins = origins;
    this.status = status;
  }

  public void options(Exchange exchange) {
    origins.allow(exchange);
    metrics.requestAnswered("api/v1/options", exchange.method(), 200);
    exchange.answer(200);
  }

  public void status(Exchange exchange) {
    origins.allow(exchange);
    metrics.requestAnswered("api/v1/status", exchange.method(), 200);
    exchange.answer(200, JSON, status);
  }

  public void metrics(Exchange exchange) {
    origins.allow(exchange);
    CompletableFuture<SnapshotRead> unused =
        store
            .readSnapshot()
            .whenComplete(
                (result, failure) -> exchange.later(() -> send(exchange, requireNonNull(result))));
  }

  private void send(Exchange exchange, SnapshotRead result) {
    if (result instanceof SnapshotRead.Fresh fresh) {
      send(exchange, fresh.snapshot());
    } else if (result instanceof SnapshotRead.Stale stale) {
      exchange.markStale(stale.reason());
      send(exchange, stale.snapshot());
    } else if (result instanceof SnapshotRead.Unavailable unavailable) {
      refuse(exchange, unavailable.refusal());
    }
  }

  private void send(Exchange exchange, Snapshot snapshot) {
    if (!answers.hasRoom()) {
      snapshot.close();
      metrics.limitExceeded(Limit.UNREAD_BYTES);
      refuse(
          exchange,
          Limit.UNREAD_BYTES.refusal(
              "too much is held for clients that do not read their answers"));
      return;
    }
    Answers.Answer answer =
        answers.begin(
            AnswerTracking.client(exchange.request()), snapshot.exposition().replacedBytes(), true);
    Sending sending;
    try {
      exchange.response().getHeaders().put(HttpHeader.CONTENT_TYPE, JSON);
      sending = new Sending(exchange, answer, new MetricsJson(snapshot), () -> {});
    } catch (SnapshotException e) {
      answer.end();
      snapshot.close();
      refuse(exchange, new Refusal(Refusal.Code.STORE_FAILED, String.valueOf(e.getMessage())));
      return;
    } catch (RuntimeException | Error e) {
      answer.end();
      snapshot.close();
      throw e;
    }
    metrics.requestAnswered("api/v1/metrics", exchange.method(), 200);
    sending.iterate();
  }

  private void refuse(Exchange exchange, Refusal refusal) {
    metrics.requestAnswered("api/v1/metrics", exchange.method(), 503);
    exchange.markRefused(refusal);
    exchange.answer(503, JSON, ApiError.of("unavailable", refusal.toString()));
  }
}
