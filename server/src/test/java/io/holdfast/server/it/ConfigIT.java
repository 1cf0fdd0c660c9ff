package io.holdfast.server.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** What an operator copies from {@code deploy/} is valid to the programs that read it. */
final class ConfigIT {
  @TempDir Path directory;

  @Test
  void scrapeConfigs_andAlertRules_areValid() throws IOException {
    promtool("check", "config", "prometheus.yml", "prometheus-cluster.yml");
  }

  @Test
  void alerts_fireAndStaySilent_asTheirCasesSay() throws IOException {
    promtool("test", "rules", "alerts-test.yml");
  }

  @Test
  void composeFile_isValid() throws IOException {
    run(
        Programs.require("docker-compose", "docker-compose"),
        "-f",
        Programs.repository().resolve("deploy/compose/compose.yaml").toString(),
        "config",
        "--quiet");
  }

  /** With addresses of nodes, and with a name, as in containers. */
  @Test
  void balancers_areValid() throws IOException {
    Path balancers = Programs.repository().resolve("deploy/balancers");
    String haproxy = Programs.require("haproxy", "haproxy");
    run(haproxy, "-c", "-f", balancers.resolve("haproxy.cfg").toString());
    run(
        "env",
        "HOLDFAST_NODE_1=localhost:9191",
        haproxy,
        "-c",
        "-f",
        balancers.resolve("haproxy.cfg").toString());
    Path nginx =
        Files.writeString(
            directory.resolve("nginx.conf"),
            Files.readString(balancers.resolve("nginx.conf"))
                .replace("/tmp/holdfast-nginx", directory.resolve("nginx").toString()));
    run(Programs.require("nginx", "nginx-light"), "-t", "-c", nginx.toString());
  }

  @Test
  void mixin_byDefault_givesThePlainFiles() throws IOException {
    Path rendered = render("{}");

    for (String dashboard : List.of("jobs.json", "gateway.json")) {
      assertEquals(
          parsed(Programs.repository().resolve("deploy/grafana").resolve(dashboard)),
          parsed(rendered.resolve("holdfast-" + dashboard)));
    }
    assertEquals(
        groups(Programs.repository().resolve("deploy/prometheus/alerts.yml")),
        groups(rendered.resolve("alerts.json")));
  }

  @Test
  void mixin_withOtherSelectors_hasThemEverywhere() throws IOException {
    Path rendered =
        render("{ holdfastSelector: 'job=\"a\"', jobsSelector: 'b=\"c\"', runbookPage: 'd' }");

    for (String file : List.of("holdfast-jobs.json", "holdfast-gateway.json", "alerts.json")) {
      String text = Files.readString(rendered.resolve(file));
      for (String plain : List.of("holdfast\\\"", "job!=", "docs/operating.md#")) {
        assertFalse(text.contains(plain), () -> file + " has " + plain);
      }
    }
    run(
        Programs.require("promtool", "prometheus"),
        "check",
        "rules",
        rendered.resolve("alerts.json").toString());
  }

  private Path render(String config) throws IOException {
    run(
        Programs.require("jsonnet", "jsonnet"),
        "-m",
        directory.toString(),
        "--ext-code",
        "config=" + config,
        Programs.repository().resolve("deploy/mixin/files.jsonnet").toString());
    return directory;
  }

  /** The groups of rules by their names: the mixin has another order. */
  private static Map<Object, Object> groups(Path file) throws IOException {
    Map<Object, Object> groups = new HashMap<>();
    for (Object group : (List<?>) parsed(file).get("groups")) {
      groups.put(((Map<?, ?>) group).get("name"), group);
    }
    return groups;
  }

  private static Map<?, ?> parsed(Path file) throws IOException {
    Load load = new Load(LoadSettings.builder().build());
    return (Map<?, ?>) load.loadFromString(Files.readString(file));
  }

  private void run(String... command) throws IOException {
    Programs.run(directory, new byte[0], List.of(command)).orFail();
  }

  /** The schema comes from the types of Grafana's own package for the models of its dashboards. */
  @Test
  void dashboards_areOfGrafanasSchema() throws IOException {
    Path repository = Programs.repository();
    Path schema = repository.resolve("server/src/test/resources/grafana/dashboard.schema.json");
    List<String> command = new ArrayList<>(List.of("/usr/bin/python3", "-m", "jsonschema"));
    for (String dashboard : List.of("jobs.json", "gateway.json")) {
      command.add("-i");
      command.add(repository.resolve("deploy/grafana").resolve(dashboard).toString());
    }
    command.add(schema.toString());
    Programs.run(directory, new byte[0], command).orFail();
  }

  private void promtool(String... arguments) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Programs.require("promtool", "prometheus"));
    command.addAll(List.of(arguments));
    Path configs = Programs.repository().resolve("deploy/prometheus");
    Programs.run(directory, configs, new byte[0], command).orFail();
  }
}
