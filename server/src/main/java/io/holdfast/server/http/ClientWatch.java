package io.holdfast.server.http;

import io.holdfast.proto.Excerpt;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.function.LongSupplier;
import org.eclipse.jetty.http.HttpVersion;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.server.Request;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The watch over one request's client, until the request's change has its version. A client that is
 * gone has perhaps repeated its request at another node, and changed more there. So the change of
 * the first request must not be made any more.
 *
 * <p>A client is gone when its connection or its HTTP/2 stream was reset. Over HTTP/1, the end of
 * the client's bytes proves nothing. A closed socket looks like a client that only waits for the
 * answer.
 *
 * <p>A look costs a system call over HTTP/1. So clients of young requests count as present, and
 * looks are spaced out.
 *
 * <p>Any thread may use it.
 */
public final class ClientWatch {
  /** The age of a request at the first look. */
  public static final Duration FIRST_LOOK = Duration.ofMillis(100);

  private static final Duration DISTANCE = Duration.ofMillis(10);

  private static final Logger log = LoggerFactory.getLogger(ClientWatch.class);

  private final String method;
  private final String path;
  private final EndPoint endPoint;
  private final boolean mustLook;
  private final LongSupplier nanoTime;
  private volatile long nextLook;
  private volatile boolean isGone;

  public ClientWatch(Request request, LongSupplier nanoTime) {
    this.method = request.getMethod();
    this.path = request.getHttpURI().getPath();
    this.endPoint =
        Connections.transport(request.getConnectionMetaData().getConnection().getEndPoint());
    HttpVersion version = request.getConnectionMetaData().getHttpVersion();
    // A connection of HTTP/2 reads all the time, so its requests learn of resets.
    this.mustLook = version.getVersion() <= HttpVersion.HTTP_1_1.getVersion();
    this.nanoTime = nanoTime;
    this.nextLook = request.getBeginNanoTime() + FIRST_LOOK.toNanos();
    request.addFailureListener(cause -> isGone = true);
  }

  /** Returns whether the client is known to be gone. Never blocks. */
  public boolean isGone() {
    if (!isGone && mustLook && isTimeToLook() && LookAheadEndPoint.isReset(endPoint)) {
      isGone = true;
      log.atDebug()
          .addKeyValue("method", method)
          .addKeyValue("path", Excerpt.of(path))
          .addKeyValue("source", endPoint.getRemoteSocketAddress())
          .log("client gone; request dropped");
    }
    return isGone;
  }

  private boolean isTimeToLook() {
    long now = nanoTime.getAsLong();
    if (now - nextLook < 0) {
      return false;
    }
    nextLook = now + DISTANCE.toNanos();
    return true;
  }

  /**
   * Ends work for a client that is gone. Called between pieces of work.
   *
   * @throws CancellationException if the client is known to be gone
   */
  public void endIfGone() {
    if (isGone()) {
      throw new CancellationException("client gone");
    }
  }
}
