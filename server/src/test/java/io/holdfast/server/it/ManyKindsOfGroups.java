package io.holdfast.server.it;

import static io.holdfast.server.it.Families.counterOf;
import static io.holdfast.server.it.Families.gaugeOf;
import static io.holdfast.server.it.Families.histogramOf;
import static io.holdfast.server.it.Families.summaryOf;
import static io.holdfast.server.it.Families.untypedOf;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.holdfast.proto.metrics.Counter;
import io.holdfast.proto.metrics.Exemplar;
import io.holdfast.proto.metrics.LabelPair;
import io.holdfast.proto.metrics.Metric;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;

/** What a Pushgateway that has been in use for long may have: pushes of every kind and encoding. */
final class ManyKindsOfGroups {
  private static final String TEXT =
      """
      # HELP t_counter With \\\\ and \\n.
      # TYPE t_counter counter
      t_counter{code="200",quote="\\""} 1e9
      t_counter{code="500"} 0.1
      # TYPE t_gauge gauge
      t_gauge NaN
      # TYPE t_summary summary
      t_summary{quantile="0.5"} 1
      t_summary{quantile="0.99"} +Inf
      t_summary_sum 12.5
      t_summary_count 3
      # TYPE t_histogram histogram
      t_histogram_bucket{le="0.1"} 1
      t_histogram_bucket{le="+Inf"} 4
      t_histogram_sum 5
      t_histogram_count 4
      t_untyped{own="\u00fc",instance="own"} -2
      """;

  private ManyKindsOfGroups() {}

  static void pushTo(ServerProcess gateway) throws IOException {
    accepted(gateway, Step.put("/metrics/job/text", TEXT));
    accepted(
        gateway,
        Step.put("/metrics/job/gzip/zone/z", "")
            .with("Content-Encoding: gzip")
            .withBody(
                Step.gzip(
                    "# HELP z_gauge Z.\n# TYPE z_gauge gauge\nz_gauge 1\n"
                        .getBytes(StandardCharsets.UTF_8))));
    accepted(gateway, protobuf());
    accepted(gateway, Step.post("/metrics/job/protobuf/instance/i", "# TYPE more gauge\nmore 1\n"));
    accepted(
        gateway,
        Step.put("/metrics/job" + base64("slash/job") + "/path" + base64("/var/tmp"), "o 1\n"));
    accepted(
        gateway,
        Step.put(
            "/metrics/job/odd/empty@base64/=/text" + base64("\"\\\n\u00e9\ud83d\ude00"), "o 2\n"));
    accepted(gateway, Step.put("/metrics/job/without-metrics", ""));
    // A failed push to a group that is there, and to one that is not.
    assertEquals(400, gateway.send(Step.post("/metrics/job/text", "t_gauge 1 1234\n")).status());
    assertEquals(400, gateway.send(Step.put("/metrics/job/failed", "m 1 1234\n")).status());
  }

  private static void accepted(ServerProcess gateway, Step step) throws IOException {
    RawHttp.Response response = gateway.send(step);
    assertEquals(200, response.status(), response::text);
  }

  private static Step protobuf() {
    Metric.Builder exemplified =
        counterOf(1)
            .setCounter(
                Counter.newBuilder()
                    .setValue(1)
                    .setExemplar(
                        Exemplar.newBuilder()
                            .setValue(0.5)
                            .addLabel(LabelPair.newBuilder().setName("id").setValue("x"))));
    return Step.putFamilies(
        "/metrics/job/protobuf/instance/i",
        Families.counter("p_counter", exemplified).setHelp("P."),
        Families.gauge("p_gauge", gaugeOf(1.5, "l", "1"), gaugeOf(-1.5, "l", "2")),
        Families.summary("p_summary", summaryOf(3, 1.5, 0.5, 1, 0.9, 2)),
        Families.histogram("p_histogram", histogramOf(3, 1.5, 0.5, 1, 0.9, 2)),
        Families.family(
            "p_untyped", io.holdfast.proto.metrics.MetricType.UNTYPED, untypedOf(1e-9)));
  }

  /** The groups' push times as they are, which {@link Exposition#pushed} does not tell apart. */
  static List<String> pushTimes(Exposition exposition) {
    return exposition.values().entrySet().stream()
        .filter(entry -> entry.getKey().startsWith("push_"))
        .filter(entry -> entry.getKey().contains("job=\""))
        .map(Object::toString)
        .toList();
  }

  private static String base64(String value) {
    return "@base64/"
        + Base64.getUrlEncoder()
            .withoutPadding()
            .encodeToString(value.getBytes(StandardCharsets.UTF_8));
  }
}
