package io.holdfast.server.it;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.holdfast.server.tls.TestAuthority;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Real clients read why an unread body was refused, and go on with the connection that they have.
 */
final class EarlyAnswersIT {
  private static final int TIMES = 20;
  private static final String REASON = "404 404 page not found";

  @RegisterExtension static final Processes PROCESSES = Processes.perClass();

  @TempDir static Path directory;

  private static ServerProcess plain;
  private static SecureNode encrypted;

  @BeforeAll
  static void start() throws IOException {
    plain = PROCESSES.holdfast(directory.resolve("plain"));
    Path tls = Files.createDirectory(directory.resolve("tls"));
    TestAuthority.create(tls, "ca").issueServer("server");
    encrypted = SecureNode.startWithFiles(PROCESSES, tls, SecureNode.TLS);
  }

  @ParameterizedTest
  @ValueSource(strings = {"http", "https"})
  void node_readsTheReason_andGoesOn(String scheme) throws IOException {
    assertAnswered(
        run(
            Programs.require("node", "nodejs"),
            ClientProgram.source("node/early.js"),
            url(scheme)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"http", "https"})
  void go_readsTheReason_andGoesOn(String scheme) throws IOException {
    assertAnswered(run(goProgram().toString(), url(scheme)));
  }

  /** Built once: the compiler takes its time for the standard library. */
  private static Path goProgram() throws IOException {
    Path program = directory.resolve("early");
    if (!Files.exists(program)) {
      ClientProgram.build(directory, "go/early.go", program, "golang-go");
    }
    return program;
  }

  @ParameterizedTest
  @CsvSource({"http, --http1.1", "https, --http1.1", "https, --http2"})
  void curl_readsTheReason_andGoesOn(String scheme, String version) throws IOException {
    Path large = Files.writeString(directory.resolve("large"), "#".repeat(200_000));
    Path larger = Files.writeString(directory.resolve("larger"), "#".repeat(4_000_000));
    List<String> command = new ArrayList<>(List.of(Programs.require("curl", "curl")));
    for (int i = 0; i < TIMES; i++) {
      add(command, scheme, version, large, "/nowhere");
      command.add("--next");
      add(command, scheme, version, null, "/metrics/job/curl");
      command.add("--next");
    }
    add(command, scheme, version, larger, "/nowhere");
    assertAnswered(run(command.toArray(String[]::new)));
  }

  private static void add(
      List<String> command, String scheme, String version, Path body, String path) {
    String data = body == null ? "m 1\n" : "@" + body;
    command.addAll(List.of("-sS", version, "--cacert", authority().toString()));
    // Without that it asks first, and the answer comes before the body.
    command.addAll(List.of("-H", "Expect:", "--data-binary", data));
    command.addAll(List.of("-o", "-", "-w", " %{http_code}\\n", url(scheme) + path));
  }

  @ParameterizedTest
  @CsvSource({"http, HTTP_1_1", "https, HTTP_1_1", "https, HTTP_2"})
  void httpClient_readsTheReason_andGoesOn(String scheme, HttpClient.Version version)
      throws Exception {
    HttpClient client =
        HttpClient.newBuilder()
            .version(version)
            .sslContext(SecureClient.trusting(authority()))
            .build();
    for (int i = 0; i < TIMES; i++) {
      assertEquals(REASON, send(client, scheme, "/nowhere", 200_000));
      assertEquals("200", send(client, scheme, "/metrics/job/java", 0));
    }
    assertEquals(REASON, send(client, scheme, "/nowhere", 4_000_000));
  }

  private static String send(HttpClient client, String scheme, String path, int length)
      throws Exception {
    byte[] body = length == 0 ? "m 1\n".getBytes(StandardCharsets.US_ASCII) : blank(length);
    HttpResponse<String> answer =
        client.send(
            HttpRequest.newBuilder(URI.create(url(scheme) + path))
                .POST(BodyPublishers.ofByteArray(body))
                .build(),
            BodyHandlers.ofString());
    return (answer.statusCode() + " " + answer.body()).strip();
  }

  /** As older client libraries: the whole body is written before anything is read. */
  @Test
  void urlConnection_readsTheReason_andGoesOn() throws IOException {
    for (int i = 0; i < TIMES; i++) {
      assertEquals(REASON, send("/nowhere", blank(200_000)));
      assertEquals("200", send("/metrics/job/url", new byte[] {'m', ' ', '1', '\n'}));
    }
    assertEquals(REASON, send("/nowhere", blank(4_000_000)));
  }

  private static String send(String path, byte[] body) throws IOException {
    HttpURLConnection connection =
        (HttpURLConnection) URI.create(url("http") + path).toURL().openConnection();
    connection.setDoOutput(true);
    connection.setFixedLengthStreamingMode(body.length);
    try (OutputStream out = connection.getOutputStream()) {
      out.write(body);
    }
    int status = connection.getResponseCode();
    try (InputStream in =
        status < 400 ? connection.getInputStream() : connection.getErrorStream()) {
      String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      return (status + " " + text).strip();
    }
  }

  /** What a program has printed: a line for each answer, curl with the status at the end. */
  private static void assertAnswered(String output) {
    List<String> expected = new ArrayList<>();
    for (int i = 0; i < TIMES; i++) {
      expected.add(REASON);
      expected.add("200");
    }
    expected.add(REASON);
    String normal = output.replaceAll("404 page not found\\n 404", REASON);
    assertEquals(expected, normal.lines().map(String::strip).toList());
  }

  private static byte[] blank(int length) {
    byte[] body = new byte[length];
    Arrays.fill(body, (byte) '#');
    return body;
  }

  private static Path authority() {
    return directory.resolve("tls/ca.crt");
  }

  private static String url(String scheme) {
    return scheme.equals("http")
        ? plain.uri("").toString()
        : "https://127.0.0.1:" + encrypted.port();
  }

  private static String run(String... command) throws IOException {
    List<String> all = new ArrayList<>(List.of("env"));
    all.addAll(List.of("NODE_EXTRA_CA_CERTS=" + authority(), "SSL_CERT_FILE=" + authority()));
    all.addAll(List.of(command));
    return Programs.run(directory, new byte[0], all).orFail();
  }
}
