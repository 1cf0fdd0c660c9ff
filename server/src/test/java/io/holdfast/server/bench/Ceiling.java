package io.holdfast.server.bench;

import org.eclipse.jetty.http.UriCompliance;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.Promise;
import org.eclipse.jetty.util.thread.Invocable;
import org.eclipse.jetty.util.thread.QueuedThreadPool;

/**
 * The most that any Jetty server could reach on this machine: reads each request's body as a push
 * is read, does nothing with it and answers 200. Its settings are those of {@link
 * io.holdfast.server.App}. Run by scripts/bench; the one argument is the port on 127.0.0.1.
 */
final class Ceiling extends Handler.Abstract.NonBlocking {
  private static final int MAX_THREADS = 32;
  private static final int MAX_BODY_BYTES = 256 << 20;
  private static final int REQUEST_HEADER_BYTES = 64 << 10;
  private static final long IDLE_TIMEOUT_MILLIS = 60_000;

  public static void main(String[] arguments) throws Exception {
    QueuedThreadPool threads = new QueuedThreadPool(MAX_THREADS);
    threads.setName("http");
    Server server = new Server(threads);
    server.addConnector(connector(server, Integer.parseInt(arguments[0])));
    server.setDynamic(false);
    server.setHandler(new Ceiling());
    server.start();
    server.join();
  }

  private static ServerConnector connector(Server server, int port) {
    HttpConfiguration http = new HttpConfiguration();
    http.setSendServerVersion(false);
    http.setRequestHeaderSize(REQUEST_HEADER_BYTES);
    http.setUriCompliance(UriCompliance.UNSAFE);
    ServerConnector connector = new ServerConnector(server, new HttpConnectionFactory(http));
    connector.setHost("127.0.0.1");
    connector.setPort(port);
    connector.setIdleTimeout(IDLE_TIMEOUT_MILLIS);
    return connector;
  }

  @Override
  public boolean handle(Request request, Response response, Callback callback) {
    Content.Source.asByteArrayAsync(
        request,
        MAX_BODY_BYTES,
        Promise.Invocable.from(
            Invocable.InvocationType.NON_BLOCKING,
            (body, failure) -> answer(response, callback, failure)));
    return true;
  }

  private static void answer(Response response, Callback callback, Throwable failure) {
    if (failure == null) {
      response.setStatus(200);
      callback.succeeded();
    } else {
      callback.failed(failure);
    }
  }
}
