package io.holdfast.server.documents;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** YAML and JSON files of the repository, as maps and lists. JSON is a part of YAML. */
final class Yaml {
  private Yaml() {}

  /** Returns the mapping in a file, by its path from the repository's root. */
  static Map<String, Object> read(String file) throws IOException {
    return map(parse(Documents.read(file)));
  }

  /** Returns what a text in YAML or JSON holds. */
  static Object parse(String text) {
    return new Load(LoadSettings.builder().build()).loadFromString(text);
  }

  @SuppressWarnings("unchecked")
  static Map<String, Object> map(Object value) {
    return (Map<String, Object>) value;
  }

  /** Returns the mappings in a list under a key; none without the key. */
  @SuppressWarnings("unchecked")
  static List<Map<String, Object>> maps(Map<String, Object> parent, String key) {
    return (List<Map<String, Object>>) parent.getOrDefault(key, List.of());
  }
}
