package io.holdfast.server;

import static java.util.Objects.requireNonNull;

import io.holdfast.storage.Exposition;
import io.holdfast.storage.ExpositionReader;
import io.holdfast.storage.GroupStore;
import io.holdfast.storage.OwnFamily;
import io.holdfast.storage.Reading;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.regex.Pattern;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.util.BufferUtil;
import org.eclipse.jetty.util.Fields;
import org.eclipse.jetty.util.IteratingCallback;

/**
 * Sends the exposition, as fast as the scraper takes it. A scrape has its own picture of the
 * groups: it waits for no push, and no push waits for it. While there may be more on other nodes
 * than here, it is refused, or says so.
 */
final class ScrapeHandler {
  private static final String TEXT_FORMAT =
      "text/plain; version=0.0.4; charset=utf-8; escaping=underscores";
  private static final String COLLECT = "collect[]";

  /** Why there may be more than what was sent. */
  private static final String STALE = "Holdfast-Stale";

  /** Names of nodes come into it, which may be in any script. */
  private static final Pattern HEADER_UNSAFE = Pattern.compile("[^ -~]");

  private final GroupStore store;
  private final OwnMetrics metrics;

  ScrapeHandler(GroupStore store, OwnMetrics metrics) {
    this.store = store;
    this.metrics = metrics;
  }

  void handle(Exchange exchange) {
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
    boolean showsSelf = self;
    if (pushed) {
      CompletableFuture<Reading> unused =
          store
              .read()
              .whenComplete(
                  (reading, failure) ->
                      later(exchange, () -> send(exchange, requireNonNull(reading), showsSelf)));
    } else {
      later(exchange, () -> send(exchange, Exposition.empty(), showsSelf));
    }
  }

  /**
   * Collecting and compressing take milliseconds: not on the thread that serves connections, nor on
   * one that has told what there is to be read.
   */
  private static void later(Exchange exchange, Runnable answering) {
    Executor executor = exchange.request().getComponents().getExecutor();
    exchange.guarded(() -> executor.execute(() -> exchange.guarded(answering)));
  }

  private static List<String> collect(Exchange exchange) {
    String query = exchange.request().getHttpURI().getQuery();
    if (query == null) {
      return List.of();
    }
    Fields.Field field = Request.extractQueryParameters(exchange.request()).get(COLLECT);
    return field == null ? List.of() : field.getValues();
  }

  private void send(Exchange exchange, Reading reading, boolean showsSelf) {
    if (reading instanceof Reading.Current current) {
      send(exchange, current.exposition(), showsSelf);
    } else if (reading instanceof Reading.Stale stale) {
      exchange
          .response()
          .getHeaders()
          .put(STALE, HEADER_UNSAFE.matcher(stale.reason()).replaceAll("?"));
      send(exchange, stale.exposition(), showsSelf);
    } else if (reading instanceof Reading.Unsure unsure) {
      exchange.refuseForNow(unsure.reason());
    }
  }

  private void send(Exchange exchange, Exposition exposition, boolean showsSelf) {
    List<OwnFamily> own = showsSelf ? metrics.families() : List.of();
    exchange.response().getHeaders().put(HttpHeader.CONTENT_TYPE, TEXT_FORMAT);
    exchange.response().getHeaders().put(HttpHeader.VARY, HttpHeader.ACCEPT_ENCODING.asString());
    ExpositionReader reader;
    if (ContentEncoding.acceptsGzip(exchange.header(HttpHeader.ACCEPT_ENCODING))) {
      exchange.response().getHeaders().put(HttpHeader.CONTENT_ENCODING, "gzip");
      reader = exposition.gzippedText(own);
    } else {
      reader = exposition.text(own);
    }
    new Sending(exchange, reader).iterate();
  }

  /** Writes piece by piece, each after the one before has left the reader's buffer. */
  private static final class Sending extends IteratingCallback {
    private final Exchange exchange;
    private final ExpositionReader reader;
    private boolean isLast;

    Sending(Exchange exchange, ExpositionReader reader) {
      this.exchange = exchange;
      this.reader = reader;
    }

    @Override
    protected Action process() {
      if (isLast) {
        return Action.SUCCEEDED;
      }
      ByteBuffer piece = reader.next();
      isLast = piece == null;
      exchange.response().write(isLast, isLast ? BufferUtil.EMPTY_BUFFER : piece, this);
      return Action.SCHEDULED;
    }

    @Override
    protected void onCompleteSuccess() {
      reader.close();
      exchange.callback().succeeded();
    }

    @Override
    protected void onCompleteFailure(Throwable cause) {
      reader.close();
      exchange.callback().failed(cause);
    }

    @Override
    public InvocationType getInvocationType() {
      return InvocationType.BLOCKING;
    }
  }
}
