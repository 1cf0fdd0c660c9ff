package io.holdfast.server.tls;

import java.security.cert.X509Certificate;
import java.util.List;

/** The TLS settings, complete and checked. */
public record TlsSettings(ServerIdentity identity, Clients clients, Handshake handshake) {

  /**
   * The demands on clients.
   *
   * @param authorities that certificates are verified against; empty for those of the system
   * @param allowedNames empty if any name is allowed
   */
  public record Clients(
      ClientAuth auth, List<X509Certificate> authorities, List<String> allowedNames) {

    /**
     * Returns whether a client must show a certificate. Allowed names need one, because a client
     * without a certificate has no name.
     */
    boolean mustShowCertificate() {
      return auth.requires() || !allowedNames.isEmpty();
    }
  }

  /**
   * The terms of a connection.
   *
   * @param versions not empty, the oldest first
   * @param cipherSuites for versions before 1.3, the preferred first
   * @param serverChooses whether the order of the suites counts, or the client's order
   * @param curves empty for the JDK's own choice
   */
  public record Handshake(
      List<TlsVersion> versions,
      List<String> cipherSuites,
      boolean serverChooses,
      List<Curve> curves) {}
}
