package io.holdfast.server.http;

import io.holdfast.server.config.FlagTable;
import io.holdfast.server.config.Limit;
import io.holdfast.server.config.Limits;
import io.holdfast.server.config.ListenAddress;
import io.holdfast.server.config.Options;
import io.holdfast.server.lifecycle.StartException;
import io.holdfast.server.tls.SecureConnections;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.eclipse.jetty.http.HttpCompliance;
import org.eclipse.jetty.http.UriCompliance;
import org.eclipse.jetty.server.ConnectionFactory;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.handler.GracefulHandler;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Jetty, set up to read what the Pushgateway reads and to end without cutting requests off. */
public final class WebServer {
  private static final Logger log = LoggerFactory.getLogger(WebServer.class);

  private static final int MAX_THREADS = 32;

  /** As many as the system allows: the limit on connections is another, see {@link Connections}. */
  private static final int ACCEPT_QUEUE = 4096;

  private static final Duration HOUSEKEEPING_INTERVAL = Duration.ofSeconds(1);

  private static final Duration SHUTDOWN_IDLE_TIMEOUT = Duration.ofSeconds(2);

  /** How long requests under way may take to end, when the process ends. */
  private static final Duration STOP_TIMEOUT = Duration.ofSeconds(20);

  /**
   * What Go's servers take beyond the standard, because old clients and proxies send it. None of it
   * lets a proxy see another end of a request than this server: SmugglingIT tries.
   */
  private static final HttpCompliance COMPLIANCE =
      HttpCompliance.RFC9110.with(
          "holdfast",
          // A target with an authority of its own is legal, and the Pushgateway takes it.
          HttpCompliance.Violation.MISMATCHED_AUTHORITY,
          // Equal ones; different ones are refused all the same.
          HttpCompliance.Violation.MULTIPLE_CONTENT_LENGTHS,
          // The coding counts, and EarlyAnswers closes the connection.
          HttpCompliance.Violation.TRANSFER_ENCODING_WITH_CONTENT_LENGTH,
          HttpCompliance.Violation.MULTILINE_FIELD_VALUE,
          // HeaderFields judges hosts.
          HttpCompliance.Violation.UNSAFE_HOST_HEADER);

  private final QueuedThreadPool threads = new QueuedThreadPool(MAX_THREADS);
  private final Server server = new Server(threads);

  /**
   * What keeps clients from asking too much.
   *
   * @param exceeded hears by which limit somebody was refused
   */
  public record ConnectionGuards(
      Limits.Web limits,
      Connections connections,
      SlowBodies slowBodies,
      Consumer<Limit> exceeded) {}

  public WebServer() {
    threads.setName("http");
    // Handlers are fixed and never block, so a request can be served by the thread that read it. A
    // dynamic server would go to another thread for each.
    server.setDynamic(false);
    server.setStopTimeout(STOP_TIMEOUT.toMillis());
  }

  /** The threads that serve requests. They run nothing before the start. */
  public Executor threads() {
    return threads;
  }

  /**
   * Listens on all addresses from now on.
   *
   * @param housekeeping to be done every second
   * @param secure null for plain HTTP
   * @throws StartException if it cannot on one of them
   */
  public void start(
      Options.Listening options,
      Handler handler,
      ConnectionGuards guards,
      Runnable housekeeping,
      @Nullable SecureConnections secure)
      throws StartException {
    server.setErrorHandler(new PlainErrors(guards.exceeded()));
    server.setHandler(new GracefulHandler(guards.connections().tracking(handler)));
    if (options.systemdSocket()) {
      listenOn(InheritedSocket.take(), guards, secure);
    } else {
      options
          .addresses()
          .forEach(address -> server.addConnector(connector(address, guards, secure)));
    }
    try {
      server.start();
      keepHouse(housekeeping);
    } catch (Exception e) {
      throw new StartException(
          "cannot listen on --web.listen-address="
              + options.addresses()
              + ": "
              + e.getMessage()
              + (e.getCause() == null ? "" : " (" + e.getCause().getMessage() + ")"),
          e);
    }
  }

  private void listenOn(
      InheritedSocket socket, ConnectionGuards guards, @Nullable SecureConnections secure)
      throws StartException {
    ServerConnector connector = connector(new ListenAddress("", 0), guards, secure);
    try {
      connector.open(socket);
    } catch (IOException e) {
      throw new StartException("--" + FlagTable.SYSTEMD_SOCKET + ": " + e, e);
    }
    server.addConnector(connector);
  }

  private void keepHouse(Runnable housekeeping) {
    server
        .getScheduler()
        .schedule(
            () -> {
              try {
                housekeeping.run();
              } catch (RuntimeException e) {
                log.error("connections could not be looked after", e);
              }
              if (server.isRunning()) {
                keepHouse(housekeeping);
              }
            },
            HOUSEKEEPING_INTERVAL);
  }

  private ServerConnector connector(
      ListenAddress address, ConnectionGuards guards, @Nullable SecureConnections secure) {
    HttpConfiguration http = new HttpConfiguration();
    http.setSendServerVersion(false);
    http.setRequestHeaderSize(guards.limits().maxHeaderBytes());
    // Everything is legal in a label value; Routes reads the path as it came and judges itself.
    http.setUriCompliance(UriCompliance.UNSAFE);
    http.setHttpCompliance(COMPLIANCE);
    http.addCustomizer(EarlyAnswers.of(guards.limits(), guards.slowBodies()));
    HttpConnectionFactory http1 = new HeaderFields(http, guards.limits().maxHeaderFields());
    List<ConnectionFactory> factories = secure == null ? List.of(http1) : secure.factories(http1);
    ServerConnector connector =
        new LookAheadEndPoint.Connector(server, factories.toArray(ConnectionFactory[]::new));
    connector.setHost(address.host().isEmpty() ? null : address.host());
    connector.setPort(address.port());
    connector.setAcceptQueueSize(ACCEPT_QUEUE);
    connector.setIdleTimeout(guards.limits().idleTimeout().toMillis());
    connector.addEventListener(guards.connections());
    // Connections kept alive without a request hold up the end of the process this long.
    connector.setShutdownIdleTimeout(SHUTDOWN_IDLE_TIMEOUT.toMillis());
    return connector;
  }

  /** The addresses with their real ports. */
  public List<String> listening() {
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
  public int port() {
    if (server.getConnectors().length == 0
        || !(server.getConnectors()[0] instanceof ServerConnector first)) {
      throw new IllegalStateException("not started");
    }
    return first.getLocalPort();
  }

  /** Takes no more connections and finishes the requests under way. */
  public void stop() {
    try {
      server.stop();
    } catch (Exception e) {
      // The store must be closed all the same.
      log.atWarn().addKeyValue("err", e.toString()).log("requests were cut off");
    }
  }
}
