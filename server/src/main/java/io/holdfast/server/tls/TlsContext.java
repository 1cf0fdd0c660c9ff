package io.holdfast.server.tls;

import java.security.GeneralSecurityException;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManager;

/**
 * The settings, ready to make connections. Sessions are resumed within one context only. After a
 * change of the settings, every client shows its certificate again.
 */
final class TlsContext {
  private final TlsSettings settings;
  private final SSLContext context;

  TlsContext(TlsSettings settings) {
    this.settings = settings;
    try {
      context = SSLContext.getInstance("TLS");
      context.init(
          new KeyManager[] {new IdentityKeyManager(settings.identity())},
          new TrustManager[] {ClientTrust.of(settings.clients())},
          null);
    } catch (GeneralSecurityException e) {
      // The settings have been checked, so the only reason is a JDK without TLS.
      throw new IllegalStateException("TLS cannot be set up: " + e.getMessage(), e);
    }
  }

  SSLContext context() {
    return context;
  }

  /** Returns the engine for a connection from this address. */
  SSLEngine engine(String host, int port) {
    SSLEngine engine = context.createSSLEngine(host, port);
    engine.setUseClientMode(false);
    engine.setSSLParameters(parameters());
    return engine;
  }

  private SSLParameters parameters() {
    TlsSettings.Handshake handshake = settings.handshake();
    SSLParameters parameters = new SSLParameters();
    parameters.setProtocols(
        handshake.versions().stream().map(TlsVersion::protocol).toArray(String[]::new));
    parameters.setCipherSuites(CipherSuites.offered(handshake.cipherSuites()));
    parameters.setUseCipherSuitesOrder(handshake.serverChooses());
    ProcessWideTls.setCurves(parameters, handshake.curves());
    if (settings.clients().mustShowCertificate()) {
      parameters.setNeedClientAuth(true);
    } else if (settings.clients().auth().asks()) {
      parameters.setWantClientAuth(true);
    }
    return parameters;
  }
}
