package io.holdfast.server.push;

import io.holdfast.proto.DelimitedParser;
import io.holdfast.proto.HeapMeter;
import io.holdfast.proto.ParseException;
import io.holdfast.proto.TextParser;
import io.holdfast.proto.TooHeavyException;
import io.holdfast.proto.metrics.MetricFamily;
import io.holdfast.server.config.Limit;
import io.holdfast.server.config.Options;
import io.holdfast.server.config.PushLimits;
import io.holdfast.server.http.BadEncodingException;
import io.holdfast.server.http.BodyReader;
import io.holdfast.server.http.ByteBudget;
import io.holdfast.server.http.ClientWatch;
import io.holdfast.server.http.Clocks;
import io.holdfast.server.http.ContentEncoding;
import io.holdfast.server.http.ContentTypes;
import io.holdfast.server.http.Deadline;
import io.holdfast.server.http.Exchange;
import io.holdfast.server.http.SlowBodies;
import io.holdfast.server.metrics.SelfMetrics;
import io.holdfast.server.routing.Route;
import io.holdfast.storage.Change;
import io.holdfast.storage.GroupKey;
import io.holdfast.storage.GroupStore;
import io.holdfast.storage.PushPreparation;
import io.holdfast.storage.Refusal;
import io.holdfast.storage.Rejection;
import io.holdfast.storage.WriteOutcome;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.util.thread.Invocable;

/**
 * The handler of PUT and POST of metrics. Everything up to the submission runs on the thread that
 * read the end of the body. Nothing waits for the disk.
 */
public final class PushHandler {
  private static final int SMALL_BODY_BYTES = 64 << 10;
  private static final int SMALL_PATH_LENGTH = 2 << 10;

  private static final long NANOS_PER_SECOND = 1_000_000_000L;

  private final GroupStore store;
  private final SelfMetrics metrics;
  private final Clocks clocks;
  private final PushLimits limits;
  private final Options.Pushes options;
  private final ByteBudget budget;
  private final SlowBodies slowBodies;
  private final RefusalLog log;

  /**
   * The rules for all pushes.
   *
   * @param slowBodies told of bodies that do not arrive at once
   */
  public record Rules(PushLimits limits, SlowBodies slowBodies, Options.Pushes options) {}

  public PushHandler(GroupStore store, SelfMetrics metrics, Clocks clocks, Rules rules) {
    this.store = store;
    this.metrics = metrics;
    this.clocks = clocks;
    this.log = new RefusalLog(clocks.nanos());
    this.limits = rules.limits;
    this.options = rules.options;
    this.budget = new ByteBudget(limits.inFlightBytes());
    this.slowBodies = rules.slowBodies;
  }

  /** Returns the heap that pushes under way can take. */
  public long heapBytes() {
    return budget.taken() * HeapMeter.BYTES_PER_BYTE;
  }

  public void handle(Exchange exchange, Route.Push route) {
    new Push(exchange, route).start();
  }

  /** Logs a path that names no group. Upstream counts and logs such requests as pushes. */
  public void refuseBadPath(Exchange exchange, String reason) {
    log.badPath(exchange, reason);
  }

  /**
   * Returns the thread for parsing. A small push is parsed on the thread that read it, because a
   * change of threads costs more. A push that is or can become large must not block the thread that
   * serves other connections.
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

  /** One push on its way to its answer. */
  private final class Push implements BodyReader.Receiver {
    private final Exchange exchange;
    private final Route.Push route;
    private final long startedAt = clocks.nanos().getAsLong();
    private final BodyReader body;
    private final ClientWatch client;

    private final GroupKey group;

    /** Bytes taken from the budget, beyond those that the body's reader has taken. */
    private long taken;

    /** Bytes of heap that the parsed body takes. */
    private long heapBytes;

    private boolean isGivenBack;

    Push(Exchange exchange, Route.Push route) {
      this.exchange = exchange;
      this.route = route;
      this.group = GroupKey.of(route.groupingLabels());
      BodyReader.BodyLimits bodyLimits =
          new BodyReader.BodyLimits(limits.bodyBytes(), budget, slowBodies);
      this.body = new BodyReader(exchange.request(), bodyLimits, invocationType(exchange), this);
      this.client = new ClientWatch(exchange.request(), clocks.nanos());
    }

    void start() {
      int size = group.size();
      if (size > limits.groupingKeyBytes()) {
        refuse(
            Limit.GROUPING_KEY_SIZE,
            "grouping key: "
                + size
                + " bytes (expected: at most "
                + limits.groupingKeyBytes()
                + ")");
        return;
      }
      body.run();
    }

    @Override
    public void received(byte[] raw) {
      exchange.guarded(() -> push(raw));
    }

    private void push(byte[] raw) {
      Deadline deadline;
      long ttlMillis;
      try {
        deadline = Deadline.of(exchange, clocks.wall());
        ttlMillis = TimeToLive.millisOf(exchange, options.expiry());
      } catch (IllegalArgumentException e) {
        refuse(400, String.valueOf(e.getMessage()));
        return;
      }
      if (deadline.hasPassed()) {
        refuse(Deadline.STATUS, deadline.reason());
        return;
      }
      try {
        client.endIfGone();
        byte[] inflated = inflate(raw);
        Change prepared =
            PushPreparation.prepare(
                group,
                route.replace(),
                nanosSinceEpoch(clocks.wall().instant()),
                parse(inflated),
                limits.content(),
                client::endIfGone);
        Change change = ttlMillis == 0 ? prepared : Change.withTtl(prepared, ttlMillis);
        CompletableFuture<WriteOutcome> outcome =
            store.submit(
                options.areChecked() ? change : unchecked(change),
                () -> deadline.hasPassed() || client.isGone());
        exchange.request().addFailureListener(gone -> outcome.cancel(false));
        exchange.whenDecided(outcome, this::answer, this::giveBack);
      } catch (BadEncodingException e) {
        refuse(e);
      } catch (CancellationException e) {
        count(503);
        exchange.refuseForNow(
            new Refusal(Refusal.Code.CLIENT_GONE, "the client is gone; nothing was changed"));
      } catch (TooHeavyException e) {
        refuseHeavy();
      } catch (ParseException e) {
        unreadable(RefusalTexts.unreadable(e));
      } catch (RuntimeException | Error e) {
        giveBack();
        throw e;
      }
    }

    private void refuseHeavy() {
      if (isAboveWhatOneMayTake()) {
        refuse(
            Limit.INFLATED_SIZE,
            "metrics: they take more than "
                + heapLimit()
                + " bytes of memory while they are pushed (expected: less): push fewer at once");
      } else {
        refuse(Limit.BYTES_IN_FLIGHT, explain(Limit.BYTES_IN_FLIGHT));
      }
    }

    private long heapLimit() {
      return limits.inFlightBytes() * HeapMeter.BYTES_PER_BYTE;
    }

    private boolean isAboveWhatOneMayTake() {
      return heapBytes > heapLimit();
    }

    @Override
    public void limitExceeded(Limit limit) {
      if (body.isGivenUp()) {
        exchange.announceClose();
      }
      refuse(limit, explain(limit));
    }

    private String explain(Limit limit) {
      if (limit == Limit.BODY_SIZE) {
        return "body: too large (expected: at most " + limits.bodyBytes() + " bytes)";
      }
      return limit == Limit.BODY_TIME
          ? "body: did not arrive in time"
          : "too many bytes are being pushed at once (at most " + limits.inFlightBytes() + ")";
    }

    @Override
    public void failed(Throwable cause) {
      count(400);
      if (body.client().isOpen()) {
        exchange.callback().failed(cause);
      } else {
        // The client is gone. Failing the callback would only make Jetty prepare an answer.
        exchange.callback().succeeded();
      }
    }

    /** Gives the bytes back to the budget. Acts once for each push, on the thread that decides. */
    private void giveBack() {
      if (!isGivenBack) {
        isGivenBack = true;
        budget.give(body.taken() + taken);
      }
    }

    private byte[] inflate(byte[] raw) throws BadEncodingException {
      return ContentEncoding.decode(
          exchange.header(HttpHeader.CONTENT_ENCODING),
          raw,
          new ContentEncoding.Bounds(
              limits.inflatedBytes(),
              length -> hasRoomFor(length - raw.length),
              client::endIfGone));
    }

    /** Takes room for a decompressed body. Only the larger of a body's two forms counts. */
    private boolean hasRoomFor(long more) {
      if (more <= 0) {
        return true;
      }
      if (!budget.tryTake(more)) {
        slowBodies.makeRoom(more);
        return false;
      }
      taken += more;
      return true;
    }

    /**
     * Takes heap for a parsed body. The heap counts in bytes of body, and the larger of body and
     * heap counts.
     */
    private boolean hasHeapFor(long more) {
      client.endIfGone();
      heapBytes += more;
      long counted = heapBytes / HeapMeter.BYTES_PER_BYTE;
      return !isAboveWhatOneMayTake() && hasRoomFor(counted - body.taken() - taken);
    }

    private List<MetricFamily> parse(byte[] inflated) throws ParseException {
      HeapMeter meter =
          new HeapMeter(route.groupingLabels().size(), group.size(), this::hasHeapFor);
      return ContentTypes.isDelimitedProtobuf(exchange.header(HttpHeader.CONTENT_TYPE))
          ? DelimitedParser.parse(inflated, meter)
          : TextParser.parse(inflated, options.names(), meter);
    }

    private void answer(WriteOutcome outcome) {
      if (outcome instanceof WriteOutcome.Applied) {
        int status = options.areChecked() ? 200 : 202;
        count(status);
        exchange.answer(status);
      } else if (outcome instanceof WriteOutcome.Rejected rejected) {
        reject(rejected.rejection());
      } else if (outcome instanceof WriteOutcome.Unavailable unavailable) {
        count(503);
        exchange.refuseForNow(unavailable.refusal());
      }
    }

    /**
     * Answers a refused push. Without checks the answer is 202, because upstream then answers
     * before it looks at the push.
     */
    private void reject(Rejection rejection) {
      metrics.pushRejected(rejection.reason());
      Limit limit = Limit.of(rejection.reason());
      if (limit != null) {
        refuse(limit, rejection.message());
        return;
      }
      log.inconsistent(exchange, route.groupingLabels(), rejection);
      if (options.areChecked()) {
        refuse(400, RefusalTexts.inconsistent(rejection));
      } else {
        count(202);
        exchange.answer(202);
      }
    }

    private void refuse(BadEncodingException e) {
      Limit limit = e.limit();
      if (limit == null) {
        unreadable(e.reason());
      } else {
        refuse(limit, limit == Limit.INFLATED_SIZE ? e.reason() : explain(limit));
      }
    }

    private void unreadable(String reason) {
      log.unreadable(exchange, route.groupingLabels(), reason);
      refuse(400, reason);
    }

    private void refuse(Limit limit, String reason) {
      metrics.limitExceeded(limit);
      log.limitExceeded(limit, exchange, route.groupingLabels(), reason);
      if (limit.status() == 503) {
        count(503);
        exchange.refuseForNow(limit.refusal(reason));
      } else {
        refuse(limit.status(), limit.explain(reason));
      }
    }

    private void refuse(int status, String reason) {
      count(status);
      exchange.refuse(status, reason);
    }

    /**
     * Counts the push. The count comes before the answer, so that a client with an answer finds its
     * push counted. Called once for each push.
     */
    private void count(int status) {
      giveBack();
      metrics.requestAnswered("push", exchange.method(), status);
      metrics.pushAnswered(
          exchange.method(),
          clocks.nanos().getAsLong() - startedAt,
          requestBytes(exchange.request()));
    }
  }

  private static Change unchecked(Change change) {
    return change instanceof Change.Push push ? new Change.Unchecked(push) : change;
  }

  private static long nanosSinceEpoch(Instant instant) {
    return instant.getEpochSecond() * NANOS_PER_SECOND + instant.getNano();
  }

  /**
   * Returns the approximate size of the request on the wire, by the Pushgateway's way of counting.
   */
  private static long requestBytes(Request request) {
    long bytes = request.getHttpURI().getPathQuery().length();
    bytes += request.getMethod().length();
    bytes += request.getConnectionMetaData().getProtocol().length();
    HttpFields headers = request.getHeaders();
    for (HttpField field : headers) {
      String value = field.getValue();
      // Only the value of a Host header counts.
      bytes += field.getHeader() == HttpHeader.HOST ? 0 : field.getName().length();
      bytes += value == null ? 0 : value.length();
    }
    return bytes + Math.max(request.getLength(), 0);
  }
}
