package io.holdfast.server.tls;

import java.util.ArrayList;
import java.util.List;
import org.eclipse.jetty.alpn.server.ALPNServerConnectionFactory;
import org.eclipse.jetty.http2.server.HTTP2ServerConnectionFactory;
import org.eclipse.jetty.io.ssl.SslHandshakeListener;
import org.eclipse.jetty.server.ConnectionFactory;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.SslConnectionFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The factory of connections that begin with TLS. They continue with HTTP/2 or 1.1, by the client's
 * choice.
 *
 * <pre>
 * PlainTextRefusal               refuses plain HTTP, with the reason
 *   SslConnectionFactory         LiveTls: the settings of the moment
 *     ALPN                       asks for h2 or http/1.1
 *       HTTP/2, HTTP/1.1
 * </pre>
 */
public final class SecureConnections {
  private static final Logger log = LoggerFactory.getLogger(SecureConnections.class);
  private static final String ALPN = "alpn";

  /** ALPN's name of HTTP/1.1. Jetty also finds its factory of HTTP/1.1 by this name. */
  private static final String HTTP_1_1 = "http/1.1";

  /** The number that Go's server allows. */
  private static final int MAX_CONCURRENT_STREAMS = 250;

  private final LiveTls tls;
  private final boolean http2;
  private final Runnable handshakeFailed;

  /**
   * Creates the factory.
   *
   * @param handshakeFailed run for each failed handshake
   */
  public SecureConnections(TlsSettings settings, boolean http2, Runnable handshakeFailed) {
    this.tls = new LiveTls(settings);
    this.http2 = http2;
    this.handshakeFailed = handshakeFailed;
  }

  /** Uses other settings from now on, for new connections. */
  public void use(TlsSettings settings) {
    tls.use(settings);
  }

  /**
   * Returns the factories for a connector, in the order of use.
   *
   * @param http1 makes the connections of HTTP/1.1; its configuration serves all connections
   */
  public List<ConnectionFactory> factories(HttpConnectionFactory http1) {
    HttpConfiguration http = http1.getHttpConfiguration();
    SslConnectionFactory ssl = new SslConnectionFactory(tls, ALPN);
    // This check would refuse requests whose host is not in the certificate. Clients also use
    // addresses.
    ssl.setEnsureSecureRequestCustomizer(false);
    ssl.addBean(new FailedHandshakes());
    List<ConnectionFactory> factories = new ArrayList<>();
    factories.add(new PlainTextRefusal(ssl));
    ALPNServerConnectionFactory alpn =
        http2
            ? new ALPNServerConnectionFactory("h2", HTTP_1_1)
            : new ALPNServerConnectionFactory(HTTP_1_1);
    // The choice for clients without ALPN.
    alpn.setDefaultProtocol(HTTP_1_1);
    factories.add(alpn);
    if (http2) {
      HTTP2ServerConnectionFactory h2 = new HTTP2ServerConnectionFactory(http);
      h2.setMaxConcurrentStreams(MAX_CONCURRENT_STREAMS);
      factories.add(h2);
    }
    factories.add(http1);
    return factories;
  }

  /**
   * The listener that counts failed handshakes. Any client can cause any number of them, so they
   * are logged at debug.
   */
  private final class FailedHandshakes implements SslHandshakeListener {
    @Override
    public void handshakeFailed(Event event, Throwable failure) {
      handshakeFailed.run();
      log.atDebug()
          .addKeyValue("source", event.getSSLEngine().getPeerHost())
          .addKeyValue("err", failure.getMessage())
          .log("TLS handshake failed");
    }
  }
}
