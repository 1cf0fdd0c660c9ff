package io.holdfast.server;

import io.holdfast.proto.DelimitedParser;
import io.holdfast.proto.NameRule;
import io.holdfast.proto.ParseException;
import io.holdfast.proto.TextParser;
import io.holdfast.proto.metrics.MetricFamily;
import io.holdfast.storage.Change;
import io.holdfast.storage.GroupKey;
import io.holdfast.storage.GroupStore;
import io.holdfast.storage.PushPreparation;
import io.holdfast.storage.WriteOutcome;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.util.Promise;
import org.eclipse.jetty.util.thread.Invocable;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * PUT and POST of metrics. Everything up to the submission runs on the thread that read the last of
 * the body; nothing waits for the disk.
 */
final class PushHandler {
  /** Of a body as it came, and of a compressed one when inflated. */
  static final int MAX_BODY_BYTES = 256 << 20;

  static final long MAX_INFLATED_BYTES = 512L << 20;

  private static final int SMALL_BODY_BYTES = 64 << 10;

  private static final Logger log = LoggerFactory.getLogger(PushHandler.class);
  private static final long NANOS_PER_SECOND = 1_000_000_000L;

  private final GroupStore store;
  private final OwnMetrics metrics;
  private final InstantSource clock;

  PushHandler(GroupStore store, OwnMetrics metrics, InstantSource clock) {
    this.store = store;
    this.metrics = metrics;
    this.clock = clock;
  }

  void handle(Exchange exchange, Route.Push route) {
    Push push = new Push(exchange, route, System.nanoTime());
    if (exchange.request().getLength() > MAX_BODY_BYTES) {
      push.refuseTooLarge();
      return;
    }
    Content.Source.asByteArrayAsync(
        exchange.request(),
        MAX_BODY_BYTES,
        Promise.Invocable.from(invocationType(exchange.request().getLength()), push::bodyRead));
  }

  /**
   * A small body is parsed where it was read: going to another thread would cost more. A large one,
   * or one of unknown length, must not keep the thread that serves other connections.
   */
  private static Invocable.InvocationType invocationType(long length) {
    return length >= 0 && length <= SMALL_BODY_BYTES
        ? Invocable.InvocationType.NON_BLOCKING
        : Invocable.InvocationType.BLOCKING;
  }

  /** One push on its way. */
  private final class Push {
    private final Exchange exchange;
    private final Route.Push route;
    private final long startedAt;

    Push(Exchange exchange, Route.Push route, long startedAt) {
      this.exchange = exchange;
      this.route = route;
      this.startedAt = startedAt;
    }

    void bodyRead(byte @Nullable [] body, @Nullable Throwable failure) {
      if (body == null) {
        bodyFailed(failure);
        return;
      }
      try {
        Change change =
            PushPreparation.prepare(
                GroupKey.of(route.groupingLabels()),
                route.replace(),
                nanosSinceEpoch(clock.instant()),
                parse(body));
        CompletableFuture<WriteOutcome> outcome = store.submit(change);
        exchange.request().addFailureListener(gone -> outcome.cancel(false));
        exchange.whenDecided(outcome, this::answer);
      } catch (BadEncodingException e) {
        refuse(e.isTooLarge() ? 413 : 400, e.reason());
      } catch (ParseException e) {
        refuse(400, String.valueOf(e.getMessage()));
      } catch (RuntimeException | Error e) {
        log.error("a push failed for a reason of ours", e);
        refuse(500, "internal error: " + e);
      }
    }

    private void bodyFailed(@Nullable Throwable failure) {
      Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
      if (cause instanceof IllegalStateException) {
        refuseTooLarge();
      } else {
        count(400);
        exchange.callback().failed(cause == null ? new IllegalStateException("no body") : cause);
      }
    }

    void refuseTooLarge() {
      refuse(413, "body: too large (expected: at most " + MAX_BODY_BYTES + " bytes)");
    }

    private List<MetricFamily> parse(byte[] raw) throws BadEncodingException, ParseException {
      byte[] body =
          ContentEncoding.decode(
              exchange.header(HttpHeader.CONTENT_ENCODING), raw, MAX_INFLATED_BYTES);
      return ContentTypes.isDelimitedProtobuf(exchange.header(HttpHeader.CONTENT_TYPE))
          ? DelimitedParser.parse(body)
          : TextParser.parse(body, NameRule.LEGACY);
    }

    private void answer(WriteOutcome outcome) {
      if (outcome instanceof WriteOutcome.Applied) {
        count(200);
        exchange.answer(200);
      } else if (outcome instanceof WriteOutcome.Rejected rejected) {
        metrics.pushRejected(rejected.rejection().reason());
        refuse(
            400,
            "pushed metrics are invalid or inconsistent with existing metrics: "
                + rejected.rejection().message());
      } else if (outcome instanceof WriteOutcome.Unavailable unavailable) {
        count(503);
        exchange.refuseForNow(unavailable.reason());
      }
    }

    private void refuse(int status, String reason) {
      log.atDebug()
          .addKeyValue("method", exchange.method())
          .addKeyValue("source", exchange.remoteAddress())
          .addKeyValue("status", status)
          .addKeyValue("err", reason)
          .log("push refused");
      count(status);
      exchange.refuse(status, reason);
    }

    /** Before the answer goes out, so that who has it finds it counted. */
    private void count(int status) {
      metrics.requestAnswered("push", exchange.method(), status);
      metrics.pushAnswered(
          exchange.method(), System.nanoTime() - startedAt, requestBytes(exchange.request()));
    }
  }

  private static long nanosSinceEpoch(Instant instant) {
    return instant.getEpochSecond() * NANOS_PER_SECOND + instant.getNano();
  }

  /** Approximately what the request took on the wire, counted as the Pushgateway counts it. */
  private static long requestBytes(Request request) {
    long bytes = request.getHttpURI().getPathQuery().length();
    bytes += request.getMethod().length();
    bytes += request.getConnectionMetaData().getProtocol().length();
    HttpFields headers = request.getHeaders();
    for (HttpField field : headers) {
      String value = field.getValue();
      // A Host header counts with its value alone.
      bytes += field.getHeader() == HttpHeader.HOST ? 0 : field.getName().length();
      bytes += value == null ? 0 : value.length();
    }
    return bytes + Math.max(request.getLength(), 0);
  }
}
