package io.holdfast.deploy;

import com.marcnuri.helm.Helm;
import com.marcnuri.helm.LintResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** The chart of this repository, rendered by Helm. */
final class Chart {
  static final Path DIRECTORY = Path.of("helm/holdfast").toAbsolutePath();
  static final String NAMESPACE = "jobs";

  private final Path values;
  private final Map<String, Objects> rendered = new HashMap<>();

  /**
   * Creates a chart.
   *
   * @param directory for a file of values
   */
  Chart(Path directory) {
    values = directory.resolve("values.yaml");
  }

  LintResult lint() {
    return new Helm(DIRECTORY).lint().strict().call();
  }

  /** Returns the text of all objects, as Helm would send them. */
  String text(String yaml) {
    try {
      Files.writeString(values, yaml);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    return new Helm(DIRECTORY)
        .template()
        .withName("holdfast")
        .withNamespace(NAMESPACE)
        .withKubeVersion("1.33.0")
        .withValuesFile(values)
        .call();
  }

  /** Returns the objects for values, of which no live object changes the rendering. */
  Objects render(String yaml) {
    return rendered.computeIfAbsent(yaml, this::renderNow);
  }

  Objects renderNow(String yaml) {
    return Objects.parse(text(yaml));
  }
}
