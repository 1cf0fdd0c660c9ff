package io.holdfast.server.it;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.Closeable;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * A client that does one odd thing after the other to a node: requests that are refused,
 * connections that end in the middle, and readers of every format. None of it changes a group.
 *
 * <p>Concurrency: the methods are for the test's thread.
 */
final class StrayClients implements Closeable {
  private static final long PATIENCE_SECONDS = 60;
  private static final String HALF_A_PUSH =
      "PUT /metrics/job/half HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nhalf 1\n";
  private static final String PROTOBUF =
      "Accept: application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;"
          + "encoding=delimited";
  private static final String OPEN_METRICS = "Accept: application/openmetrics-text;version=1.0.0";
  private static final String GZIP = "Accept-Encoding: gzip";

  private interface Deed {
    void doTo(ServerProcess node) throws IOException;
  }

  private static final List<Deed> DEEDS =
      List.of(
          answered(400, Step.put("/metrics/job/bad", "no metric")),
          answered(400, Step.put("/metrics/job/bad", "a 1 1700000000000\n")),
          answered(400, Step.put("/metrics/job@base64/%", "a 1\n")),
          answered(404, Step.get("/nothing/here")),
          answered(200, Step.get("/metrics").with(PROTOBUF).with(GZIP)),
          answered(200, Step.get("/metrics").with(OPEN_METRICS)),
          answered(200, Step.get("/api/v1/groups?limit=10")),
          answered(200, Step.get("/")),
          StrayClients::leaveInTheMiddle,
          StrayClients::connectOnly);

  private final ServerProcess node;
  private final Duration pause;
  private final ExecutorService thread = Executors.newSingleThreadExecutor();
  private final AtomicLong deeds = new AtomicLong();
  private Future<?> running;
  private volatile boolean isOver;

  StrayClients(ServerProcess node, Duration pause) {
    this.node = node;
    this.pause = pause;
    running = thread.submit(this::run);
  }

  private Void run() throws IOException {
    while (!isOver) {
      DEEDS.get((int) (deeds.getAndIncrement() % DEEDS.size())).doTo(node);
      LockSupport.parkNanos(pause.toNanos());
    }
    return null;
  }

  private static Deed answered(int status, Step step) {
    return node -> {
      RawHttp.Response response = node.send(step);
      assertEquals(status, response.status(), () -> step + ": " + response.text());
    };
  }

  private static void leaveInTheMiddle(ServerProcess node) throws IOException {
    try (Socket socket = new Socket(node.address().getAddress(), node.address().getPort())) {
      socket.getOutputStream().write(HALF_A_PUSH.getBytes(StandardCharsets.US_ASCII));
    }
  }

  private static void connectOnly(ServerProcess node) throws IOException {
    new Socket(node.address().getAddress(), node.address().getPort()).close();
  }

  /** Ends it, and fails if an answer was another one than expected. Returns the number of deeds. */
  long stop() throws Exception {
    isOver = true;
    running.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    return deeds.get();
  }

  @Override
  public void close() {
    isOver = true;
    thread.shutdownNow();
  }
}
