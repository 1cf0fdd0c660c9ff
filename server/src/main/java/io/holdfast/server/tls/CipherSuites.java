package io.holdfast.server.tls;

import java.util.List;
import java.util.stream.Stream;

/** The cipher suites that Go takes for secure. Go and the JDK call them the same. */
public final class CipherSuites {
  /** In versions since 1.3 these are always on, as they are in Go. */
  static final List<String> SINCE_1_3 =
      List.of("TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256");

  /** Those of versions before 1.3, the best first: what is offered if nothing is asked for. */
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

  /** Whoever speaks HTTP/2 over TLS 1.2 must be able to use one of these. */
  public static final List<String> HTTP2_NEEDS =
      List.of("TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256");

  private CipherSuites() {}

  /** Whether the web config file may name it. */
  public static boolean isKnown(String name) {
    return BEFORE_1_3.contains(name) || SINCE_1_3.contains(name);
  }

  /** All that are offered if these are asked for. */
  static String[] offered(List<String> askedFor) {
    return Stream.concat(SINCE_1_3.stream(), askedFor.stream().filter(BEFORE_1_3::contains))
        .toArray(String[]::new);
  }
}
