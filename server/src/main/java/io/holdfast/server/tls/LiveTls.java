package io.holdfast.server.tls;

import java.net.InetSocketAddress;
import javax.net.ssl.SSLEngine;
import org.eclipse.jetty.util.ssl.SslContextFactory;

/**
 * Makes each connection with the settings of that moment. Of what Jetty can do here nothing is
 * used: it would take its own choice of suites and versions, and has no PEM.
 *
 * <p>Concurrency: any threads.
 */
final class LiveTls extends SslContextFactory.Server {
  private volatile TlsContext current;

  LiveTls(TlsSettings settings) {
    current = new TlsContext(settings);
    // Jetty reads none from a file then.
    setSslContext(current.context());
  }

  void use(TlsSettings settings) {
    current = new TlsContext(settings);
  }

  @Override
  public SSLEngine newSSLEngine() {
    return newSSLEngine("", -1);
  }

  @Override
  public SSLEngine newSSLEngine(String host, int port) {
    return current.engine(host, port);
  }

  @Override
  public SSLEngine newSSLEngine(InetSocketAddress address) {
    return newSSLEngine(address.getHostString(), address.getPort());
  }
}
