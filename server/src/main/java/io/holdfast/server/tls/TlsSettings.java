package io.holdfast.server.tls;

import java.security.cert.X509Certificate;
import java.util.List;

/** TLS as it was asked for, complete and checked. */
public record TlsSettings(ServerIdentity identity, Clients clients, Handshake handshake) {

  /**
   * What is asked of clients.
   *
   * @param authorities that certificates are verified against; empty for those of the system
   * @param allowedNames empty if any will do
   */
  public record Clients(
      ClientAuth auth, List<X509Certificate> authorities, List<String> allowedNames) {

    /** Names can only be looked for in a certificate: who has none does not have the name. */
    boolean mustShowCertificate() {
      return auth.requires() || !allowedNames.isEmpty();
    }
  }

  /**
   * What is agreed on with a client.
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
