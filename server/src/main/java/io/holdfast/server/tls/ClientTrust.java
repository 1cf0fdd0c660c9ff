package io.holdfast.server.tls;

import java.io.IOException;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/** The check of client certificates. */
final class ClientTrust extends X509ExtendedTrustManager {
  private final @Nullable X509ExtendedTrustManager verifier;
  private final List<X509Certificate> authorities;
  private final @Nullable AllowedNames allowedNames;

  private ClientTrust(
      @Nullable X509ExtendedTrustManager verifier,
      List<X509Certificate> authorities,
      @Nullable AllowedNames allowedNames) {
    this.verifier = verifier;
    this.authorities = authorities;
    this.allowedNames = allowedNames;
  }

  static ClientTrust of(TlsSettings.Clients clients) throws GeneralSecurityException {
    List<X509Certificate> authorities = clients.authorities();
    return new ClientTrust(
        clients.auth().verifies() ? verifier(authorities) : null,
        authorities,
        clients.allowedNames().isEmpty() ? null : new AllowedNames(clients.allowedNames()));
  }

  /**
   * Returns the verifier. Without configured authorities, those of the system count, as with the
   * Pushgateway.
   */
  private static X509ExtendedTrustManager verifier(List<X509Certificate> authorities)
      throws GeneralSecurityException {
    TrustManagerFactory factory =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    factory.init(authorities.isEmpty() ? null : keyStore(authorities));
    return (X509ExtendedTrustManager) factory.getTrustManagers()[0];
  }

  private static KeyStore keyStore(List<X509Certificate> authorities)
      throws GeneralSecurityException {
    KeyStore store = KeyStore.getInstance("PKCS12");
    try {
      store.load(null, null);
    } catch (IOException e) {
      throw new IllegalStateException("an empty key store cannot be made", e);
    }
    for (int i = 0; i < authorities.size(); i++) {
      store.setCertificateEntry("authority-" + i, authorities.get(i));
    }
    return store;
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
      throws CertificateException {
    if (verifier != null) {
      verifier.checkClientTrusted(chain, authType, engine);
      // The verifier accepts an authority's own certificate without this check.
      chain[0].checkValidity();
    }
    if (allowedNames != null && !allowedNames.allow(chain[0])) {
      throw new CertificateException(
          "client certificate: none of its alternative names is among client_allowed_sans");
    }
  }

  @Override
  public X509Certificate[] getAcceptedIssuers() {
    return authorities.toArray(X509Certificate[]::new);
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType)
      throws CertificateException {
    throw new CertificateException("expected: a check within a connection");
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket)
      throws CertificateException {
    throw new CertificateException("expected: a check within an engine's connection");
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType)
      throws CertificateException {
    throw new CertificateException("expected: a client");
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket)
      throws CertificateException {
    throw new CertificateException("expected: a client");
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
      throws CertificateException {
    throw new CertificateException("expected: a client");
  }
}
