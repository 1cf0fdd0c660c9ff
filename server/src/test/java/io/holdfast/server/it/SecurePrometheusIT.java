package io.holdfast.server.it;

import static org.junit.jupiter.api.Assertions.assertEquals;

import at.favre.lib.crypto.bcrypt.BCrypt;
import io.holdfast.server.tls.TestAuthority;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** The real Prometheus scrapes over TLS, with a password and a certificate of its own. */
final class SecurePrometheusIT {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  @RegisterExtension final Processes processes = Processes.perTest();

  @TempDir Path directory;

  @Test
  void prometheus_scrapesWithPasswordAndCertificate_alsoWhenTheServersIsRenewed()
      throws IOException {
    String hash = BCrypt.withDefaults().hashToString(10, "secret".toCharArray());
    SecureNode node =
        SecureNode.start(
            processes, directory, SecureNode.TLS + "basic_auth_users: {alice: " + hash + "}\n");
    TestAuthority.create(directory, "clients").issueClient("prometheus", "DNS:prometheus.example");
    node.change(
        SecureNode.TLS
            + """
              client_auth_type: RequireAndVerifyClientCert
              client_ca_file: clients.crt
              client_allowed_sans: [prometheus.example]
            """
            + "basic_auth_users: {alice: "
            + hash
            + "}\n");
    String[] push = {
      "-u",
      "alice:secret",
      "--cert",
      "prometheus.crt",
      "--key",
      "prometheus.key",
      "--data-binary",
      "pushed 1\n",
      "/metrics/job/batch"
    };
    assertEquals(200, node.curl(push).status());
    Prometheus prometheus = Prometheus.start(processes, directory, config(node.port()));

    awaitAnswer(prometheus, "pushed{job=\"batch\"}", "1");
    TestAuthority.create(directory, "ca").issueServer("server");
    node.awaitReload(2);
    push[7] = "pushed 2\n";
    assertEquals(200, node.curl(push).status());

    awaitAnswer(prometheus, "pushed{job=\"batch\"}", "2");
    assertEquals(0, prometheus.askForOne("max(up{job=\"wrong-password\"})"));
    assertEquals(0, prometheus.askForOne("max(up{job=\"without-certificate\"})"));
  }

  private String config(int port) {
    String job =
        """
          - job_name: %s
            honor_labels: true
            scheme: https
            tls_config: {ca_file: %s, server_name: localhost%s}
            basic_auth: {username: alice, password: %s}
            static_configs: [{targets: ['127.0.0.1:%d']}]
        """;
    Path authority = directory.resolve("ca.crt");
    String certificate =
        ", cert_file: %s, key_file: %s"
            .formatted(directory.resolve("prometheus.crt"), directory.resolve("prometheus.key"));
    return "global: {scrape_interval: 250ms}\nscrape_configs:\n"
        + job.formatted("right", authority, certificate, "secret", port)
        + job.formatted("wrong-password", authority, certificate, "wrong", port)
        + job.formatted("without-certificate", authority, "", "secret", port);
  }

  private static void awaitAnswer(Prometheus prometheus, String query, String value) {
    Awaitility.await(query)
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(100))
        .untilAsserted(
            () -> assertEquals(List.of(value), List.copyOf(prometheus.ask(query).values())));
  }
}
