package io.holdfast.server.http;

import io.holdfast.server.config.Limit;
import io.holdfast.server.config.Limits;
import java.nio.ByteBuffer;
import java.nio.channels.WritePendingException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpVersion;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.io.IdleTimeout;
import org.eclipse.jetty.server.ConnectionMetaData;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/**
 * The open connections, and which of them must go so that others can come. Nobody waits in the
 * system's queue: a connection that is one too many is taken, and those that were of no use for the
 * longest time are closed for it. Only if all are in the middle of a request is it answered 503.
 *
 * <h2>Which is of no use</h2>
 *
 * Time without a complete request counts, not time without a byte: who sends its request by drops
 * looks as idle as it is. One that never brought a request counts as {@link #BEFORE_FIRST} older,
 * so that a flood of them does not drive out clients that push every few seconds. A request that is
 * here as a whole protects its connection, unless no byte of the answer has moved for {@link
 * #STALLED}: whoever asks for a scrape and does not read it.
 *
 * <p>Concurrency: any threads may use it. What it decides on may change at the same moment; a
 * client must expect a kept connection to be closed at any time, and to repeat what it sent.
 */
public final class Connections implements Connection.Listener {
  private static final Duration BEFORE_FIRST = Duration.ofSeconds(30);

  /** How long a first request may be awaited like any other. */
  private static final Duration FIRST_GRACE = Duration.ofMillis(100);

  private static final Duration STALLED = Duration.ofSeconds(10);

  /** A body's reader answers by then; this is for those that nobody reads. */
  private static final Duration AFTER_READ_TIMEOUT = Duration.ofSeconds(5);

  /** The share that is closed at once: to find it takes a look at all. */
  private static final int SHARE_TO_CLOSE = 16;

  private final int most;
  private final Limits.Web limits;
  private final SlowBodies slowBodies;
  private final Consumer<Limit> exceeded;
  private final Map<EndPoint, Client> clients = new ConcurrentHashMap<>();

  /** One connection with what happens on it. */
  private static final class Client {
    final EndPoint endPoint;
    final AtomicInteger requests = new AtomicInteger();
    volatile Connection connection;

    /** When the last request ended or, before the first one, when it was opened. */
    volatile long restingSince;

    volatile boolean hasServed;
    volatile long bytesAtRest;

    /** There were too many when it came. */
    volatile boolean isExcess;

    // Of the sweep alone.
    long headSince;
    long headAfter;
    long bytesBefore;

    Client(EndPoint endPoint, Connection connection, long now) {
      this.endPoint = endPoint;
      this.connection = connection;
      this.restingSince = now;
    }

    boolean isResting() {
      return requests.get() == 0;
    }

    /** Of HTTP/1 alone; other protocols have bytes between requests. */
    long bytesIn() {
      Connection now = connection;
      boolean isHttp1 =
          now instanceof ConnectionMetaData http
              && http.getHttpVersion().getVersion() <= HttpVersion.HTTP_1_1.getVersion();
      return isHttp1 ? now.getBytesIn() : bytesAtRest;
    }

    /** For how long no byte has moved. */
    long stalledFor() {
      return endPoint instanceof IdleTimeout timed
          ? Duration.ofMillis(timed.getIdleFor()).toNanos()
          : 0;
    }
  }

  /**
   * A connection that may have to go. Made once, because it must not change while it is sorted.
   *
   * @param isWaiting whether no complete request is here
   * @param age for how long the connection has been of no use if it waits; otherwise, for how long
   *     no byte has moved
   */
  record Candidate<C>(C client, boolean isWaiting, long age) {}

  /**
   * Returns for how long a connection has been of no use.
   *
   * @param resting since its last request ended or, before the first one, since it was opened
   */
  static long uselessFor(long resting, boolean hasServed) {
    boolean isSuspect = !hasServed && resting > FIRST_GRACE.toNanos();
    return isSuspect ? resting + BEFORE_FIRST.toNanos() : resting;
  }

  /** Returns the connections that may go: waiting ones first, then stalled ones, oldest first. */
  static <C> List<Candidate<C>> leastUsefulFirst(List<Candidate<C>> all) {
    Comparator<Candidate<C>> order = Comparator.comparing(each -> !each.isWaiting);
    return all.stream()
        .filter(each -> each.isWaiting || each.age > STALLED.toNanos())
        .sorted(order.thenComparing(Comparator.comparingLong(each -> -each.age)))
        .toList();
  }

  /**
   * @param most how many there may be
   * @param slowBodies knows whose request has not come as a whole
   * @param exceeded hears of each connection that is closed or refused, by which limit
   */
  public Connections(int most, Limits.Web limits, SlowBodies slowBodies, Consumer<Limit> exceeded) {
    this.most = most;
    this.limits = limits;
    this.slowBodies = slowBodies;
    this.exceeded = exceeded;
  }

  public int open() {
    return clients.size();
  }

  @Override
  public void onOpened(Connection connection) {
    EndPoint endPoint = transport(connection.getEndPoint());
    Client known = clients.get(endPoint);
    if (known != null) {
      known.connection = connection;
      return;
    }
    Client client = new Client(endPoint, connection, slowBodies.now());
    clients.put(endPoint, client);
    if (clients.size() > most) {
      makeRoomFor(client);
    }
  }

  /**
   * Closes others. If there is none to close, so many as {@link Limits#EXCESS_SHARE} says may be
   * told why before they go; more would take files without end.
   *
   * <p>One thread at a time: the others wait, and mostly find that there is room. Were they to go
   * on, a flood would be let in faster than it can be let out.
   */
  private synchronized void makeRoomFor(Client newcomer) {
    newcomer.isExcess = !closeIdlest(newcomer);
    if (newcomer.isExcess && clients.size() - most > most / Limits.EXCESS_SHARE + 1) {
      close(newcomer, Limit.CONNECTIONS);
    }
  }

  @Override
  public void onClosed(Connection connection) {
    EndPoint endPoint = transport(connection.getEndPoint());
    // A protocol that gives way to another closes its connection, not the client's.
    if (!endPoint.isOpen()) {
      clients.remove(endPoint);
    }
  }

  /** Below TLS, if there is any. */
  static EndPoint transport(EndPoint endPoint) {
    EndPoint at = endPoint;
    while (at instanceof EndPoint.Wrapper wrapper) {
      at = wrapper.unwrap();
    }
    return at;
  }

  /** Closes others until there is room; false if there are none to close. */
  private boolean closeIdlest(Client newcomer) {
    for (int over = clients.size() - most; over > 0; over = clients.size() - most) {
      List<Candidate<Client>> candidates = candidates(newcomer);
      int count = Math.min(candidates.size(), Math.max(over, most / SHARE_TO_CLOSE));
      candidates.subList(0, count).forEach(idle -> close(idle.client, Limit.CONNECTIONS));
      if (count < over) {
        return false;
      }
    }
    return true;
  }

  /** Returns the connections that may go, the least useful first. */
  private List<Candidate<Client>> candidates(Client newcomer) {
    long now = slowBodies.now();
    Set<EndPoint> receiving = slowBodies.clients();
    List<Candidate<Client>> all = new ArrayList<>();
    for (Client client : clients.values()) {
      if (client != newcomer) {
        boolean isWaiting = client.isResting() || receiving.contains(client.endPoint);
        long age =
            isWaiting
                ? uselessFor(now - client.restingSince, client.hasServed)
                : client.stalledFor();
        all.add(new Candidate<>(client, isWaiting, age));
      }
    }
    return leastUsefulFirst(all);
  }

  private void close(Client client, Limit limit) {
    exceeded.accept(limit);
    client.endPoint.close();
    clients.remove(client.endPoint);
  }

  /** Closes what has not brought a whole request in time. To be called every second or so. */
  public void sweep() {
    long now = slowBodies.now();
    clients.values().removeIf(client -> !client.endPoint.isOpen());
    for (Client client : clients.values()) {
      if (client.isResting()) {
        sweepResting(client, now);
      } else {
        sweepBusy(client, now);
      }
    }
  }

  private void sweepResting(Client client, long now) {
    if (client.bytesIn() == client.bytesAtRest) {
      client.headSince = 0;
    } else if (client.headSince == 0 || client.headAfter != client.restingSince) {
      client.headSince = now;
      client.headAfter = client.restingSince;
    } else if (now - client.headSince > limits.readHeaderTimeout().toNanos()) {
      refuseHead(client);
    }
  }

  private void sweepBusy(Client client, long now) {
    long bytes = client.bytesIn();
    long allowed = limits.readTimeout().plus(AFTER_READ_TIMEOUT).toNanos();
    if (bytes != client.bytesBefore && now - client.restingSince > allowed) {
      close(client, Limit.BODY_TIME);
    }
    client.bytesBefore = bytes;
  }

  /** Says why, past Jetty, which has nothing yet that could be answered. */
  private void refuseHead(Client client) {
    exceeded.accept(Limit.HEADER_TIME);
    String reason = Limit.HEADER_TIME.explain("request: did not arrive in time");
    String answer =
        "HTTP/1.1 408 Request Timeout\r\nConnection: close\r\n"
            + "Content-Type: text/plain; charset=utf-8\r\nContent-Length: "
            + (reason.length() + 1)
            + "\r\n\r\n"
            + reason
            + "\n";
    Callback close = Callback.from(client.endPoint::close);
    try {
      client
          .connection
          .getEndPoint()
          .write(close, ByteBuffer.wrap(answer.getBytes(StandardCharsets.US_ASCII)));
    } catch (WritePendingException e) {
      // It came after all, and is being answered.
      close.succeeded();
    }
  }

  /** Wraps what answers requests, to know which connections have one under way. */
  Handler tracking(Handler handler) {
    return new Tracking(handler);
  }

  private final class Tracking extends Handler.Wrapper {
    Tracking(Handler handler) {
      super(handler);
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) throws Exception {
      Connection connection = request.getConnectionMetaData().getConnection();
      Client client = clients.get(transport(connection.getEndPoint()));
      if (client == null) {
        return super.handle(request, response, callback);
      }
      if (client.isResting()) {
        client.restingSince = slowBodies.now();
      }
      client.requests.incrementAndGet();
      Callback ending = new Ending(client, callback);
      if (client.isExcess && clients.size() > most) {
        refuse(request, response, ending);
        return true;
      }
      return super.handle(request, response, ending);
    }
  }

  private void refuse(Request request, Response response, Callback callback) {
    exceeded.accept(Limit.CONNECTIONS);
    response.getHeaders().put(HttpHeader.CONNECTION, "close");
    new Exchange(request, response, callback)
        .refuseForNow(
            Limit.CONNECTIONS.explain(
                "too many connections are in use (expected: at most " + most + ")"));
  }

  /** Notes the end of a request before Jetty reads the next one. */
  private final class Ending extends Callback.Nested {
    private final Client client;

    Ending(Client client, Callback callback) {
      super(callback);
      this.client = client;
    }

    @Override
    public void succeeded() {
      end();
      super.succeeded();
    }

    @Override
    public void failed(Throwable cause) {
      end();
      super.failed(cause);
    }

    private void end() {
      client.bytesAtRest = client.bytesIn();
      client.restingSince = slowBodies.now();
      client.hasServed = true;
      client.requests.decrementAndGet();
    }
  }
}
