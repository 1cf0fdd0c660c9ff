package io.holdfast.server.page;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.proto.metrics.Exemplar;
import io.holdfast.proto.metrics.Histogram;
import io.holdfast.proto.metrics.LabelPair;
import io.holdfast.proto.metrics.Metric;
import io.holdfast.proto.metrics.MetricType;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Whatever was pushed, what a page shows of a series is bounded, and counted. */
class PageSizeTest {
  @Test
  void labels_beyondFifty_areCounted() {
    List<Label> labels = labels(120, "");
    List<Label> first = Label.first(labels);
    assertEquals(51, first.size());
    assertEquals("and 70 more", first.get(50).value());
    assertEquals(labels.subList(0, 50), Label.first(labels.subList(0, 50)));
  }

  @Test
  void shortLabels_fillLines() {
    assertTrue(series(labels(50, "")).lines() >= 6);
  }

  @Test
  void labelsThatGrowInHtml_fillMoreLines() {
    int plain = series(labels(10, "x".repeat(1_000))).lines();
    int signs = series(labels(10, "\u0001".repeat(1_000))).lines();
    assertTrue(signs > 8 * plain, () -> signs + " lines, " + plain + " of letters");
  }

  @Test
  void exemplars_areBounded_andFillLines() {
    Histogram.Builder histogram = Histogram.newBuilder().setSchema(1);
    for (int i = 0; i < 1_000; i++) {
      histogram.addExemplars(
          Exemplar.newBuilder().addLabel(LabelPair.newBuilder().setName("trace").setValue("x")));
    }
    Metric metric = Metric.newBuilder().setHistogram(histogram).build();
    SeriesView series =
        SeriesView.of("h", MetricType.HISTOGRAM, metric, List.of(), false, Instant.EPOCH);
    assertEquals(50, series.exemplars().size());
    assertTrue(series.lines() > 50);
  }

  private static List<Label> labels(int count, String value) {
    List<Label> labels = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      labels.add(new Label("a" + i, value));
    }
    return labels;
  }

  private static SeriesView series(List<Label> labels) {
    return SeriesView.of(
        "m", MetricType.UNTYPED, Metric.getDefaultInstance(), labels, false, Instant.EPOCH);
  }
}
