package io.holdfast.proto;

import com.google.protobuf.MessageOrBuilder;
import com.google.protobuf.TextFormat;
import io.holdfast.proto.metrics.Metric;
import io.holdfast.proto.metrics.MetricFamily;
import io.holdfast.proto.metrics.MetricType;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The writer of protobuf's readable text format: over several lines, or compact with one family in
 * a line. Pieces join by concatenation.
 */
final class ProtobufTextWriter {
  private static final TextFormat.Printer SPACIOUS = TextFormat.printer();
  private static final TextFormat.Printer COMPACT = SPACIOUS.emittingSingleLine(true);
  private static final byte[] LINE_FEED = {'\n'};

  private ProtobufTextWriter() {}

  static byte[] header(
      String name,
      @Nullable String help,
      MetricType type,
      EscapingScheme scheme,
      boolean isCompact) {
    return text(ProtobufWriter.fields(name, help, type, scheme), isCompact);
  }

  static byte[] samples(List<Metric> metrics, EscapingScheme scheme, boolean isCompact) {
    MetricFamily.Builder family = MetricFamily.newBuilder();
    for (Metric metric : metrics) {
      family.addMetric(ProtobufWriter.shown(metric, scheme));
    }
    return text(family, isCompact);
  }

  static byte[] footer() {
    return LINE_FEED.clone();
  }

  private static byte[] text(MessageOrBuilder message, boolean isCompact) {
    String text = (isCompact ? COMPACT : SPACIOUS).printToString(message);
    // A compact piece needs a blank between itself and the piece before.
    String ended = isCompact && !text.isEmpty() ? text.strip() + " " : text;
    return ended.getBytes(StandardCharsets.UTF_8);
  }
}
