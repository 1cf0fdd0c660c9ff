package io.holdfast.server.http;

import io.holdfast.server.config.FlagTable;
import io.holdfast.server.config.Limit;
import io.holdfast.server.config.Limits;
import io.holdfast.server.config.ListenAddress;
import io.holdfast.server.config.Options;
import io.holdfast.server.lifecycle.StartException;
import io.holdfast.server.tls.SecureConnections;
import io.holdfast.storage.Refusal;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
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
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The Jetty server, set up to read the Pushgateway's requests and to stop without cutting requests
 * off.
 */
public final class WebServer {
  private static final Logger log = LoggerFactory.getLogger(WebServer.class);

  private static final int MAX_THREADS = 32;

  /** As many as the system allows. {@link Connections} limits the number of connections. */
  private static final int ACCEPT_QUEUE = 4096;

  private static final Duration HOUSEKEEPING_INTERVAL = Duration.ofSeconds(1);

  /**
   * The time that a client may pause in the middle of a request when the process ends. Connections
   * that never brought a request, and those of HTTP/2, end after it as well.
   */
  private static final Duration SHUTDOWN_IDLE_TIMEOUT = Duration.ofSeconds(2);

  /** The interval at which kept connections are closed when the process ends. */
  private static final Duration CLOSE_INTERVAL = Duration.ofMillis(20);

  /** The time for requests under way to finish when the process ends. */
  private static final Duration STOP_TIMEOUT = Duration.ofSeconds(20);

  /**
   * The deviations from the standard that Go's servers accept, because old clients and proxies send
   * them. With each of them, a proxy and this server see one end of a request. SmugglingIT tests
   * this.
   */
  private static final HttpCompliance COMPLIANCE =
      HttpCompliance.RFC9110.with(
          "holdfast",
          // A target with its own authority is legal, and the Pushgateway accepts it.
          HttpCompliance.Violation.MISMATCHED_AUTHORITY,
          // Equal values are accepted. Different values are refused in any case.
          HttpCompliance.Violation.MULTIPLE_CONTENT_LENGTHS,
          // The transfer encoding counts, and EarlyAnswers closes the connection.
          HttpCompliance.Violation.TRANSFER_ENCODING_WITH_CONTENT_LENGTH,
          HttpCompliance.Violation.MULTILINE_FIELD_VALUE,
          // HeaderFields checks host names.
          HttpCompliance.Violation.UNSAFE_HOST_HEADER);

  private final RequestThreads threads = new RequestThreads(MAX_THREADS);
  private final Server server = new Server(threads);
  private volatile @Nullable Connections connections;

  /**
   * The guards that keep clients from taking too many resources.
   *
   * @param exceeded told of the limit of each refusal
   * @param refused told of the code of each answer 503
   * @param nanoTime as {@link System#nanoTime}
   */
  public record ConnectionGuards(
      Limits.Web limits,
      Connections connections,
      SlowBodies slowBodies,
      Consumer<Limit> exceeded,
      Consumer<Refusal.Code> refused,
      LongSupplier nanoTime) {}

  public WebServer() {
    threads.setName("http");
    // Handlers are fixed and never block, so the thread that read a request can serve it. A dynamic
    // server would hand each request to another thread.
    server.setDynamic(false);
    server.setStopTimeout(STOP_TIMEOUT.toMillis());
  }

  /** Loads the code of a server, so that the first server is made quickly. */
  public static void preload() {
    WebServer unused = new WebServer();
  }

  /**
   * Returns the executor of tasks that answer many requests. The tasks run on the threads that
   * serve requests, and not before the start.
   */
  public Executor threads() {
    return threads.answering();
  }

  /**
   * Starts to listen on all addresses.
   *
   * @param housekeeping called every second
   * @param secure null for plain HTTP
   * @throws StartException if one of the addresses cannot be listened on
   */
  public void start(
      Options.Listening options,
      Handler handler,
      ConnectionGuards guards,
      Runnable housekeeping,
      @Nullable SecureConnections secure)
      throws StartException {
    connections = guards.connections();
    server.setErrorHandler(new PlainErrors(guards.exceeded()));
    server.setHandler(
        new RefusalTracking(
            new GracefulHandler(guards.connections().tracking(handler)),
            guards.refused(),
            guards.nanoTime()));
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
                log.error("connection housekeeping failed", e);
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
    // Every character is legal in a label value. Routes reads and checks the raw path itself.
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
    connector.setShutdownIdleTimeout(SHUTDOWN_IDLE_TIMEOUT.toMillis());
    return connector;
  }

  /** Returns the addresses with their real ports. */
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

  /**
   * Returns the port of the first listen address. If that address asked for port 0, returns the
   * real port.
   */
  public int port() {
    if (server.getConnectors().length == 0
        || !(server.getConnectors()[0] instanceof ServerConnector first)) {
      throw new IllegalStateException("not started");
    }
    return first.getLocalPort();
  }

  /**
   * Closes kept connections, now and until the server has stopped. A request that crosses the close
   * is not read. Clients know this case, and send the request again.
   */
  private void closeKept(Connections connections) {
    connections.closeKept();
    if (!server.isStopped()) {
      server.getScheduler().schedule(() -> closeKept(connections), CLOSE_INTERVAL);
    }
  }

  /** Stops accepting connections and finishes the requests under way. */
  public void stop() {
    Connections open = connections;
    if (open != null) {
      closeKept(open);
    }
    try {
      server.stop();
    } catch (Exception e) {
      // The store must be closed in any case.
      log.atWarn().addKeyValue("err", e.toString()).log("unfinished requests cut off");
    }
  }
}
