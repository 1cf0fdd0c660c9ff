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
import io.holdfast.storage.Rejection;
import io.holdfast.storage.WriteOutcome;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.util.thread.Invocable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * PUT and POST of metrics. Everything up to the submission runs on the thread that read the last of
 * the body; nothing waits for the disk.
 */
final class PushHandler {
  private static final int SMALL_BODY_BYTES = 64 << 10;
  private static final int SMALL_PATH_LENGTH = 2 << 10;

  private static final Logger log = LoggerFactory.getLogger(PushHandler.class);
  private static final long NANOS_PER_SECOND = 1_000_000_000L;

  private final GroupStore store;
  private final OwnMetrics metrics;
  private final InstantSource clock;
  private final PushLimits limits;
  private final boolean areChecked;
  private final ByteBudget budget;

  /**
   * @param areChecked whether pushes that conflict with what is stored are refused; if not, the
   *     answer is always 202
   */
  PushHandler(
      GroupStore store,
      OwnMetrics metrics,
      InstantSource clock,
      PushLimits limits,
      boolean areChecked) {
    this.store = store;
    this.metrics = metrics;
    this.clock = clock;
    this.limits = limits;
    this.areChecked = areChecked;
    this.budget = new ByteBudget(limits.inFlightBytes());
  }

  void handle(Exchange exchange, Route.Push route) {
    new Push(exchange, route).start();
  }

  /**
   * A small push is parsed where it was read: going to another thread would cost more. What is
   * large, or may become large, must not keep the thread that serves other connections.
   */
  private static Invocable.InvocationType invocationType(Exchange exchange) {
    Request request = exchange.request();
    boolean isSmall =
        request.getLength() >= 0
            && request.getLength() <= SMALL_BODY_BYTES
            && request.getHttpURI().getPath().length() <= SMALL_PATH_LENGTH
            && exchange.header(HttpHeader.CONTENT_ENCODING) == null;
    return isSmall ? Invocable.InvocationType.NON_BLOCKING : Invocable.InvocationType.BLOCKING;
  }

  /** One push on its way. */
  private final class Push implements BodyReader.Receiver {
    private final Exchange exchange;
    private final Route.Push route;
    private final long startedAt = System.nanoTime();
    private final BodyReader body;

    /** Of the budget, on top of what the body's reader has taken. */
    private long takenForInflated;

    Push(Exchange exchange, Route.Push route) {
      this.exchange = exchange;
      this.route = route;
      this.body =
          new BodyReader(
              exchange.request(), limits.bodyBytes(), budget, invocationType(exchange), this);
    }

    void start() {
      body.run();
    }

    @Override
    public void received(byte[] raw) {
      exchange.guarded(() -> push(raw));
    }

    private void push(byte[] raw) {
      try {
        byte[] inflated = inflate(raw);
        if (inflated != raw) {
          if (!budget.tryTake(inflated.length)) {
            noRoom();
            return;
          }
          takenForInflated = inflated.length;
        }
        Change change =
            PushPreparation.prepare(
                GroupKey.of(route.groupingLabels()),
                route.replace(),
                nanosSinceEpoch(clock.instant()),
                parse(inflated),
                limits.textBytes());
        CompletableFuture<WriteOutcome> outcome =
            store.submit(areChecked ? change : unchecked(change));
        exchange.request().addFailureListener(gone -> outcome.cancel(false));
        exchange.whenDecided(outcome, this::answer, this::giveBack);
      } catch (BadEncodingException e) {
        refuse(e.isTooLarge() ? 413 : 400, e.reason());
      } catch (ParseException e) {
        refuse(400, String.valueOf(e.getMessage()));
      } catch (RuntimeException e) {
        giveBack();
        throw e;
      }
    }

    @Override
    public void tooLarge() {
      refuse(413, "body: too large (expected: at most " + limits.bodyBytes() + " bytes)");
    }

    @Override
    public void noRoom() {
      count(503);
      exchange.refuseForNow(
          "too many bytes are being pushed at once (at most " + limits.inFlightBytes() + ")");
    }

    @Override
    public void failed(Throwable cause) {
      if (cause instanceof TimeoutException) {
        refuse(408, "body: did not arrive in time");
      } else {
        count(400);
        exchange.callback().failed(cause);
      }
    }

    private void giveBack() {
      budget.give(body.taken() + takenForInflated);
    }

    private byte[] inflate(byte[] raw) throws BadEncodingException {
      return ContentEncoding.decode(
          exchange.header(HttpHeader.CONTENT_ENCODING), raw, limits.bodyBytes());
    }

    private List<MetricFamily> parse(byte[] inflated) throws ParseException {
      return ContentTypes.isDelimitedProtobuf(exchange.header(HttpHeader.CONTENT_TYPE))
          ? DelimitedParser.parse(inflated)
          : TextParser.parse(inflated, NameRule.LEGACY);
    }

    private void answer(WriteOutcome outcome) {
      if (outcome instanceof WriteOutcome.Applied) {
        int status = areChecked ? 200 : 202;
        count(status);
        exchange.answer(status);
      } else if (outcome instanceof WriteOutcome.Rejected rejected) {
        reject(rejected.rejection());
      } else if (outcome instanceof WriteOutcome.Unavailable unavailable) {
        count(503);
        exchange.refuseForNow(unavailable.reason());
      }
    }

    /** As upstream, who does not look at the push before the answer: unchecked, it is 202. */
    private void reject(Rejection rejection) {
      metrics.pushRejected(rejection.reason());
      String reason =
          "pushed metrics are invalid or inconsistent with existing metrics: "
              + rejection.message();
      if (rejection.reason() == Rejection.Reason.TOO_LARGE) {
        refuse(413, reason);
      } else if (areChecked) {
        refuse(400, reason);
      } else {
        logRefused(202, reason);
        count(202);
        exchange.answer(202);
      }
    }

    private void refuse(int status, String reason) {
      logRefused(status, reason);
      count(status);
      exchange.refuse(status, reason);
    }

    private void logRefused(int status, String reason) {
      // Who gets 202 cannot know that the push was refused.
      log.atLevel(status == 202 ? Level.WARN : Level.DEBUG)
          .addKeyValue("method", exchange.method())
          .addKeyValue("source", exchange.remoteAddress())
          .addKeyValue("status", status)
          .addKeyValue("err", reason)
          .log("push refused");
    }

    /** Before the answer goes out, so that who has it finds it counted. Once for each push. */
    private void count(int status) {
      giveBack();
      metrics.requestAnswered("push", exchange.method(), status);
      metrics.pushAnswered(
          exchange.method(), System.nanoTime() - startedAt, requestBytes(exchange.request()));
    }
  }

  private static Change unchecked(Change change) {
    return change instanceof Change.Push push ? new Change.Unchecked(push) : change;
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
