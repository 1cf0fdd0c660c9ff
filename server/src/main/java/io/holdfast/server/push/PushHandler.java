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
import io.holdfast.storage.Rejection;
import io.holdfast.storage.WriteOutcome;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.util.thread.Invocable;

/**
 * PUT and POST of metrics. Everything up to the submission runs on the thread that read the last of
 * the body; nothing waits for the disk.
 */
public final class PushHandler {
  private static final int SMALL_BODY_BYTES = 64 << 10;
  private static final int SMALL_PATH_LENGTH = 2 << 10;

  private static final long NANOS_PER_SECOND = 1_000_000_000L;

  private final GroupStore store;
  private final SelfMetrics metrics;
  private final InstantSource clock;
  private final PushLimits limits;
  private final Options.Pushes options;
  private final ByteBudget budget;
  private final SlowBodies slowBodies;
  private final RefusalLog log = new RefusalLog();

  /**
   * What holds for all pushes.
   *
   * @param slowBodies told of bodies that take their time
   */
  public record Rules(PushLimits limits, SlowBodies slowBodies, Options.Pushes options) {}

  public PushHandler(GroupStore store, SelfMetrics metrics, InstantSource clock, Rules rules) {
    this.store = store;
    this.metrics = metrics;
    this.clock = clock;
    this.limits = rules.limits;
    this.options = rules.options;
    this.budget = new ByteBudget(limits.inFlightBytes());
    this.slowBodies = rules.slowBodies;
  }

  /** Heap that pushes under way may be taking. */
  public long heapBytes() {
    return budget.taken() * HeapMeter.BYTES_PER_BYTE;
  }

  public void handle(Exchange exchange, Route.Push route) {
    new Push(exchange, route).start();
  }

  /** A path that names no group: upstream's counters and log know of it. */
  public void refuseBadPath(Exchange exchange, String reason) {
    log.badPath(exchange, reason);
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
    private final ClientWatch client;

    private final GroupKey group;

    /** Bytes of the budget, on top of those that the body's reader has taken. */
    private long taken;

    /** Bytes of heap that the body takes while it is parsed. */
    private long heapBytes;

    private boolean isGivenBack;

    Push(Exchange exchange, Route.Push route) {
      this.exchange = exchange;
      this.route = route;
      this.group = GroupKey.of(route.groupingLabels());
      BodyReader.BodyLimits bodyLimits =
          new BodyReader.BodyLimits(limits.bodyBytes(), budget, slowBodies);
      this.body = new BodyReader(exchange.request(), bodyLimits, invocationType(exchange), this);
      this.client = new ClientWatch(exchange.request(), System::nanoTime);
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
      try {
        deadline = Deadline.of(exchange, clock);
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
        Change change =
            PushPreparation.prepare(
                group,
                route.replace(),
                nanosSinceEpoch(clock.instant()),
                parse(inflated),
                limits.content(),
                client::endIfGone);
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
        exchange.refuseForNow("the client is gone; nothing was changed");
      } catch (TooHeavyException e) {
        refuseHeavy();
      } catch (ParseException e) {
        unreadable(e.getMessage() + (e.column() > 0 ? " (column " + e.column() + ")" : ""));
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
        // Nobody is there to be told, and Jetty would take pains to.
        exchange.callback().succeeded();
      }
    }

    /** Once for each push, on the thread that decides. */
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

    /** Of the two forms of a body the larger one is what counts. */
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

    /** Of a body and its heap, in the bytes that a body may have for it, the larger one counts. */
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
        exchange.refuseForNow(unavailable.reason());
      }
    }

    /** As upstream, who does not look at the push before the answer: unchecked, it is 202. */
    private void reject(Rejection rejection) {
      metrics.pushRejected(rejection.reason());
      Limit limit = Limit.of(rejection.reason());
      if (limit != null) {
        refuse(limit, rejection.message());
        return;
      }
      log.inconsistent(exchange, route.groupingLabels(), rejection);
      if (options.areChecked()) {
        refuse(400, RefusalLog.INCONSISTENT + ": " + rejection.message());
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
        exchange.refuseForNow(limit.explain(reason));
      } else {
        refuse(limit.status(), limit.explain(reason));
      }
    }

    private void refuse(int status, String reason) {
      count(status);
      exchange.refuse(status, reason);
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
