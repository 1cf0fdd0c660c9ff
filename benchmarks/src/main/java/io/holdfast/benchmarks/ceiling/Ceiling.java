package io.holdfast.benchmarks.ceiling;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import org.eclipse.jetty.http.HttpHeader;
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
 * The most that a Jetty server can reach on this machine. A push is read, as Holdfast reads a push,
 * and answered 200. A scrape is answered with fixed bytes, which no code renders or compresses. The
 * settings are those of Holdfast's server.
 *
 * <p>Arguments: the port on 127.0.0.1, then optionally a file with the plain bytes of a scrape and
 * a file with the compressed bytes.
 */
final class Ceiling extends Handler.Abstract.NonBlocking {
  private static final int MAX_THREADS = 32;
  private static final int MAX_BODY_BYTES = 256 << 20;
  private static final int REQUEST_HEADER_BYTES = 64 << 10;
  private static final long IDLE_TIMEOUT_MILLIS = 60_000;

  private final ByteBuffer plain;
  private final ByteBuffer compressed;

  private Ceiling(ByteBuffer plain, ByteBuffer compressed) {
    this.plain = plain;
    this.compressed = compressed;
  }

  /** Serves until the process is killed. */
  public static void main(String[] arguments) throws Exception {
    QueuedThreadPool threads = new QueuedThreadPool(MAX_THREADS);
    threads.setName("http");
    Server server = new Server(threads);
    server.addConnector(connector(server, Integer.parseInt(arguments[0])));
    server.setDynamic(false);
    server.setHandler(new Ceiling(bytesOf(arguments, 1), bytesOf(arguments, 2)));
    server.start();
    server.join();
  }

  private static ByteBuffer bytesOf(String[] arguments, int index) throws IOException {
    return arguments.length > index
        ? ByteBuffer.wrap(Files.readAllBytes(Path.of(arguments[index])))
        : ByteBuffer.allocate(0);
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
    if (request.getMethod().equals("GET")) {
      answerScrape(request, response, callback);
    } else {
      Content.Source.asByteArrayAsync(
          request,
          MAX_BODY_BYTES,
          Promise.Invocable.from(
              Invocable.InvocationType.NON_BLOCKING,
              (body, failure) -> answerPush(response, callback, failure)));
    }
    return true;
  }

  private void answerScrape(Request request, Response response, Callback callback) {
    boolean compress = request.getHeaders().contains(HttpHeader.ACCEPT_ENCODING, "gzip");
    ByteBuffer bytes = compress ? compressed : plain;
    response.setStatus(200);
    if (compress) {
      response.getHeaders().put(HttpHeader.CONTENT_ENCODING, "gzip");
    }
    response.getHeaders().put(HttpHeader.CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8");
    response.getHeaders().put(HttpHeader.CONTENT_LENGTH, bytes.remaining());
    response.write(true, bytes.slice(), callback);
  }

  private static void answerPush(Response response, Callback callback, Throwable failure) {
    if (failure == null) {
      response.setStatus(200);
      callback.succeeded();
    } else {
      callback.failed(failure);
    }
  }
}
