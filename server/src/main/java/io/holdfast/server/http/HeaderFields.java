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
 * Makes connections that read heads as Go's servers do.
 *
 * <p>They read no more header fields than a request may have. A limit on bytes alone does not bound
 * memory: a field of four bytes on the wire is an object with two strings, which take fifteen times
 * as much, and a client may stop before the head ends.
 *
 * <p>They take an empty {@code Host}, and {@code name:} without a port, and refuse characters that
 * are in no host's name. Jetty is stricter or looser, but nothing between.
 *
 * <p>They refuse a line that begins with a colon.
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

    // Set by the constructor above, before that of this class goes on.
    private HttpParser.@Nullable RequestHandler handler;

    Counting(HttpConfiguration http, Connector connector, EndPoint endPoint, int most) {
      super(http, connector, endPoint);
      this.most = most;
    }

    @Override
    protected RequestHandler newRequestHandler() {
      // Called by the constructor above, when the limit is not set yet.
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
    }
  }

  /**
   * A parser that refuses a line which begins with a colon. Jetty's parser reads such a line as
   * more of the line before it, so that a proxy could see other fields than this server.
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
