package io.holdfast.server.tls;

/** The versions of TLS, the oldest first, by their names in the web config file. */
public enum TlsVersion {
  TLS10("TLSv1"),
  TLS11("TLSv1.1"),
  TLS12("TLSv1.2"),
  TLS13("TLSv1.3");

  private final String protocol;

  TlsVersion(String protocol) {
    this.protocol = protocol;
  }

  /** Returns the JDK's name. */
  String protocol() {
    return protocol;
  }

  /** Returns whether the JDK refuses the version by default. */
  boolean isLegacy() {
    return compareTo(TLS12) < 0;
  }
}
