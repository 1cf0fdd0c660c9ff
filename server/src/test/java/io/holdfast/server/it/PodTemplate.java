package io.holdfast.server.it;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/**
 * The pods of a manifest in {@code deploy/kubernetes}, as far as their arguments go. Kubernetes
 * puts variables into arguments, and mounts volumes.
 *
 * @param args as they stand in the manifest
 * @param variables names of variables, each with the field of the pod that it stands for
 */
record PodTemplate(List<String> args, Map<String, String> variables) {

  static PodTemplate of(String file) throws IOException {
    String text =
        Files.readString(Programs.repository().resolve("deploy/kubernetes").resolve(file));
    for (Object each : new Load(LoadSettings.builder().build()).loadAllFromString(text)) {
      if ("StatefulSet".equals(map(each).get("kind"))) {
        Map<?, ?> pod = map(map(map(map(each).get("spec")).get("template")).get("spec"));
        return of(map(list(pod.get("containers")).get(0)));
      }
    }
    throw new AssertionError(file + " (expected: a StatefulSet)");
  }

  private static PodTemplate of(Map<?, ?> container) {
    Map<String, String> variables = new HashMap<>();
    if (container.containsKey("env")) {
      for (Object each : list(container.get("env"))) {
        Map<?, ?> field = map(map(map(each).get("valueFrom")).get("fieldRef"));
        variables.put((String) map(each).get("name"), (String) field.get("fieldPath"));
      }
    }
    List<String> args = list(container.get("args")).stream().map(String.class::cast).toList();
    return new PodTemplate(args, variables);
  }

  private static Map<?, ?> map(Object value) {
    return (Map<?, ?>) value;
  }

  private static List<?> list(Object value) {
    return (List<?>) value;
  }

  /**
   * Returns the arguments of a pod.
   *
   * @param mounts directories and files of the pod, each with the place that it has here
   */
  List<String> args(String podName, Map<String, Path> mounts) {
    List<String> expanded = new ArrayList<>();
    for (String arg : args) {
      String here = arg;
      for (Map.Entry<String, String> each : variables.entrySet()) {
        if (!each.getValue().equals("metadata.name")) {
          throw new AssertionError(each + " (expected: metadata.name)");
        }
        here = here.replace("$(" + each.getKey() + ")", podName);
      }
      for (Map.Entry<String, Path> each : mounts.entrySet()) {
        here = here.replace("=" + each.getKey(), "=" + each.getValue());
      }
      expanded.add(here);
    }
    return expanded;
  }
}
