package io.holdfast.server.tls;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.DetectorConnectionFactory;
import org.eclipse.jetty.server.SslConnectionFactory;
import org.eclipse.jetty.util.Callback;

/**
 * The check that a connection begins with TLS. A client that speaks plain HTTP gets the answer of
 * Go's servers.
 */
final class PlainTextRefusal extends DetectorConnectionFactory {
  private static final String ANSWER =
      """
      HTTP/1.0 400 Bad Request\r
      \r
      Client sent an HTTP request to an HTTPS server.
      """;

  PlainTextRefusal(SslConnectionFactory tls) {
    super(tls);
  }

  @Override
  protected void nextProtocol(Connector connector, EndPoint endPoint, ByteBuffer buffer) {
    endPoint.write(
        Callback.from(endPoint::close),
        ByteBuffer.wrap(ANSWER.getBytes(StandardCharsets.US_ASCII)));
  }
}
