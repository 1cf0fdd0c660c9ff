package io.holdfast.server.it;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

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
