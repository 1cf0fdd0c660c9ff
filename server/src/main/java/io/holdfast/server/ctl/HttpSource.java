package io.holdfast.server.ctl;

import com.google.protobuf.InvalidProtocolBufferException;
import io.holdfast.proto.metrics.LabelPair;
import io.holdfast.proto.metrics.Metric;
import io.holdfast.proto.metrics.MetricFamily;
import io.holdfast.proto.metrics.MetricType;
import io.holdfast.storage.GroupKey;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * A running Pushgateway as a source of groups. The API knows which series belongs to which group,
 * the scrape in protobuf knows everything about a series: both are joined by family and labels.
 *
 * <p>The two answers are of two moments. A group is taken if both have equal push times, and else
 * read again.
 */
final class HttpSource {
  private static final String API = "/api/v1/metrics";
  private static final String PROTOBUF =
      "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;"
          + "encoding=delimited;escaping=allow-utf-8";
  private static final int ATTEMPTS = 5;

  private final Server source;

  HttpSource(Server source) {
    this.source = source;
  }

  /**
   * Reads all groups.
   *
   * @param total receives the number of groups before the first one
   */
  void read(LongConsumer total, SourceGroup.Receiver receiver) throws Failure {
    String path = Migration.flags(source).getOrDefault("web.telemetry-path", "/metrics");
    Set<GroupKey> done = new HashSet<>();
    for (int attempt = 0; ; attempt++) {
      Map<String, Map<SortedMap<String, String>, Metric>> scrape = scrape(path);
      if (attempt == 0) {
        total.accept(scrape.getOrDefault(ApiGroup.PUSH_TIME, Map.of()).size());
      }
      GroupKey changing = join(scrape, done, receiver);
      if (changing == null) {
        return;
      }
      if (attempt == ATTEMPTS) {
        throw Failure.of(
            "%s shows in %s another state of %s than in its API (expected: a moment without a push)"
                .formatted(source.address(), path, changing));
      }
      Server.pause(1);
    }
  }

  private Map<String, Map<SortedMap<String, String>, Metric>> scrape(String path) throws Failure {
    HttpResponse<InputStream> answer =
        source.streamAny("GET", path, BodyPublishers.noBody(), "Accept", PROTOBUF);
    try (InputStream body = answer.body()) {
      if (!Server.isSuccess(answer.statusCode())) {
        String reason = new String(body.readNBytes(500), java.nio.charset.StandardCharsets.UTF_8);
        Failure refused = source.refused("GET", path, answer.statusCode(), reason);
        throw answer.statusCode() == 500
            ? Failure.of(
                refused.reason()
                    + " (expected: a Pushgateway that can be scraped; else stop it and give its"
                    + " --persistence.file to migrate, or to a new Holdfast)")
            : refused;
      }
      String type = answer.headers().firstValue("Content-Type").orElse("");
      if (!type.startsWith("application/vnd.google.protobuf")) {
        throw Failure.of(
            "%s%s is \"%s\" (expected: the scrape of a Pushgateway in protobuf)"
                .formatted(source.address(), path, type));
      }
      Map<String, Map<SortedMap<String, String>, Metric>> families = new HashMap<>();
      for (MetricFamily family = MetricFamily.parseDelimitedFrom(body);
          family != null;
          family = MetricFamily.parseDelimitedFrom(body)) {
        Map<SortedMap<String, String>, Metric> series =
            families.computeIfAbsent(family.getName(), name -> new HashMap<>());
        for (Metric metric : family.getMetricList()) {
          series.put(labels(metric), metric);
        }
      }
      return families;
    } catch (InvalidProtocolBufferException e) {
      throw Failure.of(
          source.address() + path + " is not the scrape of a Pushgateway: " + e.getMessage());
    } catch (IOException e) {
      throw source.unreachable(e);
    }
  }

  private static SortedMap<String, String> labels(Metric metric) {
    SortedMap<String, String> labels = new TreeMap<>();
    for (LabelPair label : metric.getLabelList()) {
      labels.put(label.getName(), label.getValue());
    }
    return labels;
  }

  /** Hands on the groups that are not done. Returns one that both answers show differently. */
  private @Nullable GroupKey join(
      Map<String, Map<SortedMap<String, String>, Metric>> scrape,
      Set<GroupKey> done,
      SourceGroup.Receiver receiver)
      throws Failure {
    GroupKey changing = null;
    try (InputStream body = source.stream("GET", API, BodyPublishers.noBody()).body();
        ApiGroup.Groups groups = new ApiGroup.Groups(body)) {
      for (Map<String, Object> listed = groups.next(); listed != null; listed = groups.next()) {
        GroupKey key = GroupKey.of(ApiGroup.labels(listed));
        if (!done.contains(key)) {
          SourceGroup group = group(listed, scrape);
          if (group == null) {
            changing = key;
          } else {
            receiver.take(group);
            done.add(key);
          }
        }
      }
    } catch (IOException e) {
      throw Failure.of(
          "%s%s is not the API of a Pushgateway: %s"
              .formatted(source.address(), API, e.getMessage()));
    }
    return changing;
  }

  /** Returns the group; null if the scrape has another state of it. */
  private static @Nullable SourceGroup group(
      Map<String, Object> listed, Map<String, Map<SortedMap<String, String>, Metric>> scrape) {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    int count = 0;
    int series = 0;
    double[] times = new double[2];
    if (!readTime(listed, scrape, ApiGroup.PUSH_TIME, times, 0)
        || !readTime(listed, scrape, ApiGroup.PUSH_FAILURE_TIME, times, 1)) {
      return null;
    }
    for (Map.Entry<String, Map<String, Object>> each : ApiGroup.families(listed).entrySet()) {
      String name = each.getKey();
      MetricFamily.Builder family =
          MetricFamily.newBuilder()
              .setName(name)
              .setType(MetricType.valueOf(Json.text(each.getValue(), "type").orElse("UNTYPED")));
      Json.text(each.getValue(), "help").ifPresent(family::setHelp);
      for (Map<String, Object> metric : Json.objects(each.getValue(), "metrics")) {
        Metric full = scrape.getOrDefault(name, Map.of()).get(labels(metric));
        if (full == null) {
          return null;
        }
        family.addMetric(full);
        series++;
      }
      try {
        family.build().writeDelimitedTo(body);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      count++;
    }
    return new SourceGroup(
        ApiGroup.labels(listed), times[0], times[1], count, series, body.toByteArray());
  }

  /** Reads a push time, and returns whether the scrape has an equal one. */
  private static boolean readTime(
      Map<String, Object> listed,
      Map<String, Map<SortedMap<String, String>, Metric>> scrape,
      String name,
      double[] times,
      int index) {
    var metrics = Json.objects(Json.object(listed, name).orElse(Map.of()), "metrics");
    if (metrics.isEmpty()) {
      // Pushgateways before 0.10 have no such family.
      return true;
    }
    Metric shown = scrape.getOrDefault(name, Map.of()).get(labels(metrics.get(0)));
    try {
      times[index] = Double.parseDouble(Json.text(metrics.get(0), "value").orElse("0"));
    } catch (NumberFormatException e) {
      return false;
    }
    return shown != null && shown.getGauge().getValue() == times[index];
  }

  private static SortedMap<String, String> labels(Map<String, Object> metric) {
    SortedMap<String, String> labels = new TreeMap<>();
    Json.object(metric, "labels")
        .ifPresent(map -> map.forEach((name, value) -> labels.put(name, String.valueOf(value))));
    return labels;
  }
}
