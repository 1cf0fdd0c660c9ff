package io.holdfast.server.webconfig;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.server.access.RateLimit;
import io.holdfast.server.tls.CipherSuites;
import io.holdfast.server.tls.ClientAuth;
import io.holdfast.server.tls.Curve;
import io.holdfast.server.tls.TestAuthority;
import io.holdfast.server.tls.TlsSettings;
import io.holdfast.server.tls.TlsVersion;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class WebConfigReaderTest {
  private static final String HASH = "$2y$10$X0h1gDsPszWURQaxFh.zoubFi6DXncSjhoQNJgRrnGs7EsimhC7zG";
  private static final String IDENTITY = "cert_file: server.crt, key_file: server.key";

  @TempDir static Path directory;

  @BeforeAll
  static void issue() throws IOException {
    TestAuthority authority = TestAuthority.create(directory, "ca");
    authority.issueServer("server");
    authority.issueServer("other");
    Files.writeString(directory.resolve("junk.pem"), "junk\n");
    Files.createDirectory(directory.resolve("folder"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "# nothing\n",
        "---\n",
        "~\n",
        "tls_server_config:\nhttp_server_config:\nbasic_auth_users:\nrate_limit:\n",
        "tls_server_config: {cert_file: , client_allowed_sans: ~}\n",
        "http_server_config: {headers: }\n",
      })
  void nothing_isPlainHttpForEverybody(String yaml) throws Exception {
    WebConfig config = read(yaml);

    assertNull(config.tls());
    assertTrue(config.http2());
    assertEquals(Map.of(), config.headers());
    assertTrue(config.users().isEmpty());
    assertNull(config.rateLimit());
  }

  @Test
  void tls_hasDefaults() throws Exception {
    TlsSettings tls = tls(IDENTITY);

    assertEquals(
        new TlsSettings.Handshake(
            List.of(TlsVersion.TLS12, TlsVersion.TLS13), CipherSuites.BEFORE_1_3, true, List.of()),
        tls.handshake());
    assertEquals(new TlsSettings.Clients(ClientAuth.NONE, List.of(), List.of()), tls.clients());
    assertEquals("CN=server", subject(tls.identity().chain()));
  }

  @Test
  void everyKey_isRead() throws Exception {
    WebConfig config =
        read(
            """
            tls_server_config:
              cert_file: server.crt
              key_file: server.key
              client_auth_type: RequireAndVerifyClientCert
              client_ca_file: ca.crt
              client_allowed_sans:
                - client.example
                - 10.0.0.7
              min_version: TLS10
              max_version: TLS12
              cipher_suites:
                - TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256
                - TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA
                - TLS_AES_128_GCM_SHA256
              prefer_server_cipher_suites: false
              curve_preferences: [CurveP521, X25519, CurveP256, CurveP384]
            http_server_config:
              http2: false
              headers:
                Content-Security-Policy: default-src 'self'
                X-Frame-Options: deny
                X-Content-Type-Options: nosniff
                X-XSS-Protection: 1; mode=block
                Strict-Transport-Security: max-age=31536000
            basic_auth_users:
              alice: %s
              1: %s
            rate_limit:
              interval: 1m30s
              burst: 20
            """
                .formatted(HASH, HASH));

    TlsSettings tls = Objects.requireNonNull(config.tls());
    assertEquals(
        new TlsSettings.Handshake(
            List.of(TlsVersion.TLS10, TlsVersion.TLS11, TlsVersion.TLS12),
            List.of(
                "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
                "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA",
                "TLS_AES_128_GCM_SHA256"),
            false,
            List.of(Curve.P521, Curve.X25519, Curve.P256, Curve.P384)),
        tls.handshake());
    assertEquals(ClientAuth.REQUIRE_AND_VERIFY, tls.clients().auth());
    assertEquals("CN=ca", subject(tls.clients().authorities()));
    assertEquals(List.of("client.example", "10.0.0.7"), tls.clients().allowedNames());
    assertFalse(config.http2());
    assertEquals(
        Map.of(
            "Content-Security-Policy", "default-src 'self'",
            "X-Frame-Options", "deny",
            "X-Content-Type-Options", "nosniff",
            "X-XSS-Protection", "1; mode=block",
            "Strict-Transport-Security", "max-age=31536000"),
        config.headers());
    assertFalse(config.users().isEmpty());
    assertEquals(new RateLimit(Duration.ofSeconds(90), 20), config.rateLimit());
  }

  @Test
  void certificateAndKey_mayStandInTheFile() throws Exception {
    String yaml =
        "tls_server_config:\n  client_auth_type: VerifyClientCertIfGiven\n"
            + block("cert", "server.crt")
            + block("key", "server.key")
            + block("client_ca", "ca.crt");

    TlsSettings tls = Objects.requireNonNull(read(yaml).tls());

    assertEquals("CN=server", subject(tls.identity().chain()));
    assertEquals("CN=ca", subject(tls.clients().authorities()));
  }

  @ParameterizedTest
  @CsvSource({
    "NoClientCert, NONE",
    "RequestClientCert, REQUEST",
    "RequireAnyClientCert, REQUIRE_ANY",
    "RequireClientCert, REQUIRE_ANY",
    "VerifyClientCertIfGiven, VERIFY_IF_GIVEN",
    "RequireAndVerifyClientCert, REQUIRE_AND_VERIFY",
    "'', NONE",
  })
  void clientAuthType_isOneOfGos(String name, ClientAuth expected) throws Exception {
    assertEquals(expected, tls(IDENTITY + ", client_auth_type: '" + name + "'").clients().auth());
  }

  @ParameterizedTest
  @CsvSource({"yes, true", "on, true", "True, true", "no, false", "off, false", "n, false"})
  void switches_areReadAsInYaml1_1(String word, boolean expected) throws Exception {
    assertEquals(expected, read("http_server_config: {http2: " + word + "}").http2());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "http_server_config: {headers: {X-Frame-Options: ''}}",
        "http_server_config: {headers: {X-Frame-Options: sameorigin, X-XSS-Protection: }}",
        "rate_limit: {burst: 5}",
        "rate_limit: {interval: 0, burst: 0}",
        "rate_limit: {interval: 0s}",
      })
  void whatIsUnset_isLeftOut(String yaml) throws Exception {
    assertNull(read(yaml).rateLimit());
  }

  @Test
  void http2_needsNoSuite_ifTurnedOff_orSinceTls13() throws Exception {
    String cbc = IDENTITY + ", cipher_suites: [TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA]";

    assertFalse(
        read("{http_server_config: {http2: no}, tls_server_config: {" + cbc + "}}").http2());
    assertTrue(read("tls_server_config: {" + cbc + ", min_version: TLS13}").http2());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "a | line 1: expected: keys and values",
        "[a] | line 1: expected: keys and values",
        "a: 1 | line 1: a: unknown key (expected: one of basic_auth_users, http_server_config, ",
        "tls_server_config: {cert_fil: a} | line 1: tls_server_config.cert_fil: unknown key (exp",
        "http_server_config: {http3: a} | line 1: http_server_config.http3: unknown key (expected",
        "rate_limit: {brust: 1} | line 1: rate_limit.brust: unknown key (expected: one of burst,",
        "tls_server_config: 1 | line 1: tls_server_config: expected: keys and values",
        "rate_limit: {burst: 1, burst: 2} | line 1: rate_limit.burst: twice (expected: once)",
        "a: {b | line 1: not YAML: ",
        "a: *b | line 1: not YAML: ",
        "http_server_config: {http2: maybe} | line 1: http_server_config.http2: \"maybe\" (expected: t",
        "http_server_config: {http2: 'true'} | line 1: http_server_config.http2: \"true\" (expected: tr",
        "http_server_config: {http2: [true]} | line 1: http_server_config.http2: keys or a list (e",
        "http_server_config: {headers: {Server: a}} | line 1: http_server_config.headers.Server: ",
        "http_server_config: {headers: {x-frame-options: deny}} | line 1: http_server_config.head",
        "http_server_config: {headers: {X-Frame-Options: DENY}} | line 1: http_server_config.head",
        "http_server_config: {headers: {X-Content-Type-Options: sniff}} | line 1: http_server_con",
        "http_server_config: {headers: {X-XSS-Protection: \"a\\nb\"}} | line 1: http_server_config.he",
        "basic_auth_users: {alice: secret} | line 1: basic_auth_users.alice: not a bcrypt hash (ex",
        "basic_auth_users: {alice: } | line 1: basic_auth_users.alice: not a bcrypt hash (expected",
        "rate_limit: {interval: 1s} | rate_limit.burst: 0, which would refuse every request (expec",
        "rate_limit: {interval: 1, burst: 1} | line 1: rate_limit.interval: \"1\" (expected: a durat",
        "rate_limit: {interval: -1s, burst: 1} | line 1: rate_limit.interval: \"-1s\" (expected: a d",
        "rate_limit: {interval: 1s, burst: -1} | line 1: rate_limit.burst: \"-1\" (expected: a number",
        "rate_limit: {interval: 1s, burst: many} | line 1: rate_limit.burst: \"many\" (expected: a nu",
      })
  void badKeysAndValues_areRefused_withWhatWasExpected(String yaml, String reason) {
    assertRefused(yaml, reason);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "min_version: TLS12 | tls_server_config.cert_file: missing (expected: cert_file or cert)",
        "client_auth_type: NoClientCert | tls_server_config.cert_file: missing (expected: cert_fi",
        "key_file: server.key | tls_server_config.cert_file: missing (expected: cert_file or cert)",
        "cert_file: server.crt | tls_server_config.key_file: missing (expected: key_file or key)",
        "cert_file: no, key_file: server.key | line 1: tls_server_config.cert_file: \"no\" (expec",
        "cert_file: server.crt, key_file: no | line 1: tls_server_config.key_file: \"no\" (expected",
        "cert_file: folder, key_file: no | line 1: tls_server_config.cert_file: \"folder\" (expected",
        "cert_file: junk.pem, key_file: server.key | line 1: tls_server_config.cert_file: \"junk.p",
        "cert_file: server.crt, key_file: junk.pem | line 1: tls_server_config.key_file: \"junk.p",
        "cert_file: server.crt, key_file: other.key | line 1: tls_server_config.key_file: \"other.",
        "cert: junk, key_file: server.key | line 1: tls_server_config.cert: no certificate (expec",
        "cert_file: server.crt, key: junk | line 1: tls_server_config.key: no private key (expect",
        "cert_file: a, cert: b | line 1: tls_server_config.cert: given beside cert_file (expected",
        "key_file: a, key: b | line 1: tls_server_config.key: given beside key_file (expected: on",
      })
  void badCertificates_areRefused(String keys, String reason) {
    assertRefused("tls_server_config: {" + keys + "}", reason);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "client_auth_type: Maybe | client_auth_type: \"Maybe\" (expected: one of NoClientCert, Requ",
        "client_ca_file: ca.crt | client_ca_file: beside client_auth_type: NoClientCert, which takes",
        "client_allowed_sans: [a] | client_allowed_sans: beside client_auth_type: NoClientCert, wh",
        "client_auth_type: RequireAnyClientCert, client_ca_file: ca.crt, client_allowed_sans: [a]"
            + " | client_ca_file: beside client_auth_type: RequireAnyClientCert, which takes",
        "client_auth_type: RequireAnyClientCert, client_allowed_sans: [a] | client_allowed_sans: be",
        "client_auth_type: RequestClientCert, client_ca_file: ca.crt | client_ca_file: beside clie",
        "client_auth_type: RequireClientCert, client_ca_file: ca.crt | client_ca_file: beside clie",
        "client_auth_type: VerifyClientCertIfGiven, client_allowed_sans: [] | client_allowed_sans: an em",
        "client_auth_type: VerifyClientCertIfGiven, client_allowed_sans: a | client_allowed_sans: not a",
        "client_auth_type: VerifyClientCertIfGiven, client_ca_file: no | client_ca_file: \"no\" (expected:",
        "client_auth_type: VerifyClientCertIfGiven, client_ca_file: junk.pem | client_ca_file: \"junk.pem",
        "client_auth_type: VerifyClientCertIfGiven, client_ca: junk | client_ca: no certificate (expecte",
        "client_auth_type: VerifyClientCertIfGiven, client_ca: a, client_ca_file: b | client_ca: given b",
        "min_version: TLS14 | min_version: \"TLS14\" (expected: one of TLS10, TLS11, TLS12, TLS13)",
        "min_version: '' | min_version: \"\" (expected: one of TLS10, TLS11, TLS12, TLS13)",
        "max_version: tls12 | max_version: \"tls12\" (expected: one of TLS10, TLS11, TLS12, TLS13)",
        "max_version: TLS11 | max_version: min_version is TLS12 and max_version TLS11 (expected:",
        "cipher_suites: [TLS_RSA_WITH_RC4_128_SHA] | cipher_suites: \"TLS_RSA_WITH_RC4_128_SHA\" (ex",
        "cipher_suites: TLS_AES_128_GCM_SHA256 | cipher_suites: not a list (expected: a list)",
        "cipher_suites: [TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384] | cipher_suites: none that HTTP/2",
        "curve_preferences: [P256] | curve_preferences: \"P256\" (expected: one of CurveP256, Curve",
        "curve_preferences: [X25519, CurveP384] | curve_preferences: without CurveP256, which the",
        "prefer_server_cipher_suites: 1 | prefer_server_cipher_suites: \"1\" (expected: true or fal",
      })
  void badTlsSettings_areRefused(String keys, String reason) {
    assertRefused(
        "tls_server_config: {" + IDENTITY + ", " + keys + "}",
        "line 1: tls_server_config." + reason);
  }

  @Test
  void curvesWithoutTheCertificates_areEnough_sinceTls13() throws Exception {
    assertEquals(
        List.of(Curve.X25519),
        tls(IDENTITY + ", curve_preferences: [X25519], min_version: TLS13").handshake().curves());
  }

  /** A line of prose begins with "# ", a key that is turned off with "#". */
  @Test
  void shippedExample_isRead_asItIs_andWithEveryKeyTurnedOn() throws Exception {
    String basedir = System.getProperty("basedir", "");
    String example = Files.readString(Path.of(basedir, "../config/web-config.yml"));
    Files.copy(
        directory.resolve("ca.crt"),
        directory.resolve("clients.crt"),
        StandardCopyOption.REPLACE_EXISTING);

    WebConfig asItIs = read(example);
    assertEquals("CN=server", subject(Objects.requireNonNull(asItIs.tls()).identity().chain()));
    assertFalse(asItIs.users().isEmpty());

    WebConfig whole = read(example.replaceAll("(?m)^( *)#(?! |$)", "$1"));
    TlsSettings tls = Objects.requireNonNull(whole.tls());
    assertEquals(ClientAuth.REQUIRE_AND_VERIFY, tls.clients().auth());
    assertEquals("CN=ca", subject(tls.clients().authorities()));
    assertFalse(tls.clients().allowedNames().isEmpty());
    assertFalse(tls.handshake().curves().isEmpty());
    assertEquals(5, whole.headers().size());
    assertFalse(whole.http2());
    assertTrue(whole.rateLimit() != null);
  }

  @Test
  void missingFile_isRefused() {
    Path missing = directory.resolve("missing.yml");
    var refusal =
        assertThrows(BadWebConfigException.class, () -> reader().read(missing, new WatchedFiles()));
    assertTrue(
        refusal.getMessage().startsWith(missing + ": expected: a file that can be read"),
        refusal.getMessage());
  }

  @Test
  void secrets_areNotShown() throws IOException {
    for (String yaml :
        List.of(
            "basic_auth_users: {alice: topsecret}",
            "tls_server_config: {cert_file: server.crt, key: topsecret}",
            "tls_server_config: {key: topsecret\n  x",
            "tls_server_config:\n  key: |\n    topsecret\n bad: [")) {
      var refusal = assertThrows(BadWebConfigException.class, () -> read(yaml));
      assertFalse(refusal.getMessage().contains("topsecret"), refusal.getMessage());
    }
  }

  private static void assertRefused(String yaml, String reason) {
    var refusal = assertThrows(BadWebConfigException.class, () -> read(yaml));
    String expected = directory.resolve("web.yml") + ": " + reason;
    assertTrue(refusal.getMessage().startsWith(expected), refusal.getMessage());
  }

  private static TlsSettings tls(String keys) throws Exception {
    return Objects.requireNonNull(read("tls_server_config: {" + keys + "}").tls());
  }

  private static WebConfig read(String yaml) throws BadWebConfigException, IOException {
    Path file = Files.writeString(directory.resolve("web.yml"), yaml);
    return reader().read(file, new WatchedFiles());
  }

  private static WebConfigReader reader() {
    return new WebConfigReader(WebConfigReaderTest::duration);
  }

  private static Duration duration(String text) {
    return switch (text) {
      case "0", "0s" -> Duration.ZERO;
      case "10ms" -> Duration.ofMillis(10);
      case "1s" -> Duration.ofSeconds(1);
      case "1m30s" -> Duration.ofSeconds(90);
      default -> throw new IllegalArgumentException("\"" + text + "\" (expected: a duration)");
    };
  }

  private static String block(String key, String file) throws IOException {
    return "  "
        + key
        + ": |\n"
        + Files.readString(directory.resolve(file)).replaceAll("(?m)^", "    ").stripTrailing()
        + "\n";
  }

  private static String subject(List<X509Certificate> certificates) {
    assertEquals(1, certificates.size());
    return certificates.get(0).getSubjectX500Principal().getName();
  }
}
