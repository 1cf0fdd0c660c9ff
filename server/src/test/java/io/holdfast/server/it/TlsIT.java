package io.holdfast.server.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.server.it.SecureNode.Answer;
import io.holdfast.server.tls.TestAuthority;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** TLS as curl and openssl see it. */
final class TlsIT {
  private static final String READY = "/-/ready";
  private static final String ANY_SUITE = "DEFAULT@SECLEVEL=0";
  private static final String FAILURES = "pushgateway_web_tls_handshake_failures_total";

  @RegisterExtension final Processes processes = Processes.perTest();

  @TempDir Path directory;

  @Test
  void everyRoute_isServedOverHttp2AndHttp1() throws IOException {
    SecureNode node = SecureNode.start(processes, directory, SecureNode.TLS);

    for (String version : List.of("--http2", "--http1.1", "--no-alpn")) {
      String protocol = version.equals("--http2") ? "HTTP/2" : "HTTP/1.1";
      Answer ready = node.curl(version, READY);
      assertEquals(200, ready.status(), ready::toString);
      assertEquals(protocol, ready.protocol(), ready::toString);
      Path body = largeBody();
      String job = "/metrics/job/a%25b;c/path@base64/L3Zhci90bXA";
      assertEquals(200, node.curl(version, "--data-binary", "@" + body, job).status());
      Answer scrape = node.curl(version, "/metrics");
      assertTrue(
          scrape
              .body()
              .contains("m{instance=\"\",job=\"a%b;c\",n=\"19999\",path=\"/var/tmp\"} 1\n"),
          "the pushed series is not there");
      assertEquals(202, node.curl(version, "-X", "DELETE", job).status());
      assertEquals(400, node.curl(version, "-d", "m 1", "/metrics/job/a").status());
      assertEquals(301, node.curl(version, "/metrics//job").status());
      assertEquals(404, node.curl(version, "/nowhere").status());
    }
  }

  @Test
  void http2_canBeTurnedOff() throws IOException {
    SecureNode node =
        SecureNode.start(
            processes, directory, SecureNode.TLS + "http_server_config: {http2: false}\n");

    Answer answer = node.curl("--http2", READY);
    assertEquals(200, answer.status(), answer::toString);
    assertEquals("HTTP/1.1", answer.protocol());
  }

  @Test
  void plainHttp_isTold_andOldVersionsAreRefused() throws IOException {
    SecureNode node = SecureNode.start(processes, directory, SecureNode.TLS);

    Answer plain = node.plainCurl(READY);
    assertEquals(400, plain.status(), plain::toString);
    assertEquals("Client sent an HTTP request to an HTTPS server.\n", plain.body());

    for (String version : List.of("1.0", "1.1")) {
      Answer old = tls(node, version);
      assertEquals(0, old.status(), old::toString);
    }
    assertEquals(200, tls(node, "1.2").status());
    assertEquals(200, tls(node, "1.3").status());
    assertEquals(2, node.metric(FAILURES));
  }

  @Test
  void oldVersions_areServedIfAskedFor() throws IOException {
    SecureNode node =
        SecureNode.start(processes, directory, SecureNode.TLS + "  min_version: TLS10\n");

    for (String version : List.of("1.0", "1.1", "1.2", "1.3")) {
      Answer answer = tls(node, version);
      assertEquals(200, answer.status(), () -> version + ": " + answer);
    }
  }

  @Test
  void newestVersion_suites_andCurves_areThoseAskedFor() throws IOException {
    SecureNode node =
        SecureNode.start(
            processes,
            directory,
            SecureNode.TLS
                + """
                  max_version: TLS12
                  cipher_suites:
                    - TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384
                    - TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256
                  curve_preferences: [CurveP256, CurveP384]
                """);

    refused(node, "-tls1_3");
    refused(node, "-tls1_2", "-cipher", "ECDHE-ECDSA-CHACHA20-POLY1305");
    agreed(node, "ECDHE-ECDSA-AES128-GCM-SHA256", "-cipher", "ECDHE-ECDSA-AES128-GCM-SHA256");
    String both = "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384";
    agreed(node, "ECDHE-ECDSA-AES256-GCM-SHA384", "-cipher", both);
    agreed(node, "ECDH, secp384r1", "-curves", "P-384:P-256", "-cipher", both);
    refused(node, "-curves", "X25519:P-521");

    node.change(
        SecureNode.TLS
            + """
              cipher_suites:
                - TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384
                - TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256
              prefer_server_cipher_suites: false
              curve_preferences: [CurveP256, CurveP384]
            """);
    agreed(node, "ECDHE-ECDSA-AES128-GCM-SHA256", "-tls1_2", "-cipher", both);
    agreed(node, "TLSv1.3", "-tls1_3");
  }

  @Test
  void clientCertificates_areAskedForAsConfigured() throws IOException {
    SecureNode node = SecureNode.start(processes, directory, SecureNode.TLS);
    TestAuthority clients = TestAuthority.create(directory, "clients");
    clients.issueClient("known", "DNS:known.example,URI:spiffe://example/known");
    clients.issueServer("wronguse");
    TestAuthority.create(directory, "strangers").issueClient("stranger", "DNS:known.example");
    String[] none = {};
    String[] stranger = {"--cert", "stranger.crt", "--key", "stranger.key"};
    String[] known = {"--cert", "known.crt", "--key", "known.key"};
    String[] wrongUse = {"--cert", "wronguse.crt", "--key", "wronguse.key"};

    serves(node, none, stranger, known);
    node.change(SecureNode.TLS + "  client_auth_type: RequestClientCert\n");
    serves(node, none, stranger, known, wrongUse);
    node.change(SecureNode.TLS + "  client_auth_type: RequireAnyClientCert\n");
    serves(node, stranger, known, wrongUse);
    refuses(node, new String[][] {none});
    String authority = SecureNode.TLS + "  client_ca_file: clients.crt\n";
    node.change(authority + "  client_auth_type: VerifyClientCertIfGiven\n");
    serves(node, none, known);
    refuses(node, stranger, wrongUse);
    node.change(authority + "  client_auth_type: RequireAndVerifyClientCert\n");
    serves(node, known);
    refuses(node, none, stranger, wrongUse);

    String names = authority + "  client_auth_type: RequireAndVerifyClientCert\n";
    node.change(names + "  client_allowed_sans: [other.example, 'spiffe://example/known']\n");
    serves(node, known);
    refuses(node, none, stranger);
    node.change(names + "  client_allowed_sans: [example]\n");
    refuses(node, none, stranger, known);
    node.change(
        authority
            + "  client_auth_type: VerifyClientCertIfGiven\n  client_allowed_sans: [known.example]\n");
    // No certificate has no name that is allowed: as upstream.
    serves(node, known);
    refuses(node, none, stranger, wrongUse);
  }

  @Test
  void changedCertificate_isShownToNewConnections_andOldOnesGoOn() throws Exception {
    SecureNode node = SecureNode.start(processes, directory, SecureNode.TLS);
    assertTrue(node.handshake().output().contains("subject=CN = server"));
    try (SecureClient client = new SecureClient(directory.resolve("ca.crt"), node.port())) {
      assertEquals(200, client.get(READY));

      TestAuthority.create(directory, "newca").issueServer("renewed");
      copy("renewed.key", "server.key");
      copy("renewed.crt", "server.crt");
      copy("newca.crt", "ca.crt");
      node.awaitReload(1);

      assertTrue(node.handshake().output().contains("subject=CN = renewed"));
      assertEquals(200, node.curl(READY).status());
      assertEquals(200, client.get(READY));
    }
  }

  /** Kubernetes mounts a secret as links to links and swaps one in the middle. */
  @Test
  void swappedSecret_isPickedUp() throws IOException {
    TestAuthority authority = TestAuthority.create(directory, "ca");
    for (String version : List.of("first", "second")) {
      authority.issueServer(version);
      Path secret = Files.createDirectories(directory.resolve("secret/.." + version));
      Files.copy(directory.resolve(version + ".crt"), secret.resolve("tls.crt"));
      Files.copy(directory.resolve(version + ".key"), secret.resolve("tls.key"));
    }
    Path data = directory.resolve("secret/..data");
    Files.createSymbolicLink(data, Path.of("..first"));
    for (String name : List.of("tls.crt", "tls.key")) {
      Files.createSymbolicLink(directory.resolve("secret/" + name), Path.of("..data/" + name));
    }
    SecureNode node =
        SecureNode.startWithFiles(
            processes,
            directory,
            "tls_server_config: {cert_file: secret/tls.crt, key_file: secret/tls.key}\n");
    assertTrue(node.handshake().output().contains("subject=CN = first"));

    Path swapped = directory.resolve("secret/..data_tmp");
    Files.createSymbolicLink(swapped, Path.of("..second"));
    Files.move(swapped, data, StandardCopyOption.ATOMIC_MOVE);
    node.awaitReload(1);

    assertTrue(node.handshake().output().contains("subject=CN = second"));
  }

  @Test
  void badCertificate_leavesTheLastGoodOne_andIsToldInTheLogAndInAMetric() throws IOException {
    SecureNode node = SecureNode.start(processes, directory, SecureNode.TLS);
    String successful = "pushgateway_web_config_last_reload_successful";
    assertEquals(1, node.metric(successful));
    String good = Files.readString(directory.resolve("server.crt"));

    node.replace("server.crt", "nonsense");
    node.awaitInLog("level=error", 1);

    assertEquals(0, node.metric(successful));
    assertTrue(node.process().output().contains("web.yml: line 2: tls_server_config.cert_file: "));
    assertTrue(node.handshake().output().contains("subject=CN = server"));

    node.replace("server.crt", good);
    node.awaitReload(1);
    assertEquals(1, node.metric(successful));
    assertEquals(1, node.timesInLog("level=error"));
  }

  @Test
  void limitsOnConnections_holdForThoseWithTlsToo() throws Exception {
    int most = 20;
    SecureNode node =
        SecureNode.start(
            processes,
            directory,
            SecureNode.TLS,
            "--web.max-connections=" + most,
            "--web.read-header-timeout=1s");
    List<SecureClient> idle = new ArrayList<>();
    try (SecureClient slow = new SecureClient(directory.resolve("ca.crt"), node.port())) {
      assertEquals(200, slow.get(READY));
      slow.send("GET / HTTP/1.1\r\nHost");
      assertEquals(408, slow.status());

      for (int i = 0; i < 3 * most; i++) {
        idle.add(new SecureClient(directory.resolve("ca.crt"), node.port()));
      }
      assertEquals(200, node.curl(READY).status());
      assertEquals(200, node.curl("--http1.1", READY).status());
      double open = node.metric("pushgateway_connections");
      assertTrue(open <= most, open + " connections (expected: at most " + most + ")");
    } finally {
      for (SecureClient client : idle) {
        client.close();
      }
    }
  }

  @Test
  void badConfig_refusesToStart_namesFileAndKey_andTouchesNoStore() throws IOException {
    TestAuthority.create(directory, "ca").issueServer("server");
    TestAuthority.create(directory, "other");
    assertRefused("tls_server_config: {cert: }\nnonsense: 1\n", "web.yml: line 2: nonsense: ");
    assertRefused(
        "tls_server_config:\n  cert_file: server.crt\n  key_file: other.key\n",
        "web.yml: line 3: tls_server_config.key_file: ");
    assertRefused("basic_auth_users: {alice: secret}\n", "web.yml: line 1: basic_auth_users.alice");
  }

  private void assertRefused(String config, String reason) throws IOException {
    Path file = Files.writeString(directory.resolve("web.yml"), config);
    Path store = directory.resolve("untouched");
    List<String> command =
        new ArrayList<>(
            HoldfastCommand.of(
                "--web.config.file=" + file,
                "--web.listen-address=127.0.0.1:0",
                "--storage.path=" + store));
    Programs.Result refused = Programs.run(directory, new byte[0], command);
    assertEquals(1, refused.exitCode(), refused.output());
    List<String> errors =
        refused.output().lines().filter(line -> line.contains("level=error")).toList();
    assertEquals(1, errors.size(), refused.output());
    assertTrue(errors.get(0).contains("--web.config.file: "), refused.output());
    assertTrue(errors.get(0).contains(reason), refused.output());
    assertTrue(!Files.exists(store), "the store was made");
  }

  private static Answer tls(SecureNode node, String version) throws IOException {
    return node.curl("--tlsv" + version, "--tls-max", version, "--ciphers", ANY_SUITE, READY);
  }

  private static void agreed(SecureNode node, String expected, String... options)
      throws IOException {
    Programs.Result result = node.handshake(options);
    assertTrue(result.output().contains(expected), result.output());
    assertTrue(result.output().contains("Verify return code: 0 (ok)"), result.output());
  }

  private static void refused(SecureNode node, String... options) throws IOException {
    Programs.Result result = node.handshake(options);
    assertNotEquals(0, result.exitCode(), result.output());
  }

  private static void serves(SecureNode node, String[]... certificates) throws IOException {
    for (String[] certificate : certificates) {
      for (String version : List.of("1.2", "1.3")) {
        Answer answer = withCertificate(node, certificate, version);
        assertEquals(200, answer.status(), () -> List.of(certificate) + ": " + answer);
      }
    }
  }

  private static void refuses(SecureNode node, String[]... certificates) throws IOException {
    for (String[] certificate : certificates) {
      for (String version : List.of("1.2", "1.3")) {
        Answer answer = withCertificate(node, certificate, version);
        assertEquals(0, answer.status(), () -> List.of(certificate) + ": " + answer);
      }
    }
  }

  private static Answer withCertificate(SecureNode node, String[] certificate, String version)
      throws IOException {
    List<String> arguments = new ArrayList<>(List.of(certificate));
    arguments.addAll(List.of("--tls-max", version, READY));
    return node.curl(arguments.toArray(String[]::new));
  }

  private Path largeBody() throws IOException {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < 20_000; i++) {
      text.append("m{n=\"").append(i).append("\"} 1\n");
    }
    return Files.writeString(directory.resolve("body.txt"), text);
  }

  private void copy(String from, String to) throws IOException {
    Files.copy(directory.resolve(from), directory.resolve(to), StandardCopyOption.REPLACE_EXISTING);
  }
}
