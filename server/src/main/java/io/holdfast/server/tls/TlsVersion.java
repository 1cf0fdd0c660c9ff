package io.holdfast.server.tls;

/** Versions of TLS, the oldest first, by the names of the web config file. */
public enum TlsVersion {
  TLS10("TLSv1"),
  TLS11("TLSv1.1"),
  TLS12("TLSv1.2"),
  TLS13("TLSv1.3");

  private final String protocol;

  TlsVersion(String protocol) {
    this.protocol = protocol;
  }

  /** The JDK's name. */
  String protocol() {
    return protocol;
  }

  /** The JDK refuses these unless it is told otherwise. */
  boolean isLegacy() {
    return compareTo(TLS12) < 0;
  }
}
