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
 * The open connections, and the choice of the connections to close so that others can open. No
 * client waits in the system's queue. A connection above the limit is accepted, and the least
 * useful connections are closed for it. If every connection is in the middle of a request, the new
 * connection is answered 503.
 *
 * <h2>The least useful connections</h2>
 *
 * Time without a complete request counts, and time without a byte does not. So a client that sends
 * its request drop by drop counts as idle. A connection that never brought a request counts as
 * {@link #BEFORE_FIRST} older. So a flood of such connections does not drive out clients that push
 * every few seconds. A complete request protects its connection. The protection ends when no byte
 * of the answer has moved for {@link #STALLED}, because the client does not read.
 *
 * <h2>Why not Jetty's own limit</h2>
 *
 * Jetty's {@code NetworkConnectionLimit} stops accepting when there are too many connections, and
 * shortens their idle time-outs. A client that sends a byte now and then is not idle for Jetty.
 * Such clients would keep all others in the system's queue, without an answer.
 *
 * <p>Concurrency: any thread may use it. The state of a connection can change during a decision. A
 * client must expect that a kept connection closes at any time, and must then repeat its request.
 */
public final class Connections implements Connection.Listener {
  private static final Duration BEFORE_FIRST = Duration.ofSeconds(30);

  /** The time in which a new connection without a request counts like any other connection. */
  private static final Duration FIRST_GRACE = Duration.ofMillis(100);

  private static final Duration STALLED = Duration.ofSeconds(10);

  /** The time after a request in which the last bytes of its answer leave. */
  private static final Duration ANSWER_GRACE = Duration.ofMillis(50);

  /**
   * The extra time for a body. A body's reader answers by then; the rule is for bodies without a
   * reader.
   */
  private static final Duration AFTER_READ_TIMEOUT = Duration.ofSeconds(5);

  /** The share of connections closed at once, because each choice looks at all connections. */
  private static final int SHARE_TO_CLOSE = 16;

  private final int most;
  private final Limits.Web limits;
  private final SlowBodies slowBodies;
  private final Consumer<Limit> exceeded;
  private final Map<EndPoint, Client> clients = new ConcurrentHashMap<>();

  /** One connection and its state. */
  private static final class Client {
    final EndPoint endPoint;
    final AtomicInteger requests = new AtomicInteger();
    volatile Connection connection;

    /** The time when the last request ended or, before the first request, the connection opened. */
    volatile long restingSince;

    volatile boolean hasServed;
    volatile long bytesAtRest;

    /** Whether there were too many connections when this one opened. */
    volatile boolean isExcess;

    // Used by the sweep alone.
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

    /**
     * Returns the bytes received over HTTP/1. Other protocols have bytes between requests and count
     * none here.
     */
    long bytesIn() {
      return isHttp1() ? connection.getBytesIn() : bytesAtRest;
    }

    private boolean isHttp1() {
      return connection instanceof ConnectionMetaData http
          && http.getHttpVersion().getVersion() <= HttpVersion.HTTP_1_1.getVersion();
    }

    /**
     * Returns whether the connection speaks HTTP/1, has served a request, and brings no other. The
     * last bytes of an answer are perhaps still on their way.
     */
    boolean isKept() {
      return isResting() && hasServed && isHttp1() && bytesIn() == bytesAtRest;
    }

    /** Returns the time for which no byte has moved. */
    long stalledFor() {
      return endPoint instanceof IdleTimeout timed
          ? Duration.ofMillis(timed.getIdleFor()).toNanos()
          : 0;
    }
  }

  /**
   * A connection that may be closed. Its values are read once, so that they stay fixed during the
   * sort.
   *
   * @param isWaiting whether the server waits for a complete request
   * @param age if waiting, the time for which the connection has been of no use; otherwise, the
   *     time for which no byte has moved
   */
  record Candidate<C>(C client, boolean isWaiting, long age) {}

  /**
   * Returns for how long a connection has been of no use.
   *
   * @param resting the time since its last request ended or, before the first request, since it was
   *     opened
   */
  static long uselessFor(long resting, boolean hasServed) {
    boolean isSuspect = !hasServed && resting > FIRST_GRACE.toNanos();
    return isSuspect ? resting + BEFORE_FIRST.toNanos() : resting;
  }

  /** Returns the connections that may be closed: waiting before stalled, then the oldest first. */
  static <C> List<Candidate<C>> leastUsefulFirst(List<Candidate<C>> all) {
    Comparator<Candidate<C>> order = Comparator.comparing(each -> !each.isWaiting);
    return all.stream()
        .filter(each -> each.isWaiting || each.age > STALLED.toNanos())
        .sorted(order.thenComparing(Comparator.comparingLong(each -> -each.age)))
        .toList();
  }

  /**
   * Creates the bounds on connections.
   *
   * @param most the limit on open connections
   * @param slowBodies knows the clients whose request body is incomplete
   * @param exceeded told of the limit whenever a connection is closed or refused
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
   * Closes other connections. If none can be closed, the newcomer stays open to be told the reason.
   * {@link Limits#EXCESS_SHARE} bounds the number of such newcomers, because each takes a file
   * descriptor.
   *
   * <p>One thread at a time works here. The other threads wait, and mostly find room afterwards.
   * Without the wait, a flood would open connections faster than the server closes them.
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
    // An upgrade closes the old protocol's connection and leaves the client's open.
    if (!endPoint.isOpen()) {
      clients.remove(endPoint);
    }
  }

  /** Returns the endpoint below TLS, if there is TLS. */
  static EndPoint transport(EndPoint endPoint) {
    EndPoint at = endPoint;
    while (at instanceof EndPoint.Wrapper wrapper) {
      at = wrapper.unwrap();
    }
    return at;
  }

  /** Closes other connections until there is room. Returns false if too few can be closed. */
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

  /** Returns the connections that may be closed, the least useful first. */
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

  /** Closes connections whose request has not arrived in time. Called about every second. */
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

  /**
   * Closes the connections that clients keep for later requests. For the end of the process, which
   * would otherwise wait for all of them. Connections of HTTP/2 are told to go by Jetty.
   */
  void closeKept() {
    long now = slowBodies.now();
    for (Client client : clients.values()) {
      if (client.isKept() && now - client.restingSince > ANSWER_GRACE.toNanos()) {
        // Through TLS, if there is TLS, so that the client learns of the end.
        client.connection.getEndPoint().close();
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

  /** Writes the reason directly to the endpoint, because Jetty has no request to answer yet. */
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
      // The request arrived after all and is being answered.
      close.succeeded();
    }
  }

  /** Wraps a handler, so that connections with a request under way are known. */
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
            Limit.CONNECTIONS.refusal(
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
