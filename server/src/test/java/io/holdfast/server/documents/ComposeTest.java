package io.holdfast.server.documents;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** {@code deploy/compose} fits the files that it mounts. {@code ConfigIT} checks its grammar. */
class ComposeTest {
  private static final Path DIRECTORY = Documents.path("deploy/compose");
  private static final Pattern FLAG = Pattern.compile("- (--(?:cluster|shutdown)\\.[\\w.-]+)");
  private static final Pattern TARGET = Pattern.compile("\"([\\w-]+):9091\"");
  private static final Pattern NODE = Pattern.compile("\\$\\{(HOLDFAST_\\w+)-");

  @Test
  void everyMountedFile_exists() throws IOException {
    int files = 0;
    for (Object service : services().values()) {
      for (Object volume : (List<?>) Yaml.map(service).getOrDefault("volumes", List.of())) {
        String source = String.valueOf(volume).split(":", 2)[0];
        if (source.startsWith(".")) {
          files++;
          assertTrue(Files.exists(DIRECTORY.resolve(source)), source);
        }
      }
    }
    assertTrue(files > 4, "mounted files: " + files);
  }

  @Test
  void everyTargetOfPrometheus_isAService() throws IOException {
    Set<String> targets = found(TARGET, "deploy/prometheus/prometheus-cluster.yml");

    assertEquals(Set.of("balancer", "gateway-1", "gateway-2", "gateway-3"), targets);
    assertTrue(services().keySet().containsAll(targets));
  }

  @Test
  void everyVariableOfTheBalancer_isSet() throws IOException {
    Map<String, Object> balancer = Yaml.map(services().get("balancer"));

    assertEquals(
        found(NODE, "deploy/balancers/haproxy.cfg"),
        Yaml.map(balancer.get("environment")).keySet());
  }

  @Test
  void everyFlag_isDocumented() throws IOException {
    String flags = Documents.read("docs/flags.md");
    Set<String> used = found(FLAG, "deploy/compose/compose.yaml");

    assertTrue(used.size() > 4, used::toString);
    used.forEach(flag -> assertTrue(flags.contains("`" + flag + "`"), flag));
  }

  @Test
  void balancers_haveTheSameNodes() throws IOException {
    for (String file : List.of("haproxy.cfg", "nginx.conf")) {
      Set<String> nodes =
          found(Pattern.compile("127\\.0\\.0\\.1:(919\\d)"), "deploy/balancers/" + file);
      assertEquals(Set.of("9191", "9192", "9193"), nodes, file);
    }
    // Of each cluster of Envoy's that has endpoints.
    Set<Set<String>> ofEnvoy =
        Yaml.maps(
                Yaml.map(Yaml.read("deploy/balancers/envoy.yaml").get("static_resources")),
                "clusters")
            .stream()
            .map(cluster -> all(Pattern.compile("port_value=(\\d+)"), cluster.toString()))
            .filter(nodes -> !nodes.isEmpty())
            .collect(Collectors.toSet());
    assertEquals(Set.of(Set.of("9191", "9192", "9193")), ofEnvoy);
  }

  @Test
  void grafana_isProvisioned() throws IOException {
    Map<String, Object> provider =
        Yaml.maps(Yaml.read("deploy/compose/grafana/dashboards.yaml"), "providers").get(0);
    String path = (String) Yaml.map(provider.get("options")).get("path");
    Map<String, Object> source =
        Yaml.maps(Yaml.read("deploy/compose/grafana/datasources.yaml"), "datasources").get(0);

    List<?> volumes = (List<?>) Yaml.map(services().get("grafana")).get("volumes");
    assertTrue(volumes.contains("../grafana:" + path + ":ro"), volumes::toString);
    assertEquals("http://prometheus:9090", source.get("url"));
  }

  private static Map<String, Object> services() throws IOException {
    return Yaml.map(Yaml.read("deploy/compose/compose.yaml").get("services"));
  }

  private static Set<String> found(Pattern pattern, String file) throws IOException {
    return all(pattern, Documents.read(file));
  }

  private static Set<String> all(Pattern pattern, String text) {
    return pattern
        .matcher(text)
        .results()
        .map(result -> result.group(1))
        .collect(Collectors.toCollection(TreeSet::new));
  }
}
