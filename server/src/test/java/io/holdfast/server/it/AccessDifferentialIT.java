package io.holdfast.server.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import at.favre.lib.crypto.bcrypt.BCrypt;
import at.favre.lib.crypto.bcrypt.LongPasswordStrategies;
import io.holdfast.server.tls.TestAuthority;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * The same web config file for the real Pushgateway and for Holdfast: which clients are let in, the
 * answers to the others, and the files with which both refuse to start.
 */
final class AccessDifferentialIT {
  private static final String SEVENTY_TWO = "0123456789".repeat(7) + "01";
  private static final Map<String, String> USERS =
      Map.of(
          "alice", "secret",
          "bob", "with:colons:",
          "jürgen", "übergrößenträger",
          "empty", "",
          "long", SEVENTY_TWO + "and more",
          "1", "number",
          "yes", "word");

  private static final List<String> COMPARED =
      List.of(
          "WWW-Authenticate",
          "Content-Type",
          "X-Content-Type-Options",
          "X-Frame-Options",
          "X-XSS-Protection",
          "Strict-Transport-Security",
          "Content-Security-Policy");

  @RegisterExtension static final Processes PROCESSES = Processes.perClass();

  @TempDir static Path directory;

  private static ServerProcess upstream;
  private static ServerProcess subject;

  @BeforeAll
  static void start() throws IOException {
    StringBuilder config =
        new StringBuilder(
            """
            http_server_config:
              headers:
                X-Frame-Options: sameorigin
                X-XSS-Protection: 1; mode=block
                Strict-Transport-Security: max-age=60
            basic_auth_users:
            """);
    char[] letters = {'a', 'b', 'y'};
    int next = 0;
    for (Map.Entry<String, String> user : USERS.entrySet()) {
      String hash = hash(user.getValue()).replaceFirst("2a", "2" + letters[next++ % 3]);
      config.append("  ").append(user.getKey()).append(": ").append(hash).append('\n');
    }
    String file = Files.writeString(directory.resolve("web.yml"), config).toString();
    upstream = launch(upstreamCommand(file), Port.free());
    subject = launch(holdfastCommand(file), Port.free());
    for (ServerProcess server : List.of(upstream, subject)) {
      Awaitility.await().ignoreExceptions().until(() -> server.send(Step.get("/")).status() == 401);
    }
  }

  @Test
  void refusals_areTheSame_onEveryRoute() throws IOException {
    for (String path :
        List.of(
            "/",
            "/-/healthy",
            "/-/ready",
            "/metrics",
            "/metrics/job/a",
            "/api/v1/status",
            "/nowhere",
            "/static/x",
            "//",
            "/metrics/job/%2F")) {
      for (String method : List.of("GET", "HEAD", "PUT", "POST", "DELETE", "OPTIONS")) {
        assertSame(Step.request(method, path), 401);
      }
    }
    assertSame(Step.put("/metrics/job/a", "m 1\n").with(basic("alice", "wrong")), 401);
    assertSame(Step.put("/metrics/job/a", "m 1\n").inChunks(), 401);
  }

  @Test
  void credentials_areTakenOrNot_asByTheOther() throws IOException {
    for (Map.Entry<String, String> user : USERS.entrySet()) {
      assertSame(ready(basic(user.getKey(), user.getValue())), 200);
      assertSame(ready(basic(user.getKey(), user.getValue() + "x")), isLong(user) ? 200 : 401);
      assertSame(ready(basic(user.getKey() + "x", user.getValue())), 401);
      assertSame(
          ready(basic(user.getKey().toUpperCase(Locale.ROOT), user.getValue())),
          user.getKey().equals("1") ? 200 : 401);
    }
    assertSame(ready(basic("long", SEVENTY_TWO)), 200);
    assertSame(ready(basic("long", SEVENTY_TWO.substring(1))), 401);
    assertSame(ready(basic("", "")), 401);
    String right =
        Base64.getEncoder().encodeToString("alice:secret".getBytes(StandardCharsets.UTF_8));
    assertSame(ready("Authorization: bAsIc " + right), 200);
    assertSame(ready("authorization:Basic " + right), 200);
    assertSame(ready("Authorization: Bearer " + right), 401);
    assertSame(ready("Authorization: Basic  " + right), 401);
    assertSame(ready("Authorization: Basic " + right.substring(1)), 401);
    assertSame(ready("Authorization: Basic " + right.replace("=", "")), 200);
    assertSame(ready("Authorization: Basic YWxpY2U="), 401);
    assertSame(ready("Authorization: Basic"), 401);
    assertSame(ready("Authorization: "), 401);
    assertSame(ready("Authorization: Basic x").with("Authorization: Basic " + right), 401);
  }

  @Test
  void passwordsInUtf8_areThoseOfTheFile_whateverTheClientsEncoding() throws IOException {
    byte[] latin1 = "jürgen:übergrößenträger".getBytes(StandardCharsets.ISO_8859_1);
    assertSame(ready("Authorization: Basic " + Base64.getEncoder().encodeToString(latin1)), 401);
  }

  @Test
  void badFiles_refuseToStart_likewise() throws IOException {
    TestAuthority.create(directory, "ca").issueServer("server");
    TestAuthority.create(directory, "other");
    String identity = "cert_file: server.crt, key_file: server.key";
    for (String yaml :
        List.of(
            "nonsense: 1",
            "tls_server_config: {nonsense: 1}",
            "a: {b",
            "basic_auth_users: {alice: secret}",
            "http_server_config: {headers: {Server: a}}",
            "http_server_config: {headers: {X-Frame-Options: DENY}}",
            "http_server_config: {http2: maybe}",
            "tls_server_config: {cert_file: server.crt}",
            "tls_server_config: {key_file: server.key}",
            "tls_server_config: {client_auth_type: NoClientCert}",
            "tls_server_config: {cert_file: server.crt, key_file: missing}",
            "tls_server_config: {cert_file: server.crt, key_file: other.key}",
            "tls_server_config: {" + identity + ", client_auth_type: Maybe}",
            "tls_server_config: {" + identity + ", client_ca_file: ca.crt}",
            "tls_server_config: {"
                + identity
                + ", client_auth_type: RequestClientCert, client_ca_file: no}",
            "tls_server_config: {" + identity + ", min_version: TLS14}",
            "tls_server_config: {" + identity + ", max_version: ''}",
            "tls_server_config: {" + identity + ", cipher_suites: [TLS_NONE]}",
            "tls_server_config: {"
                + identity
                + ", cipher_suites: [TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384]}",
            "tls_server_config: {" + identity + ", curve_preferences: [P256]}")) {
      String file = Files.writeString(directory.resolve("bad.yml"), yaml).toString();
      assertRefused(upstreamCommand(file), yaml);
      assertEquals(1, assertRefused(holdfastCommand(file), yaml).exitCode());
    }
    String missing = directory.resolve("missing.yml").toString();
    assertRefused(upstreamCommand(missing), missing);
    assertEquals(1, assertRefused(holdfastCommand(missing), missing).exitCode());
  }

  /** It ends by itself, with a reason. The other one's exit code is 0 then. */
  private static Programs.Result assertRefused(List<String> command, String why)
      throws IOException {
    List<String> whole = new ArrayList<>(command);
    whole.add("--web.listen-address=127.0.0.1:" + Port.free());
    Programs.Result result = Programs.run(directory, new byte[0], whole);
    assertTrue(result.output().contains("level=error"), () -> why + ": " + result.output());
    return result;
  }

  private static void assertSame(Step step, int status) throws IOException {
    RawHttp.Response expected = upstream.send(step);
    RawHttp.Response actual = subject.send(step);
    assertEquals(status, expected.status(), step::toString);
    assertEquals(expected.status(), actual.status(), step::toString);
    for (String header : COMPARED) {
      if (status == 401 || !header.equals("Content-Type")) {
        assertEquals(expected.header(header), actual.header(header), () -> step + ": " + header);
      }
    }
    if (status == 401) {
      assertEquals(expected.text(), actual.text(), step::toString);
    } else {
      assertNotEquals("", actual.header("X-Frame-Options"));
    }
  }

  private static boolean isLong(Map.Entry<String, String> user) {
    return user.getValue().length() > 72;
  }

  private static Step ready(String header) {
    return Step.get("/-/ready").with(header);
  }

  private static String basic(String user, String password) {
    byte[] both = (user + ":" + password).getBytes(StandardCharsets.UTF_8);
    return "Authorization: Basic " + Base64.getEncoder().encodeToString(both);
  }

  private static String hash(String password) {
    byte[] hash =
        BCrypt.with(LongPasswordStrategies.truncate(BCrypt.Version.VERSION_2A))
            .hash(5, password.getBytes(StandardCharsets.UTF_8));
    return new String(hash, StandardCharsets.US_ASCII);
  }

  private static ServerProcess launch(List<String> command, int port) throws IOException {
    List<String> whole = new ArrayList<>(command);
    whole.add("--web.listen-address=127.0.0.1:" + port);
    return PROCESSES.launch("guarded", port, whole);
  }

  private static List<String> upstreamCommand(String file) {
    return List.of(
        Programs.require("prometheus-pushgateway", "prometheus-pushgateway"),
        "--persistence.file=",
        "--web.config.file=" + file);
  }

  private static List<String> holdfastCommand(String file) {
    return HoldfastCommand.of(
        "--storage.path=" + directory.resolve("store"), "--web.config.file=" + file);
  }
}
