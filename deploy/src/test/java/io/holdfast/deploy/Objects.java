package io.holdfast.deploy;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/**
 * Objects of Kubernetes.
 *
 * @param all each a mapping of names and values
 */
record Objects(List<Map<?, ?>> all) {
  static Objects parse(String yaml) {
    List<Map<?, ?>> all = new ArrayList<>();
    for (Object each : new Load(LoadSettings.builder().build()).loadAllFromString(yaml)) {
      if (each != null) {
        all.add((Map<?, ?>) each);
      }
    }
    return new Objects(all);
  }

  /** Returns kinds and names, such as {@code Service/holdfast}, sorted. */
  List<String> names() {
    return all.stream()
        .map(each -> each.get("kind") + "/" + at(each, "metadata", "name"))
        .sorted()
        .collect(Collectors.toList());
  }

  /** Returns the only object of this kind and name. */
  Map<?, ?> get(String kind, String name) {
    List<Map<?, ?>> found =
        all.stream()
            .filter(each -> kind.equals(each.get("kind")))
            .filter(each -> name.equals(at(each, "metadata", "name")))
            .toList();
    assertEquals(1, found.size(), () -> kind + "/" + name + " among " + names());
    return found.get(0);
  }

  /** Returns the part of the pods' template of the StatefulSet. */
  Map<?, ?> pod() {
    return map(get("StatefulSet", "holdfast"), "spec", "template", "spec");
  }

  Map<?, ?> container() {
    return map(pod(), "containers", 0);
  }

  @SuppressWarnings("unchecked")
  List<String> args() {
    return (List<String>) list(container(), "args");
  }

  static Map<?, ?> map(Object from, Object... path) {
    Object found = at(from, path);
    if (!(found instanceof Map)) {
      throw new AssertionError(List.of(path) + ": " + found + " (expected: a mapping)");
    }
    return (Map<?, ?>) found;
  }

  static List<?> list(Object from, Object... path) {
    Object found = at(from, path);
    if (!(found instanceof List)) {
      throw new AssertionError(List.of(path) + ": " + found + " (expected: a list)");
    }
    return (List<?>) found;
  }

  /**
   * Returns the value at a path of names and indexes, or null if there is none. A name in a list
   * selects the element of that {@code name}.
   */
  static @Nullable Object at(Object from, Object... path) {
    Object here = from;
    for (Object step : path) {
      if (here instanceof Map<?, ?> map) {
        here = map.get(step);
      } else if (here instanceof List<?> list && step instanceof Integer index) {
        here = index < list.size() ? list.get(index) : null;
      } else if (here instanceof List<?> list) {
        here =
            list.stream()
                .filter(each -> step.equals(((Map<?, ?>) each).get("name")))
                .findFirst()
                .orElse(null);
      } else {
        return null;
      }
    }
    return here;
  }
}
