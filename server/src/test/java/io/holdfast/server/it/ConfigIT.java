package io.holdfast.server.it;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What an operator copies from {@code deploy/} is valid to the programs that read it. */
final class ConfigIT {
  @TempDir Path directory;

  @Test
  void scrapeConfig_isValid() throws IOException {
    promtool("config", "prometheus.yml");
  }

  @Test
  void alertRules_areValid() throws IOException {
    promtool("rules", "alerts.yml");
  }

  private void promtool(String what, String file) throws IOException {
    Programs.run(
            directory,
            new byte[0],
            List.of(
                Programs.require("promtool", "prometheus"),
                "check",
                what,
                Programs.repository().resolve("deploy/prometheus").resolve(file).toString()))
        .orFail();
  }
}
