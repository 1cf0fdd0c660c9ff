package io.holdfast.server.webconfig;

import java.io.ByteArrayInputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/**
 * A mapping of a YAML file. Its user asks for keys one by one, and calls {@link #refuseOthers}
 * after the last known key. The expected type decides how a value is read, as in Go: a user can be
 * called {@code 1} or {@code yes}. Confined to one thread.
 */
final class YamlMapping {
  private static final int MAX_CODE_POINTS = 1 << 20;
  private static final int MAX_ALIASES = 50;
  private static final Set<String> NULLS = Set.of("", "~", "null", "Null", "NULL");

  /** The words for "true". YAML 1.1, which upstream reads, has more of them than YAML 1.2. */
  private static final Set<String> TRUES =
      Set.of("true", "True", "TRUE", "yes", "Yes", "YES", "on", "On", "ON", "y", "Y");

  private static final Set<String> FALSES =
      Set.of("false", "False", "FALSE", "no", "No", "NO", "off", "Off", "OFF", "n", "N");

  private final Path file;
  private final String path;
  private final Map<String, Node> values = new LinkedHashMap<>();
  private final Set<String> known = new TreeSet<>();

  private YamlMapping(Path file, String path) {
    this.file = file;
    this.path = path;
  }

  /** Returns the mapping of a file; an empty mapping if the file is empty. */
  static YamlMapping parse(Path file, byte[] content) throws BadWebConfigException {
    LoadSettings settings =
        LoadSettings.builder()
            .setLabel(file.toString())
            .setCodePointLimit(MAX_CODE_POINTS)
            .setMaxAliasesForCollections(MAX_ALIASES)
            .build();
    YamlMapping root = new YamlMapping(file, "");
    try {
      Optional<Node> node =
          new Compose(settings).composeInputStream(new ByteArrayInputStream(content));
      if (node.isPresent() && !isNull(node.get())) {
        root.fill(node.get());
      }
      return root;
    } catch (MarkedYamlEngineException e) {
      // The parser's own message would quote the file, which can hold a key.
      throw new BadWebConfigException(
          file, line(e.getProblemMark()) + "not YAML: " + e.getProblem());
    } catch (YamlEngineException e) {
      throw new BadWebConfigException(file, "not YAML: " + e.getMessage());
    }
  }

  private void fill(Node node) throws BadWebConfigException {
    if (!(node instanceof MappingNode mapping)) {
      throw new BadWebConfigException(
          file,
          line(node.getStartMark())
              + (path.isEmpty() ? "" : path.substring(0, path.length() - 1) + ": ")
              + "expected: keys and values");
    }
    for (NodeTuple entry : mapping.getValue()) {
      Node key = entry.getKeyNode();
      if (!(key instanceof ScalarNode name)) {
        throw new BadWebConfigException(
            file, line(key.getStartMark()) + path + ": a key that is not text (expected: text)");
      }
      if (values.put(name.getValue(), entry.getValueNode()) != null) {
        throw new BadWebConfigException(
            file, line(key.getStartMark()) + path + name.getValue() + ": twice (expected: once)");
      }
    }
  }

  /** Returns the mapping of that key; an empty mapping if there is none. */
  YamlMapping mapping(String key) throws BadWebConfigException {
    YamlMapping inner = new YamlMapping(file, path + key + ".");
    Node node = find(key);
    if (node != null) {
      inner.fill(node);
    }
    return inner;
  }

  /** Returns the text of that key, if there is any. */
  Optional<String> text(String key) throws BadWebConfigException {
    Node node = find(key);
    return node == null ? Optional.empty() : Optional.of(scalar(key, node).getValue());
  }

  /** Returns the text of that key. An empty text counts as none. */
  Optional<String> nonEmptyText(String key) throws BadWebConfigException {
    return text(key).filter(text -> !text.isEmpty());
  }

  boolean flag(String key, boolean byDefault) throws BadWebConfigException {
    Node node = find(key);
    if (node == null) {
      return byDefault;
    }
    ScalarNode scalar = scalar(key, node);
    boolean isTrue = scalar.isPlain() && TRUES.contains(scalar.getValue());
    if (!isTrue && !(scalar.isPlain() && FALSES.contains(scalar.getValue()))) {
      throw bad(key, "\"" + scalar.getValue() + "\" (expected: true or false)");
    }
    return isTrue;
  }

  /** Returns the texts in the order of the file; none if there is no such key. */
  List<String> texts(String key) throws BadWebConfigException {
    Node node = find(key);
    if (node == null) {
      return List.of();
    }
    if (!(node instanceof SequenceNode sequence)) {
      throw bad(key, "not a list (expected: a list)");
    }
    List<String> texts = new ArrayList<>();
    for (Node element : sequence.getValue()) {
      texts.add(scalar(key, element).getValue());
    }
    return texts;
  }

  boolean has(String key) {
    Node node = values.get(key);
    return node != null && !isNull(node);
  }

  /** Returns all keys, known or not. */
  Set<String> keys() {
    return values.keySet();
  }

  /** Fails if the mapping has a key that was not asked for. */
  void refuseOthers() throws BadWebConfigException {
    for (String key : values.keySet()) {
      if (!known.contains(key)) {
        throw bad(key, "unknown key (expected: one of " + String.join(", ", known) + ")");
      }
    }
  }

  /** Returns an exception that names the file, the line and the key. */
  BadWebConfigException bad(String key, String reason) {
    Node node = values.get(key);
    String line = node == null ? "" : line(node.getStartMark());
    return new BadWebConfigException(file, line + path + key + ": " + reason);
  }

  /** Returns the value of that key, unless it is null. */
  private @Nullable Node find(String key) {
    known.add(key);
    Node node = values.get(key);
    return node == null || isNull(node) ? null : node;
  }

  private ScalarNode scalar(String key, Node node) throws BadWebConfigException {
    if (node instanceof ScalarNode scalar) {
      return scalar;
    }
    throw bad(key, "keys or a list (expected: one value)");
  }

  private static boolean isNull(Node node) {
    return node instanceof ScalarNode scalar
        && scalar.isPlain()
        && NULLS.contains(scalar.getValue());
  }

  private static String line(Optional<Mark> mark) {
    return mark.map(at -> "line " + (at.getLine() + 1) + ": ").orElse("");
  }
}
