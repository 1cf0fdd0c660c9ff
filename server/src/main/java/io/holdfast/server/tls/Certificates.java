package io.holdfast.server.tls;

import java.io.ByteArrayInputStream;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;

/** The reader of certificates. */
public final class Certificates {
  private Certificates() {}

  /**
   * Returns all certificates of a PEM text, in its order. Other blocks are skipped.
   *
   * @throws IllegalArgumentException if there is no certificate, or one cannot be read; the message
   *     has the expected form
   */
  public static List<X509Certificate> read(byte[] pem) {
    List<X509Certificate> certificates = new ArrayList<>();
    for (Pem block : Pem.blocks(pem)) {
      if (block.type().equals("CERTIFICATE")) {
        certificates.add(certificate(block.der()));
      }
    }
    if (certificates.isEmpty()) {
      throw new IllegalArgumentException(
          "no certificate (expected: PEM with at least one block \"CERTIFICATE\")");
    }
    return List.copyOf(certificates);
  }

  private static X509Certificate certificate(byte[] der) {
    try {
      return (X509Certificate)
          CertificateFactory.getInstance("X.509")
              .generateCertificate(new ByteArrayInputStream(der));
    } catch (CertificateException e) {
      throw new IllegalArgumentException(
          "a certificate that cannot be read: " + e.getMessage() + " (expected: X.509)", e);
    }
  }
}
