package io.holdfast.server.ctl;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A group in {@code GET /api/v1/metrics}, of Holdfast or of a Pushgateway. */
final class ApiGroup {
  static final String PUSH_TIME = "push_time_seconds";
  static final String PUSH_FAILURE_TIME = "push_failure_time_seconds";
  private static final Set<String> PUSH_TIMES = Set.of(PUSH_TIME, PUSH_FAILURE_TIME);

  private ApiGroup() {}

  /** The groups of an answer, one after the other; only one is in memory. */
  static final class Groups implements AutoCloseable {
    private final JsonParser parser;

    Groups(InputStream body) throws IOException {
      parser = Json.parser(body);
      while (parser.nextToken() != null) {
        if (parser.currentToken() == JsonToken.FIELD_NAME && parser.currentName().equals("data")) {
          if (parser.nextToken() == JsonToken.START_ARRAY) {
            return;
          }
          break;
        }
        if (parser.currentToken() == JsonToken.START_ARRAY) {
          parser.skipChildren();
        }
      }
      throw new IOException("the answer has no list of groups");
    }

    @Nullable Map<String, Object> next() throws IOException {
      JsonToken token = parser.nextToken();
      if (token == JsonToken.END_ARRAY) {
        return null;
      }
      return Json.asObject(Json.read(parser)).orElseThrow(() -> new IOException("a group is none"));
    }

    @Override
    public void close() throws IOException {
      parser.close();
    }
  }

  /** Returns the grouping labels. */
  static SortedMap<String, String> labels(Map<String, Object> group) {
    Map<String, Object> labels = Json.object(group, "labels").orElse(Map.of());
    boolean isFamily = labels.get("metrics") instanceof List<?>;
    if (isFamily) {
      // At a Pushgateway a family called labels takes the place of the group's. The push time has
      // the group's labels too, with an instance that may not be the group's.
      labels = new LinkedHashMap<>(firstMetric(group, PUSH_TIME, "labels").orElse(Map.of()));
      labels.remove("instance", "");
    }
    SortedMap<String, String> sorted = new TreeMap<>();
    labels.forEach((name, value) -> sorted.put(name, String.valueOf(value)));
    return sorted;
  }

  private static Optional<Map<String, Object>> firstMetric(
      Map<String, Object> group, String family, String field) {
    List<Map<String, Object>> metrics =
        Json.objects(Json.object(group, family).orElse(Map.of()), "metrics");
    return metrics.isEmpty() ? Optional.empty() : Json.object(metrics.get(0), field);
  }

  /** Returns the value of one of the push times; empty for never. */
  static Optional<Instant> time(Map<String, Object> group, String family) {
    List<Map<String, Object>> metrics =
        Json.objects(Json.object(group, family).orElse(Map.of()), "metrics");
    if (metrics.isEmpty()) {
      return Optional.empty();
    }
    try {
      BigDecimal seconds = new BigDecimal(Json.text(metrics.get(0), "value").orElse("0"));
      return seconds.signum() <= 0
          ? Optional.empty()
          : Optional.of(Instant.ofEpochMilli(seconds.movePointRight(3).longValue()));
    } catch (NumberFormatException e) {
      return Optional.empty();
    }
  }

  /** Returns the pushed families by name, without the push times. */
  static Map<String, Map<String, Object>> families(Map<String, Object> group) {
    Map<String, Map<String, Object>> families = new LinkedHashMap<>();
    group.forEach(
        (name, value) -> {
          Map<String, Object> family = Json.asObject(value).orElse(Map.of());
          if (family.containsKey("metrics")
              && family.containsKey("type")
              && !PUSH_TIMES.contains(name)) {
            families.put(familyName(name), family);
          }
        });
    return families;
  }

  /** Returns the name of a family whose key is in PromQL's quoted form. */
  private static String familyName(String key) {
    return key.startsWith("{\"") && key.endsWith("\"}") ? key.substring(2, key.length() - 2) : key;
  }
}
