package io.holdfast.server.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import at.favre.lib.crypto.bcrypt.BCrypt;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The client library of every language that has one: each pushes, adds and deletes, to a server
 * that takes anybody, to one that wants a password, and to one that wants it over TLS.
 */
final class ClientProgramsIT {
  private static final Map<ClientProgram, List<String>> COMMANDS =
      new EnumMap<>(ClientProgram.class);

  @RegisterExtension static final Processes processes = Processes.perClass();

  @TempDir static Path directory;

  private static final String USER = "alice";
  private static final String PASSWORD = "secret";

  private static ServerProcess server;
  private static SecureNode guarded;
  private static SecureNode encrypted;
  private static Path trustStore;

  @BeforeAll
  static void start() throws IOException {
    for (ClientProgram program : ClientProgram.values()) {
      Path own = Files.createDirectory(directory.resolve(program.prefix()));
      COMMANDS.put(program, program.prepare(own));
    }
    server = processes.holdfast(directory.resolve("store"));
    String hash = BCrypt.withDefaults().hashToString(4, PASSWORD.toCharArray());
    String users = "basic_auth_users:\n  " + USER + ": " + hash + "\n";
    Path passwords = Files.createDirectory(directory.resolve("passwords"));
    guarded = SecureNode.startWithFiles(processes, passwords, users);
    Path tls = Files.createDirectory(directory.resolve("tls"));
    encrypted = SecureNode.start(processes, tls, SecureNode.TLS + users);
    trustStore = trustStore(tls);
  }

  @ParameterizedTest
  @EnumSource
  void push_byEachClient_isServed(ClientProgram program) throws IOException {
    run(program, Map.of(), server.uri("").toString()).orFail();

    assertServed(program, server.scrape());
  }

  @ParameterizedTest
  @EnumSource
  void push_withAPassword_isServed(ClientProgram program) throws IOException {
    String url = guarded.process().uri("").toString();

    Programs.Result nobody = run(program, Map.of(), url);
    Programs.Result wrong = run(program, Map.of(), url, USER, "wrong");
    assertNotEquals(0, nobody.exitCode(), nobody::output);
    assertNotEquals(0, wrong.exitCode(), wrong::output);
    String before = guarded.plainCurl("-u", USER + ":" + PASSWORD, "/metrics").body();
    assertFalse(before.contains("job=\"" + program.prefix()), before);

    run(program, Map.of(), url, USER, PASSWORD).orFail();

    SecureNode.Answer scrape = guarded.plainCurl("-u", USER + ":" + PASSWORD, "/metrics");
    assertServed(program, Exposition.parse(scrape.body()));
  }

  @ParameterizedTest
  @EnumSource
  void push_overTls_isServed(ClientProgram program) throws IOException {
    String url = "https://127.0.0.1:" + encrypted.port();
    Programs.Result distrustful = run(program, Map.of(), url, USER, PASSWORD);
    assertNotEquals(0, distrustful.exitCode(), distrustful::output);

    Path authority = directory.resolve("tls/ca.crt");
    run(program, program.trusting(authority, trustStore), url, USER, PASSWORD).orFail();

    SecureNode.Answer scrape = encrypted.curl("-u", USER + ":" + PASSWORD, "/metrics");
    assertServed(program, Exposition.parse(scrape.body()));
  }

  /** What this client has beyond the others. */
  @Test
  void push_byPython_withASlashInTheJobAndTheAddressAsInstance() throws IOException {
    run(ClientProgram.PYTHON, Map.of(), server.uri("").toString()).orFail();

    Map<String, String> values = server.scrape().pushed().values();
    assertEquals(
        "1", values.get("python_build_info{instance=\"\",job=\"python\",version=\"1.2.3\"}"));
    assertEquals("1", values.get("python_slash{instance=\"\",job=\"python/slash\"}"));
    assertTrue(
        values.keySet().stream().anyMatch(key -> key.matches("python_ip\\{instance=\"[0-9.]+\".*")),
        values::toString);
  }

  private static void assertServed(ClientProgram program, Exposition exposition) {
    String name = program.prefix();
    Map<String, String> values = exposition.pushed().values();
    String own = "instance=\"\",job=\"" + name + "\"";
    assertEquals(
        "3", values.get(name + "_jobs_total{" + own + ",kind=\"a \\\"quoted\\\"\\nkind\"}"));
    assertEquals("-1.5", values.get(name + "_level{" + own + "}"));
    if (program.hasSummariesAndHistograms()) {
      assertEquals("4", values.get(name + "_size_bytes_sum{" + own + "}"));
      assertEquals("1", values.get(name + "_size_bytes_count{" + own + "}"));
      String bucket = name + "_duration_seconds_bucket{" + own;
      assertEquals("1", values.get(bucket + ",le=\"0.1\"}"));
      assertEquals("2", values.get(bucket + ",le=\"1\"}"));
      assertEquals("3", values.get(bucket + ",le=\"+Inf\"}"));
      assertEquals("5.55", values.get(name + "_duration_seconds_sum{" + own + "}"));
      assertEquals("histogram", exposition.type(name + "_duration_seconds"));
    }
    String key = name + "_key{empty=\"\",instance=\"\",job=\"" + name + "_key\",path=\"/var/tmp\"}";
    assertEquals("1", values.get(key));
    String added = "{instance=\"\",job=\"" + name + "_add\"}";
    assertEquals("1", values.get(name + "_first" + added));
    assertEquals("2", values.get(name + "_second" + added));
    assertTrue(
        values.keySet().stream()
            .noneMatch(series -> series.contains(name + "_old") || series.contains(name + "_gone")),
        values::toString);
  }

  /** Java takes authorities from such a file. */
  private static Path trustStore(Path tls) throws IOException {
    Path file = tls.resolve("ca.p12");
    Programs.run(
            tls,
            new byte[0],
            List.of(
                Path.of(Programs.java()).resolveSibling("keytool").toString(),
                "-importcert",
                "-noprompt",
                "-file",
                tls.resolve("ca.crt").toString(),
                "-keystore",
                file.toString(),
                "-storetype",
                "PKCS12",
                "-storepass",
                ClientProgram.TRUST_STORE_PASSWORD))
        .orFail();
    return file;
  }

  private static Programs.Result run(
      ClientProgram program, Map<String, String> variables, String... arguments)
      throws IOException {
    List<String> command = new ArrayList<>(List.of("env"));
    variables.forEach((name, value) -> command.add(name + "=" + value));
    command.addAll(COMMANDS.get(program));
    command.addAll(List.of(arguments));
    return Programs.run(directory, new byte[0], command);
  }
}
