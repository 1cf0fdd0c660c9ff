package io.holdfast.proto;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.holdfast.proto.ExpositionFormat.Syntax;
import io.holdfast.proto.metrics.LabelPair;
import io.holdfast.proto.metrics.Metric;
import io.holdfast.proto.metrics.MetricFamily;
import io.holdfast.testkit.Seed;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

class TextEscaperTest {
  private static final List<String> ODD_NAMES =
      List.of(
          "a",
          "a.b",
          "a_b",
          "température",
          "температура",
          "x\"y",
          "x\\y",
          "x\ny",
          "{a}",
          "a=b",
          "a b",
          "_sum",
          "1",
          "\uD83D\uDE00",
          ",",
          "\"",
          "a.b_count");

  @Test
  void escapedText_isWhatTheWriterWrites() {
    for (int i = 0; i < 300; i++) {
      long seed = Seed.ofCase(i);
      RandomGenerator random = Seed.random(seed);
      for (MetricFamily family : new RandomFamilies(random).expressibleAsText()) {
        String name = ODD_NAMES.get(random.nextInt(ODD_NAMES.size()));
        List<Metric> metrics = renamed(family.getMetricList(), random);
        byte[] text =
            TextWriter.samples(name, family.getType(), metrics, EscapingScheme.ALLOW_UTF8);
        for (EscapingScheme scheme : EscapingScheme.values()) {
          if (scheme != EscapingScheme.ALLOW_UTF8) {
            byte[] escaped = TextEscaper.escaped(name, text, scheme);
            assertEquals(
                string(TextWriter.samples(name, family.getType(), metrics, scheme)),
                string(escaped),
                Seed.message(seed));
          }
        }
      }
    }
  }

  @Test
  void openMetrics_ofTextWithNamesAsTheyAre_isWhatTheWriterWrites() {
    for (int i = 0; i < 300; i++) {
      long seed = Seed.ofCase(i);
      RandomGenerator random = Seed.random(seed);
      for (MetricFamily family : new RandomFamilies(random).expressibleAsText()) {
        String name = ODD_NAMES.get(random.nextInt(ODD_NAMES.size()));
        List<Metric> metrics = renamed(family.getMetricList(), random);
        if (!OpenMetricsWriter.textSaysAll(metrics)) {
          continue;
        }
        byte[] text =
            TextWriter.samples(name, family.getType(), metrics, EscapingScheme.ALLOW_UTF8);
        assertEquals(
            string(
                new ExpositionFormat(Syntax.OPEN_METRICS, EscapingScheme.ALLOW_UTF8)
                    .samples(name, family.getType(), metrics, false)),
            string(OpenMetricsConverter.convert(name, family.getType(), text)),
            Seed.message(seed));
      }
    }
  }

  /** The metrics with other label names, sorted as they are kept. */
  private static List<Metric> renamed(List<Metric> metrics, RandomGenerator random) {
    List<Metric> renamed = new ArrayList<>();
    for (Metric metric : metrics) {
      Metric.Builder builder = metric.toBuilder().clearLabel().clearTimestampMs();
      int at = random.nextInt(3);
      for (LabelPair label : metric.getLabelList()) {
        if (at < ODD_NAMES.size()) {
          builder.addLabel(label.toBuilder().setName(ODD_NAMES.get(at)));
          at += random.nextInt(1, 5);
        }
      }
      renamed.add(builder.build());
    }
    return renamed;
  }

  private static String string(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }
}
