package io.holdfast.benchmarks.load;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/**
 * One run: requests with numbers from zero, each due at its own time. A request that finds no idle
 * connection waits, and its latency counts on.
 */
final class Load {
  private static final int PUSHED = 300;
  private static final double NANOS = 1e9;

  private final Requests requests;
  private final Outcomes outcomes;
  private final Selector selector = Selector.open();
  private final Deque<Connection> idle = new ArrayDeque<>();
  private final List<Connection> connections = new ArrayList<>();
  private final boolean isFresh;
  private final double intervalNanos;
  private final long warmUpRequests;
  private final long allRequests;
  private final long drainNanos;

  // Guarded by this.
  private long startedAt;
  private boolean isStopped;
  private long due;
  private long sent;
  private long ended;

  Load(Settings settings, Requests requests, Outcomes outcomes) throws IOException {
    this.requests = requests;
    this.outcomes = outcomes;
    this.isFresh = settings.hasFreshConnections();
    this.intervalNanos = NANOS / settings.rate();
    this.warmUpRequests = Math.round(settings.warmUpSeconds() * settings.rate());
    this.allRequests = warmUpRequests + Math.round(settings.seconds() * settings.rate());
    this.drainNanos = (long) (settings.drainSeconds() * NANOS);
    InetSocketAddress server =
        new InetSocketAddress(InetAddress.getLoopbackAddress(), settings.port());
    for (int i = 0; i < settings.connections(); i++) {
      connections.add(new Connection(server, selector));
    }
    idle.addAll(connections);
  }

  /** Sends all requests and waits for their answers, as long as the settings allow. */
  void run() throws InterruptedException {
    startedAt = System.nanoTime();
    Thread receiver = new Thread(this::receive, "receiver");
    receiver.setDaemon(true);
    receiver.start();
    long number = 0;
    do {
      awaitTime(dueAt(number));
    } while (comeDue(number++));
    long deadline = System.nanoTime() + drainNanos;
    synchronized (this) {
      while (ended < due && System.nanoTime() < deadline) {
        wait(1);
      }
      giveUp();
    }
  }

  /** Makes the run end early: no further request comes due. */
  synchronized void stop() {
    isStopped = true;
  }

  private long dueAt(long number) {
    return startedAt + (long) (number * intervalNanos);
  }

  private static void awaitTime(long nanos) {
    for (long left = nanos - System.nanoTime(); left > 0; left = nanos - System.nanoTime()) {
      LockSupport.parkNanos(left);
    }
  }

  /** Returns whether there are more requests. */
  private synchronized boolean comeDue(long number) {
    due = number + 1;
    if (isMeasured(number)) {
      outcomes.sendable(System.nanoTime() - dueAt(number));
    }
    sendWhatIsDue();
    return !isStopped && due < allRequests;
  }

  private void sendWhatIsDue() {
    while (sent < due && !idle.isEmpty()) {
      Connection connection = idle.pop();
      long number = sent++;
      try {
        connection.send(number, requests);
      } catch (IOException e) {
        fail(connection);
      }
    }
  }

  private void receive() {
    try {
      while (true) {
        selector.select();
        synchronized (this) {
          selector.selectedKeys().forEach(this::proceed);
          selector.selectedKeys().clear();
          sendWhatIsDue();
        }
      }
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private void proceed(SelectionKey key) {
    Connection connection = (Connection) key.attachment();
    try {
      if (key.isValid() && connection.proceed()) {
        answered(connection);
      }
    } catch (IOException e) {
      if (connection.isIdle()) {
        connection.fail();
      } else {
        fail(connection);
      }
    }
  }

  private void answered(Connection connection) {
    long number = connection.number();
    boolean isTaken = connection.status() < PUSHED;
    if (isTaken) {
      outcomes.acknowledged(requests.group(number), number + 1);
    }
    if (isMeasured(number)) {
      outcomes.answered(System.nanoTime() - dueAt(number), isTaken);
    }
    connection.end(isFresh);
    release(connection);
  }

  private void fail(Connection connection) {
    if (isMeasured(connection.number())) {
      outcomes.failed();
    }
    connection.fail();
    release(connection);
  }

  private void release(Connection connection) {
    ended++;
    idle.push(connection);
  }

  /** Counts requests without an answer. Their latency is at least the time until now. */
  private void giveUp() {
    long now = System.nanoTime();
    for (Connection connection : connections) {
      if (!connection.isIdle() && isMeasured(connection.number())) {
        outcomes.unanswered(now - dueAt(connection.number()));
      }
    }
    for (long number = sent; number < due; number++) {
      if (isMeasured(number)) {
        outcomes.unanswered(now - dueAt(number));
      }
    }
  }

  private boolean isMeasured(long number) {
    return number >= warmUpRequests;
  }
}
