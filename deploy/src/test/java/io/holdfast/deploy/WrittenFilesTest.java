package io.holdfast.deploy;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The files that {@code scripts/manifests} writes. */
final class WrittenFilesTest {
  private static final boolean IS_WRITING = Boolean.getBoolean("holdfast.deploy.write");

  @TempDir Path directory;

  private Kubernetes kubernetes;

  @BeforeEach
  void start() {
    kubernetes = new Kubernetes();
  }

  @AfterEach
  void stop() {
    kubernetes.close();
  }

  @Test
  void alertsOfTheChart_areThoseForPrometheus() throws Exception {
    assertWritten(
        Chart.DIRECTORY.resolve("files/alerts.yml"),
        Files.readString(Path.of("prometheus/alerts.yml")));
  }

  @Test
  void manifestOfOneNode_isThatOfTheChart() throws Exception {
    assertWritten(
        Path.of("kubernetes/single.yaml"),
        "# One node, with its store on a volume. Written by scripts/manifests from the Helm chart.\n"
            + plain(""));
  }

  @Test
  void manifestOfACluster_isThatOfTheChart() throws Exception {
    assertWritten(
        Path.of("kubernetes/cluster.yaml"),
        """
        # Three nodes. Written by scripts/manifests from the Helm chart. The nodes need a secret first:
        #   head -c 32 /dev/urandom | base64 >secret
        #   kubectl create secret generic holdfast-cluster --from-file=secret
        """
            + plain("replicaCount: 3\ncluster: {existingSecret: holdfast-cluster}"));
  }

  /** Returns the objects without the traces of Helm. */
  private String plain(String values) {
    return new Chart(directory)
        .text(values)
        .lines()
        .filter(line -> !line.startsWith("# Source: "))
        .filter(line -> !line.contains("helm.sh/chart: "))
        .filter(line -> !line.contains("app.kubernetes.io/managed-by: Helm"))
        .filter(line -> !line.isBlank())
        .collect(Collectors.joining("\n", "", "\n"));
  }

  private static void assertWritten(Path file, String content) throws IOException {
    if (IS_WRITING) {
      Files.createDirectories(file.toAbsolutePath().getParent());
      Files.writeString(file, content);
    }
    assertEquals(content, Files.readString(file), file + " (expected: run scripts/manifests)");
  }
}
