package io.holdfast.server.webconfig;

import io.holdfast.server.access.PasswordHash;
import io.holdfast.server.access.RateLimit;
import io.holdfast.server.access.Users;
import io.holdfast.server.tls.CipherSuites;
import io.holdfast.server.tls.TlsSettings;
import io.holdfast.server.tls.TlsVersion;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The reader of a web config file and the files that it names. Nothing is guessed or skipped. */
final class WebConfigReader {
  /** The headers that can be set. A header with an empty list can have any value. */
  private static final Map<String, List<String>> HEADERS =
      Map.of(
          "Strict-Transport-Security", List.of(),
          "X-Content-Type-Options", List.of("nosniff"),
          "X-Frame-Options", List.of("deny", "sameorigin"),
          "X-XSS-Protection", List.of(),
          "Content-Security-Policy", List.of());

  private final Function<String, Duration> durations;

  /**
   * Creates the reader.
   *
   * @param durations reads a duration in the form of the command line; throws
   *     IllegalArgumentException for anything else
   */
  WebConfigReader(Function<String, Duration> durations) {
    this.durations = durations;
  }

  /**
   * Reads the file.
   *
   * @param files reads the needed files, and watches them from then on
   * @throws BadWebConfigException if a file cannot be used
   */
  WebConfig read(Path file, WatchedFiles files) throws BadWebConfigException {
    YamlMapping root = YamlMapping.parse(file, content(file, files));
    YamlMapping http = root.mapping("http_server_config");
    boolean http2 = http.flag("http2", true);
    Map<String, String> headers = headers(http.mapping("headers"));
    http.refuseOthers();
    YamlMapping tlsKeys = root.mapping("tls_server_config");
    TlsSettings tls = new TlsConfigReader(tlsKeys, directory(file), files).read();
    if (tls != null && http2) {
      refuseUnfitForHttp2(tlsKeys, tls.handshake());
    }
    Users users = users(root.mapping("basic_auth_users"));
    RateLimit rateLimit = rateLimit(root.mapping("rate_limit"));
    root.refuseOthers();
    return new WebConfig(tls, http2, headers, users, rateLimit);
  }

  private static byte[] content(Path file, WatchedFiles files) throws BadWebConfigException {
    try {
      return files.read(file);
    } catch (IOException e) {
      throw new BadWebConfigException(file, "expected: a file that can be read; " + e);
    }
  }

  private static Path directory(Path file) {
    Path parent = file.toAbsolutePath().getParent();
    return parent == null ? file : parent;
  }

  private static Map<String, String> headers(YamlMapping headers) throws BadWebConfigException {
    Map<String, String> values = new LinkedHashMap<>();
    for (String name : headers.keys()) {
      List<String> allowed = HEADERS.get(name);
      if (allowed == null) {
        throw headers.bad(
            name,
            "cannot be set (expected: one of "
                + String.join(", ", HEADERS.keySet().stream().sorted().toList())
                + ")");
      }
      Optional<String> value = headers.nonEmptyText(name);
      if (value.isEmpty()) {
        continue;
      }
      if (!allowed.isEmpty() && !allowed.contains(value.get())) {
        throw headers.bad(
            name, "\"%s\" (expected: %s)".formatted(value.get(), String.join(" or ", allowed)));
      }
      if (!value.get().chars().allMatch(c -> c >= ' ' && c < 0x7f)) {
        throw headers.bad(name, "a character that no header may have (expected: printable ASCII)");
      }
      values.put(name, value.get());
    }
    return Collections.unmodifiableMap(values);
  }

  /**
   * Refuses settings without the cipher suites that HTTP/2 clients need. Go refuses to start with
   * such settings.
   */
  private static void refuseUnfitForHttp2(YamlMapping tls, TlsSettings.Handshake handshake)
      throws BadWebConfigException {
    if (handshake.versions().get(0).compareTo(TlsVersion.TLS13) < 0
        && Collections.disjoint(handshake.cipherSuites(), CipherSuites.HTTP2_NEEDS)) {
      throw tls.bad(
          "cipher_suites",
          "none that HTTP/2 needs (expected: one of %s, or http_server_config.http2: false)"
              .formatted(String.join(", ", CipherSuites.HTTP2_NEEDS)));
    }
  }

  private static Users users(YamlMapping users) throws BadWebConfigException {
    Map<String, PasswordHash> hashes = new LinkedHashMap<>();
    for (String name : users.keys()) {
      try {
        hashes.put(name, new PasswordHash(users.text(name).orElse("")));
      } catch (IllegalArgumentException e) {
        throw users.bad(name, String.valueOf(e.getMessage()));
      }
    }
    return new Users(hashes);
  }

  private @Nullable RateLimit rateLimit(YamlMapping limit) throws BadWebConfigException {
    Duration interval = Duration.ZERO;
    try {
      interval = durations.apply(limit.text("interval").orElse("0"));
    } catch (IllegalArgumentException e) {
      throw limit.bad("interval", String.valueOf(e.getMessage()));
    }
    int burst = burst(limit);
    limit.refuseOthers();
    if (interval.isZero()) {
      return null;
    }
    if (burst == 0) {
      throw limit.bad(
          "burst", "0, which would refuse every request (expected: 1 or more, or no interval)");
    }
    return new RateLimit(interval, burst);
  }

  private static int burst(YamlMapping limit) throws BadWebConfigException {
    String burst = limit.text("burst").orElse("0");
    try {
      int number = Integer.parseInt(burst);
      if (number >= 0) {
        return number;
      }
    } catch (NumberFormatException e) {
      // The exception below reports it.
    }
    throw limit.bad("burst", "\"" + burst + "\" (expected: a number of requests)");
  }
}
