package io.holdfast.server.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import at.favre.lib.crypto.bcrypt.BCrypt;
import io.holdfast.server.tls.TestAuthority;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * {@code holdfastctl migrate}, between a real Pushgateway and Holdfast that both want a password
 * over TLS: it copies, or says at once what is missing.
 */
final class SecureMigrateCommandIT {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final String PASSWORD = "p@ss/w%rd: ü";
  private static final String COPIED = "2 groups with 3 series copied";

  @RegisterExtension static final Processes PROCESSES = Processes.perClass();

  @TempDir static Path directory;

  private static int port;
  private static SecureNode node;

  @BeforeAll
  static void start() throws IOException {
    String hash = BCrypt.withDefaults().hashToString(10, PASSWORD.toCharArray());
    String config = SecureNode.TLS + "basic_auth_users: {jürgen: " + hash + "}\n";
    node = SecureNode.start(PROCESSES, directory, config, "--web.enable-admin-api");
    TestAuthority.create(directory, "stranger");
    port = Port.free();
    PROCESSES.launch(
        "pushgateway",
        port,
        List.of(
            Programs.require("prometheus-pushgateway", "prometheus-pushgateway"),
            "--web.listen-address=127.0.0.1:" + port,
            "--persistence.file=",
            "--web.config.file=" + directory.resolve("web.yml"),
            "--log.level=warn"));
    Awaitility.await("the Pushgateway takes a push")
        .atMost(PATIENCE)
        .until(() -> push("/metrics/job/a/path@base64/L3Zhcg", "one 1\ntwo 2\n").exitCode() == 0);
    assertEquals(0, push("/metrics/job/b", "three 3\n").exitCode());
  }

  private static Programs.Result push(String path, String body) throws IOException {
    String url = "https://127.0.0.1:" + port + path;
    List<String> command = new ArrayList<>(List.of(Programs.require("curl", "curl"), "-sS", "-f"));
    command.addAll(List.of("--cacert", "ca.crt", "-u", "jürgen:" + PASSWORD));
    command.addAll(List.of("--data-binary", body, url));
    return Programs.run(directory, directory, new byte[0], command);
  }

  @BeforeEach
  void wipe() throws IOException {
    String[] wipe = {"-u", "jürgen:" + PASSWORD, "-X", "PUT", "/api/v1/admin/wipe"};
    assertEquals(202, node.curl(wipe).status());
  }

  @Test
  void passwordInTheUrl_copies() throws IOException {
    assertCopied(run(source(), target(), "--ca-file", "ca.crt"));
    assertCopied(wiped(() -> run(source(), target(), "--insecure")));
  }

  @Test
  void passwordInNetrc_copies() throws IOException {
    Path netrc =
        Files.writeString(
            directory.resolve("netrc"),
            "machine 127.0.0.1 login jürgen password \"" + PASSWORD + "\"\n");

    String from = "https://127.0.0.1:" + port;
    String to = "https://127.0.0.1:" + node.port();
    List<String> command = new ArrayList<>(List.of("env", "NETRC=" + netrc));
    command.addAll(command(from, to, "--ca-file", "ca.crt"));

    assertCopied(run(command));
  }

  @Test
  void certificateOfTheClient_isShown_andAskedFor(@TempDir Path own) throws IOException {
    for (String name : List.of("ca.crt", "server.crt", "server.key")) {
      Files.copy(directory.resolve(name), own.resolve(name));
    }
    TestAuthority.create(own, "clients").issueClient("copier", "DNS:copier.example");
    String config =
        SecureNode.TLS
            + "  client_auth_type: RequireAndVerifyClientCert\n  client_ca_file: clients.crt\n";
    SecureNode strict = SecureNode.startWithFiles(PROCESSES, own, config);
    String to = "https://127.0.0.1:" + strict.port();

    Programs.Result without = run(source(), to, "--ca-file", "ca.crt");
    Programs.Result with =
        run(
            source(),
            to,
            "--ca-file",
            "ca.crt",
            "--cert-file",
            own.resolve("copier.crt").toString(),
            "--key-file",
            own.resolve("copier.key").toString());

    assertEquals(1, without.exitCode(), without::output);
    assertTrue(
        without.output().contains("(expected: --cert-file and --key-file)"), without::output);
    assertTrue(with.orFail().contains(COPIED), with::output);
  }

  private interface Run {
    Programs.Result run() throws IOException;
  }

  private Programs.Result wiped(Run run) throws IOException {
    wipe();
    return run.run();
  }

  private static void assertCopied(Programs.Result result) throws IOException {
    String output = result.orFail();
    assertTrue(output.contains(COPIED), output);
    assertFalse(output.contains("w%rd") || output.contains("w%25rd"), output);
    String text = node.curl("-u", "jürgen:" + PASSWORD, "/metrics").body();
    assertTrue(text.contains("\ntwo{instance=\"\",job=\"a\",path=\"/var\"} 2\n"), text);
    assertTrue(text.contains("\nthree{instance=\"\",job=\"b\"} 3\n"), text);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      textBlock =
          """
          https://USER@SOURCE | https://USER@TARGET |                          | --ca-file with the signer's certificate
          https://USER@SOURCE | https://USER@TARGET | --ca-file stranger.crt    | --ca-file with the signer's certificate
          https://USER@SOURCE | https://USER@TARGET | --ca-file nowhere.crt     | --ca-file: "nowhere.crt" (expected: a file that exists)
          https://USER@SOURCE | https://USER@TARGET | --ca-file server.key      | --ca-file: "server.key": no certificate (expected: PEM with
          https://USER@SOURCE | https://USER@TARGET | --cert-file ca.crt --key-file x | --key-file: "x" (expected: a file that exists)
          https://USER@SOURCE | https://USER@TARGET | --cert-file ca.crt | --cert-file: "ca.crt": no private key (expected: PEM with
          https://USER@SOURCE | https://TARGET      | --ca-file ca.crt          | TARGET wants a user and a password
          https://SOURCE      | https://USER@TARGET | --ca-file ca.crt          | SOURCE wants a user and a password
          https://x:y@SOURCE  | https://USER@TARGET | --ca-file ca.crt          | SOURCE takes neither this user nor this password
          https://USER@SOURCE | https://x:y@TARGET  | --ca-file ca.crt          | TARGET takes neither this user nor this password
          http://USER@SOURCE  | https://USER@TARGET | --ca-file ca.crt          | SOURCE speaks TLS (expected: https:// in the URL)
          https://USER@SOURCE | http://USER@TARGET  | --ca-file ca.crt          | TARGET speaks TLS (expected: https:// in the URL)
          https://USER@SOURCE | https://USER@PLAIN  | --ca-file ca.crt          | PLAIN cannot be reached: it does not speak TLS (expected: http:// in the URL)
          https://USER@SOURCE | https://nobody.invalid:1 | --ca-file ca.crt     | https://nobody.invalid:1 cannot be reached
          ftp://SOURCE        | https://USER@TARGET | --ca-file ca.crt          | (expected: a URL such as http://host:9091)
          https://USER@SOURCE | https://h:99999     | --ca-file ca.crt          | --url: "https://h:99999" (expected: a port from 1 to 65535)
          """)
  void whatIsMissing_isToldInOneLine(String from, String to, String options, String expected)
      throws IOException {
    ServerProcess plain = to.contains("PLAIN") ? PROCESSES.pushgateway() : null;
    int plainPort = plain == null ? 0 : plain.port();
    String[] words = options == null ? new String[0] : options.split(" ");
    List<String> command = command(addressed(from, plainPort), addressed(to, plainPort), words);

    Programs.Result result = run(command);

    boolean isMistake = expected.contains("(expected: a URL") || expected.contains("a port from");
    assertEquals(isMistake ? 2 : 1, result.exitCode(), result::output);
    String told = addressed(expected, plainPort);
    assertTrue(result.output().contains(told), () -> told + ", but: " + result.output());
    assertEquals(1, result.output().strip().lines().count(), result::output);
  }

  private static String addressed(String text, int plainPort) {
    return text.replace("USER", "j%C3%BCrgen:" + encoded())
        .replace("SOURCE", "127.0.0.1:" + port)
        .replace("TARGET", "127.0.0.1:" + node.port())
        .replace("PLAIN", "127.0.0.1:" + plainPort);
  }

  private static String encoded() {
    return URLEncoder.encode(PASSWORD, StandardCharsets.UTF_8).replace("+", "%20");
  }

  private static String source() {
    return addressed("https://USER@SOURCE", 0);
  }

  private static String target() {
    return addressed("https://USER@TARGET", 0);
  }

  private static List<String> command(String from, String to, String... options) {
    List<String> command = new ArrayList<>();
    command.add(Programs.repository().resolve("bin/holdfastctl").toString());
    command.addAll(List.of("migrate", from, "--url", to));
    command.addAll(List.of(options));
    return command;
  }

  private static Programs.Result run(String from, String to, String... options) throws IOException {
    return run(command(from, to, options));
  }

  private static Programs.Result run(List<String> command) throws IOException {
    return Programs.run(directory, directory, new byte[0], command);
  }
}
