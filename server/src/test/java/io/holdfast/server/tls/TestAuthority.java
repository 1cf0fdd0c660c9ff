package io.holdfast.server.tls;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Makes certificates with openssl, in a directory: {@code NAME.crt} with {@code NAME.key}, in PEM.
 */
public final class TestAuthority {
  private static final String DAYS = "30";

  private final Path directory;
  private final String name;

  private TestAuthority(Path directory, String name) {
    this.directory = directory;
    this.name = name;
  }

  /** A new authority; its own certificate is {@code NAME.crt}. */
  public static TestAuthority create(Path directory, String name) throws IOException {
    TestAuthority authority = new TestAuthority(directory, name);
    authority.key(name);
    openssl(
        directory,
        "req",
        "-x509",
        "-new",
        "-key",
        name + ".key",
        "-out",
        name + ".crt",
        "-days",
        DAYS,
        "-subj",
        "/CN=" + name,
        "-addext",
        "basicConstraints=critical,CA:TRUE");
    return authority;
  }

  /** The authority's certificate. */
  public Path certificate() {
    return directory.resolve(name + ".crt");
  }

  /** A certificate for a server under the loopback's names. */
  public void issueServer(String subject) throws IOException {
    issue(subject, "DNS:localhost,IP:127.0.0.1", "serverAuth");
  }

  /** A certificate for a client. */
  public void issueClient(String subject, String alternativeNames) throws IOException {
    issue(subject, alternativeNames, "clientAuth");
  }

  private void issue(String subject, String alternativeNames, String usage) throws IOException {
    key(subject);
    Path extensions =
        Files.writeString(
            directory.resolve(subject + ".ext"),
            "subjectAltName=" + alternativeNames + "\nextendedKeyUsage=" + usage + "\n");
    openssl(
        directory,
        "req",
        "-new",
        "-key",
        subject + ".key",
        "-out",
        subject + ".csr",
        "-subj",
        "/CN=" + subject);
    openssl(
        directory,
        "x509",
        "-req",
        "-in",
        subject + ".csr",
        "-out",
        subject + ".crt",
        "-CA",
        name + ".crt",
        "-CAkey",
        name + ".key",
        "-CAcreateserial",
        "-days",
        DAYS,
        "-extfile",
        extensions.toString());
  }

  private void key(String subject) throws IOException {
    openssl(
        directory,
        "genpkey",
        "-algorithm",
        "EC",
        "-pkeyopt",
        "ec_paramgen_curve:P-256",
        "-out",
        subject + ".key");
  }

  /** Runs openssl in the directory; it must succeed. */
  public static void openssl(Path directory, String... arguments) throws IOException {
    List<String> command = new ArrayList<>(List.of("openssl"));
    command.addAll(List.of(arguments));
    Process process =
        new ProcessBuilder(command).directory(directory.toFile()).redirectErrorStream(true).start();
    process.getOutputStream().close();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    try {
      assertEquals(0, process.waitFor(), () -> command + ": " + output);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }
}
