package io.holdfast.server.tls;

import java.net.InetSocketAddress;
import javax.net.ssl.SSLEngine;
import org.eclipse.jetty.util.ssl.SslContextFactory;

/**
 * The TLS factory that makes each connection with the settings of that moment. It uses none of
 * Jetty's settings: Jetty would choose suites and versions itself, and cannot read PEM.
 *
 * <p>Concurrency: any thread may use it.
 */
final class LiveTls extends SslContextFactory.Server {
  private volatile TlsContext current;

  LiveTls(TlsSettings settings) {
    current = new TlsContext(settings);
    // With a context set, Jetty reads no key store from a file.
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
