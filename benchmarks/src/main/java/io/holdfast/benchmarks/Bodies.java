package io.holdfast.benchmarks;

import io.holdfast.proto.NameRule;
import io.holdfast.proto.ParseException;
import io.holdfast.proto.TextParser;
import io.holdfast.proto.metrics.MetricFamily;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Bodies of pushes as batch jobs make them: a counter, a gauge and a histogram in turns. */
final class Bodies {
  private static final int BUCKETS = 10;

  private Bodies() {}

  /**
   * Returns a text of {@code families} families.
   *
   * @param value of the first sample; other values give other bodies of equal size
   */
  static byte[] text(int families, int value) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < families; i++) {
      switch (i % 3) {
        case 0 ->
            text.append("# HELP job_records_%d_total Records that the job has read.%n".formatted(i))
                .append("# TYPE job_records_%d_total counter%n".formatted(i))
                .append("job_records_%d_total{source=\"orders\"} %d%n".formatted(i, value));
        case 1 ->
            text.append("# TYPE job_finished_%d_seconds gauge%n".formatted(i))
                .append("job_finished_%d_seconds %d.25%n".formatted(i, 1_700_000_000 + value));
        default -> histogram(text, i, value);
      }
    }
    return text.toString().getBytes(StandardCharsets.UTF_8);
  }

  private static void histogram(StringBuilder text, int number, int value) {
    String name = "job_duration_" + number + "_seconds";
    text.append("# TYPE %s histogram%n".formatted(name));
    for (int i = 1; i < BUCKETS; i++) {
      text.append("%s_bucket{le=\"0.%d\"} %d%n".formatted(name, i, value + i));
    }
    text.append("%s_bucket{le=\"+Inf\"} %d%n".formatted(name, value + BUCKETS));
    text.append("%s_sum %d.5%n%s_count %d%n".formatted(name, value, name, value + BUCKETS));
  }

  static List<MetricFamily> families(byte[] text) {
    try {
      return TextParser.parse(text, NameRule.UTF8);
    } catch (ParseException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Returns the families of a text in protobuf, each behind its length. */
  static byte[] delimited(byte[] text) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try {
      for (MetricFamily family : families(text)) {
        family.writeDelimitedTo(out);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }
}
