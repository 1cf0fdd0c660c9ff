package io.holdfast.server;

import static java.util.Objects.requireNonNull;

import io.holdfast.storage.GroupStore;
import io.holdfast.storage.RocksGroupStore;
import io.holdfast.storage.StoreException;
import io.holdfast.storage.StoreOptions;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.eclipse.jetty.http.HttpCompliance;
import org.eclipse.jetty.http.UriCompliance;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.handler.GracefulHandler;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A whole node. Several may run in one process, with their own ports and directories.
 *
 * <pre>
 * Server
 *   ServerConnector ...            one for each --web.listen-address
 *   GracefulHandler                counts what is under way, for the shutdown
 *     GatewayHandler               routes on the raw path
 *       PushHandler                --> GroupStore.submit
 *       ScrapeHandler              --> GroupStore.exposition
 *
 * start:  own metrics, store (reads everything), listen, ready
 * close:  unready, wait --shutdown.drain, finish requests, stop listening, close the store
 * </pre>
 */
public final class App implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(App.class);

  /** Changes that may wait for the writer: some batches' worth, less than a second's. */
  private static final int QUEUE_CAPACITY = 8192;

  private static final long MINIMUM_FREE_BYTES = 16L << 20;
  private static final int MAX_THREADS = 32;
  private static final int REQUEST_HEADER_BYTES = 64 << 10;

  /** Longer than the intervals at which jobs push and servers scrape over kept connections. */
  private static final Duration IDLE_TIMEOUT = Duration.ofMinutes(10);

  private static final Duration SHUTDOWN_IDLE_TIMEOUT = Duration.ofSeconds(2);

  /** How long requests under way may take to end, when the process ends. */
  private static final Duration STOP_TIMEOUT = Duration.ofSeconds(20);

  private final Options options;
  private final Lifecycle lifecycle = new Lifecycle();
  private @Nullable GroupStore store;
  private @Nullable Server server;

  App(Options options) {
    this.options = options;
  }

  /**
   * Starts the node and returns when it is ready.
   *
   * @throws StoreException if the store cannot be opened
   * @throws StartException if it cannot listen
   */
  void start() throws StoreException, StartException {
    OwnMetrics metrics = new OwnMetrics(BuildInfo.version());
    QueuedThreadPool threads = new QueuedThreadPool(MAX_THREADS);
    threads.setName("http");
    server = new Server(threads);
    Clock clock = Clock.systemUTC();
    long heapBytes = Runtime.getRuntime().maxMemory();
    store =
        RocksGroupStore.open(
            new StoreOptions(
                options.storage().path(),
                QUEUE_CAPACITY,
                MINIMUM_FREE_BYTES,
                heapBytes / 2,
                clock,
                OwnMetrics.RESERVED,
                metrics),
            threads);
    metrics.observe(store);
    GatewayHandler gateway =
        new GatewayHandler(
            new Routes(options.web()),
            store,
            lifecycle,
            metrics,
            new PushHandler(store, metrics, clock, PushLimits.ofHeap(heapBytes)),
            new ScrapeHandler(store, metrics));
    server.setHandler(new GracefulHandler(gateway));
    // Handlers are fixed and never block, so a request can be served by the thread that read it. A
    // dynamic server would go to another thread for each.
    server.setDynamic(false);
    server.setErrorHandler(new PlainErrors());
    server.setStopTimeout(STOP_TIMEOUT.toMillis());
    for (ListenAddress address : options.web().listenAddresses()) {
      server.addConnector(connector(server, address));
    }
    listen(server);
    lifecycle.advance(Lifecycle.State.READY);
    log.atInfo().addKeyValue("address", listening(server)).log("ready");
  }

  private static ServerConnector connector(Server server, ListenAddress address) {
    HttpConfiguration http = new HttpConfiguration();
    http.setSendServerVersion(false);
    http.setRequestHeaderSize(REQUEST_HEADER_BYTES);
    // Everything is legal in a label value; Routes reads the path as it came and judges itself.
    http.setUriCompliance(UriCompliance.UNSAFE);
    // A target with an authority of its own is legal, and the Pushgateway takes it.
    http.setHttpCompliance(
        HttpCompliance.RFC7230.with("holdfast", HttpCompliance.Violation.MISMATCHED_AUTHORITY));
    ServerConnector connector = new ServerConnector(server, new HttpConnectionFactory(http));
    connector.setHost(address.host().isEmpty() ? null : address.host());
    connector.setPort(address.port());
    connector.setIdleTimeout(IDLE_TIMEOUT.toMillis());
    // Connections kept alive without a request hold up the end of the process this long.
    connector.setShutdownIdleTimeout(SHUTDOWN_IDLE_TIMEOUT.toMillis());
    return connector;
  }

  private void listen(Server starting) throws StartException {
    try {
      starting.start();
    } catch (Exception e) {
      throw new StartException(
          "cannot listen on --web.listen-address="
              + options.web().listenAddresses()
              + ": "
              + e.getMessage()
              + (e.getCause() == null ? "" : " (" + e.getCause().getMessage() + ")"),
          e);
    }
  }

  private static List<String> listening(Server server) {
    List<String> addresses = new ArrayList<>();
    for (Connector connector : server.getConnectors()) {
      if (connector instanceof ServerConnector listening) {
        String host = listening.getHost() == null ? "" : listening.getHost();
        addresses.add(host + ":" + listening.getLocalPort());
      }
    }
    return addresses;
  }

  /** The port of the first listen address: the real one if that asked for any free one with 0. */
  int port() {
    if (server == null || !(server.getConnectors()[0] instanceof ServerConnector first)) {
      throw new IllegalStateException("not started");
    }
    return first.getLocalPort();
  }

  /** Completes when somebody has asked over HTTP to end the process. */
  CompletableFuture<Void> quitRequested() {
    return lifecycle.quitRequested();
  }

  /** Completes with the reason if the node has failed for good. Only after a start. */
  CompletableFuture<String> failure() {
    return requireNonNull(store, "store").failure();
  }

  /** Ends the node in order. A second call does nothing. */
  @Override
  public void close() {
    if (lifecycle.advance(Lifecycle.State.DRAINING)) {
      log.atInfo().addKeyValue("drain", options.shutdownDrain()).log("shutting down");
      drain();
      stopServer();
      if (store != null) {
        store.close();
      }
      lifecycle.advance(Lifecycle.State.STOPPED);
      log.info("stopped");
    }
  }

  private void drain() {
    try {
      Thread.sleep(options.shutdownDrain().toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void stopServer() {
    if (server == null) {
      return;
    }
    try {
      server.stop();
    } catch (Exception e) {
      // The store must be closed all the same.
      log.atWarn().addKeyValue("err", e.toString()).log("requests were cut off");
    }
  }
}
