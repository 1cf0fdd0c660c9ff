package io.holdfast.server.http;

import org.eclipse.jetty.http.HostPortHttpField;
import org.eclipse.jetty.http.HttpException;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpVersion;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.internal.HttpConnection;

/**
 * Makes connections that read heads as Go's servers do.
 *
 * <p>They read no more header fields than a request may have. A limit on bytes alone does not bound
 * memory: a field of four bytes on the wire is an object with two strings, which take fifteen times
 * as much, and a client may stop before the head ends.
 *
 * <p>They take an empty {@code Host}, and {@code name:} without a port, and refuse characters that
 * are in no host's name. Jetty is stricter or looser, but nothing between.
 */
final class HeaderFields extends HttpConnectionFactory {
  private final int most;

  HeaderFields(HttpConfiguration http, int most) {
    super(http);
    this.most = most;
  }

  /** More than a request may have. */
  static final class TooManyException extends HttpException.RuntimeException {
    private static final long serialVersionUID = 1L;

    TooManyException(int most) {
      super(431, "too many header fields (expected: at most " + most + ")");
    }
  }

  @Override
  public Connection newConnection(Connector connector, EndPoint endPoint) {
    Counting connection = new Counting(getHttpConfiguration(), connector, endPoint, most);
    connection.setTransferEncodingChunkMaxLength(getTransferEncodingChunkMaxLength());
    return configure(connection, connector, endPoint);
  }

  /** Whether there is a host in it; the field counts as absent otherwise. */
  private static boolean namesHost(HttpField field) {
    String value = field.getValue();
    if (value == null || value.isEmpty()) {
      return false;
    }
    if (!value.chars().allMatch(HeaderFields::isOfHost)) {
      throw new HttpException.RuntimeException(400, "malformed Host header");
    }
    return !(field instanceof HostPortHttpField host) || !host.getHost().isBlank();
  }

  private static boolean isOfHost(int c) {
    boolean isAlphanumeric =
        (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    return isAlphanumeric || "!$%&'()*+,-.:;=[]_~".indexOf(c) >= 0;
  }

  private static final class Counting extends HttpConnection {
    private final int most;

    Counting(HttpConfiguration http, Connector connector, EndPoint endPoint, int most) {
      super(http, connector, endPoint);
      this.most = most;
    }

    @Override
    protected RequestHandler newRequestHandler() {
      // Called by the constructor above, when the field is not set yet.
      return new RequestHandler() {
        private int fields;

        @Override
        public void startRequest(String method, String uri, HttpVersion version) {
          fields = 0;
          super.startRequest(method, uri, version);
        }

        @Override
        public void parsedHeader(HttpField field) {
          count();
          if (field.getHeader() != HttpHeader.HOST || namesHost(field)) {
            super.parsedHeader(field);
          }
        }

        /** Fields behind a body in chunks: they add to those before it. */
        @Override
        public void parsedTrailer(HttpField field) {
          count();
          super.parsedTrailer(field);
        }

        private void count() {
          fields++;
          if (fields > most) {
            throw new TooManyException(most);
          }
        }
      };
    }
  }
}
