package io.holdfast.server.tls;

import java.util.List;
import java.util.stream.Stream;

/** The cipher suites that Go considers secure. Go and the JDK have the same names for them. */
public final class CipherSuites {
  /** The suites since version 1.3. They are always on, as in Go. */
  static final List<String> SINCE_1_3 =
      List.of("TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256");

  /** The suites of versions before 1.3, the best first. They are offered if the file names none. */
  public static final List<String> BEFORE_1_3 =
      List.of(
          "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
          "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
          "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
          "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
          "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
          "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256",
          "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA",
          "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA",
          "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA",
          "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA");

  /** A client with HTTP/2 over TLS 1.2 must be able to use one of these suites. */
  public static final List<String> HTTP2_NEEDS =
      List.of("TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256");

  private CipherSuites() {}

  /** Returns whether the web config file can name the suite. */
  public static boolean isKnown(String name) {
    return BEFORE_1_3.contains(name) || SINCE_1_3.contains(name);
  }

  /** Returns the suites to offer if the file names these. */
  static String[] offered(List<String> askedFor) {
    return Stream.concat(SINCE_1_3.stream(), askedFor.stream().filter(BEFORE_1_3::contains))
        .toArray(String[]::new);
  }
}
