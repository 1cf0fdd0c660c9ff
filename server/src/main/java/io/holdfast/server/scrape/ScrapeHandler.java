package io.holdfast.server.scrape;

import static java.util.Objects.requireNonNull;

import io.holdfast.proto.ExpositionFormat;
import io.holdfast.server.config.Limit;
import io.holdfast.server.http.AnswerTracking;
import io.holdfast.server.http.Answers;
import io.holdfast.server.http.Clocks;
import io.holdfast.server.http.ContentEncoding;
import io.holdfast.server.http.Exchange;
import io.holdfast.server.http.Sending;
import io.holdfast.server.metrics.SelfMetrics;
import io.holdfast.storage.Exposition;
import io.holdfast.storage.ExpositionReader;
import io.holdfast.storage.ExpositionRequest;
import io.holdfast.storage.GroupStore;
import io.holdfast.storage.ReadResult;
import io.holdfast.storage.SelfMetricFamily;
import io.holdfast.storage.Snapshot;
import io.holdfast.storage.SnapshotException;
import io.holdfast.storage.SnapshotRead;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.util.Fields;

/**
 * The handler that sends the exposition, as fast as the scraper reads. A scrape has its own
 * snapshot of the groups: scrapes and pushes do not wait for each other. A node that is not fresh
 * refuses the scrape or marks the answer as stale.
 */
public final class ScrapeHandler {
  private static final String VARIES_BY = "Accept, Accept-Encoding";
  private static final String COLLECT = "collect[]";

  private final GroupStore store;
  private final SelfMetrics metrics;
  private final Answers answers;
  private final FormatUse use;

  public ScrapeHandler(GroupStore store, SelfMetrics metrics, Answers answers, Clocks clocks) {
    this.use = new FormatUse(clocks.nanos());
    this.answers = answers;
    this.store = store;
    this.metrics = metrics;
  }

  public void handle(Exchange exchange) {
    boolean pushed = true;
    boolean self = true;
    List<String> collect = collect(exchange);
    if (!collect.isEmpty()) {
      pushed = collect.contains("pushed");
      self = collect.contains("self");
      for (String what : collect) {
        if (!what.equals("pushed") && !what.equals("self")) {
          exchange.refuse(400, COLLECT + ": \"" + what + "\" (expected: pushed or self)");
          return;
        }
      }
    }
    ExpositionFormat format = FormatNegotiation.negotiate(exchange.header(HttpHeader.ACCEPT));
    Scrape scrape = new Scrape(exchange, format, self);
    if (!pushed) {
      exchange.later(() -> scrape.send(Exposition.empty()));
    } else if (store.exposition().needsMessages(format)) {
      scrape.readSnapshot();
    } else {
      scrape.read();
    }
  }

  private static List<String> collect(Exchange exchange) {
    String query = exchange.request().getHttpURI().getQuery();
    if (query == null) {
      return List.of();
    }
    Fields.Field field = Request.extractQueryParameters(exchange.request()).get(COLLECT);
    return field == null ? List.of() : field.getValues();
  }

  /** One scrape on its way to its answer. */
  private final class Scrape {
    private final Exchange exchange;
    private final ExpositionFormat format;
    private final boolean showsSelf;

    Scrape(Exchange exchange, ExpositionFormat format, boolean showsSelf) {
      this.exchange = exchange;
      this.format = format;
      this.showsSelf = showsSelf;
    }

    /** Reads the exposition from memory alone. */
    void read() {
      CompletableFuture<ReadResult> unused =
          store
              .read()
              .whenComplete(
                  (result, failure) ->
                      exchange.later(() -> answer(requireNonNull(result), format)));
    }

    private void answer(ReadResult result, ExpositionFormat possible) {
      if (result instanceof ReadResult.Fresh fresh) {
        answer(fresh.exposition(), possible);
      } else if (result instanceof ReadResult.Stale stale) {
        exchange.markStale(stale.reason());
        answer(stale.exposition(), possible);
      } else if (result instanceof ReadResult.Unavailable unavailable) {
        exchange.refuseForNow(unavailable.refusal());
      }
    }

    private void answer(Exposition exposition, ExpositionFormat possible) {
      if (exposition.needsMessages(possible)) {
        // The exposition has changed since the first check and now needs the disk.
        readSnapshot();
      } else {
        send(exposition, possible);
      }
    }

    /** Reads the exposition and the messages on the disk. */
    void readSnapshot() {
      CompletableFuture<SnapshotRead> unused =
          store
              .readSnapshot()
              .whenComplete(
                  (result, failure) -> exchange.later(() -> answer(requireNonNull(result))));
    }

    private void answer(SnapshotRead result) {
      if (result instanceof SnapshotRead.Fresh fresh) {
        send(fresh.snapshot());
      } else if (result instanceof SnapshotRead.Stale stale) {
        exchange.markStale(stale.reason());
        send(stale.snapshot());
      } else if (result instanceof SnapshotRead.Unavailable) {
        readText();
      }
    }

    /**
     * Answers with text, which every scraper accepts. Text comes from memory alone, and the disk is
     * perhaps unreadable.
     */
    private void readText() {
      CompletableFuture<ReadResult> unused =
          store
              .read()
              .whenComplete(
                  (result, failure) ->
                      exchange.later(
                          () -> answer(requireNonNull(result), ExpositionFormat.PLAIN_TEXT)));
    }

    void send(Exposition exposition) {
      send(exposition, format);
    }

    private void send(Exposition exposition, ExpositionFormat possible) {
      forgetUnused(exposition);
      if (!answers.hasRoom()) {
        refuse();
        return;
      }
      ExpositionRequest request = new ExpositionRequest(possible, acceptsGzip());
      Answers.Answer answer =
          answers.begin(
              AnswerTracking.client(exchange.request()), exposition.replacedBytes(), false);
      try {
        send(request, answer, exposition.reader(request, own()), () -> {});
      } catch (RuntimeException | Error e) {
        answer.end();
        throw e;
      }
    }

    private void refuse() {
      metrics.limitExceeded(Limit.UNREAD_BYTES);
      exchange.refuseForNow(
          Limit.UNREAD_BYTES.refusal(
              "too much is held for clients that do not read their answers"));
    }

    private void send(Snapshot snapshot) {
      if (!answers.hasRoom()) {
        snapshot.close();
        refuse();
        return;
      }
      Answers.Answer answer =
          answers.begin(
              AnswerTracking.client(exchange.request()),
              snapshot.exposition().replacedBytes(),
              true);
      try {
        forgetUnused(snapshot.exposition());
        ExpositionRequest request = new ExpositionRequest(format, acceptsGzip());
        send(request, answer, snapshot.reader(request, own()), snapshot::close);
      } catch (SnapshotException e) {
        answer.end();
        snapshot.close();
        readText();
      } catch (RuntimeException | Error e) {
        answer.end();
        snapshot.close();
        throw e;
      }
    }

    private void send(
        ExpositionRequest request, Answers.Answer answer, ExpositionReader reader, Runnable end) {
      HttpFields.Mutable headers = exchange.response().getHeaders();
      headers.put(HttpHeader.CONTENT_TYPE, request.format().contentType());
      headers.put(HttpHeader.VARY, VARIES_BY);
      if (request.isGzip()) {
        headers.put(HttpHeader.CONTENT_ENCODING, "gzip");
      }
      new Sending(exchange, answer, reader, end).iterate();
    }

    private boolean acceptsGzip() {
      return ContentEncoding.acceptsGzip(exchange.header(HttpHeader.ACCEPT_ENCODING));
    }

    private List<SelfMetricFamily> own() {
      return showsSelf ? metrics.families() : List.of();
    }

    private void forgetUnused(Exposition exposition) {
      use.used(format).forEach(exposition::forget);
    }
  }
}
