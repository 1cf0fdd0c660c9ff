package io.holdfast.server.http;

import static java.util.Objects.requireNonNull;

import java.nio.ByteBuffer;
import org.eclipse.jetty.http.HostPortHttpField;
import org.eclipse.jetty.http.HttpCompliance;
import org.eclipse.jetty.http.HttpException;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpParser;
import org.eclipse.jetty.http.HttpVersion;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.internal.HttpConnection;
import org.eclipse.jetty.util.BufferUtil;
import org.jspecify.annotations.Nullable;

/**
 * The factory of connections that read heads as Go's servers do.
 *
 * <p>A connection reads no more header fields than a request may have. A limit on bytes alone does
 * not bound memory. A field of four bytes becomes an object with two strings, fifteen times as
 * large. A client can also stop before the head ends.
 *
 * <p>A connection takes an empty {@code Host}, and {@code name:} without a port. It refuses
 * characters that no host name has. Jetty is either stricter or looser than that.
 *
 * <p>A connection refuses a line that begins with a colon.
 */
final class HeaderFields extends HttpConnectionFactory {
  private final int most;

  HeaderFields(HttpConfiguration http, int most) {
    super(http);
    this.most = most;
  }

  /** The refusal of a head with more fields than a request may have. */
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

  /** Returns whether the field names a host. Otherwise the field counts as absent. */
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

    // The superclass constructor has set the field before this constructor continues.
    private HttpParser.@Nullable RequestHandler handler;

    Counting(HttpConfiguration http, Connector connector, EndPoint endPoint, int most) {
      super(http, connector, endPoint);
      this.most = most;
    }

    @Override
    protected RequestHandler newRequestHandler() {
      // The superclass constructor calls this method, when the limit is not set yet.
      RequestHandler counting = new CountingHandler();
      handler = counting;
      return counting;
    }

    @Override
    protected HttpParser newHttpParser(HttpCompliance compliance) {
      HttpConfiguration http = getHttpConfiguration();
      Parser parser =
          new Parser(requireNonNull(handler, "handler"), http.getRequestHeaderSize(), compliance);
      parser.setHeaderCacheSize(http.getHeaderCacheSize());
      parser.setHeaderCacheCaseSensitive(http.isHeaderCacheCaseSensitive());
      return parser;
    }

    private final class CountingHandler extends RequestHandler {
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

      /** Counts the fields behind a chunked body together with the fields before it. */
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
    }
  }

  /**
   * A parser that refuses a line which begins with a colon. Jetty's parser takes such a line as a
   * continuation of the line before. A proxy could then see other fields than this server.
   */
  private static final class Parser extends HttpParser {
    private ByteBuffer read = BufferUtil.EMPTY_BUFFER;

    Parser(HttpParser.RequestHandler handler, int maxHeaderBytes, HttpCompliance compliance) {
      super(handler, maxHeaderBytes, compliance);
    }

    @Override
    public boolean parseNext(ByteBuffer buffer) {
      read = buffer;
      try {
        return super.parseNext(buffer);
      } finally {
        read = BufferUtil.EMPTY_BUFFER;
      }
    }

    @Override
    protected void checkViolation(HttpCompliance.Violation violation) {
      if (violation == HttpCompliance.Violation.MULTILINE_FIELD_VALUE
          && read.get(read.position() - 1) == ':') {
        throw new HttpException.RuntimeException(
            400, "header line without a name (expected: name: value)");
      }
      super.checkViolation(violation);
    }
  }
}
