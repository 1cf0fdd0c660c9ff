package io.holdfast.proto;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import io.holdfast.proto.metrics.LabelPair;
import io.holdfast.proto.metrics.Metric;
import io.holdfast.proto.metrics.MetricFamily;
import io.holdfast.proto.metrics.MetricType;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The writer of delimited {@code io.prometheus.client.MetricFamily} messages. Pieces join by
 * concatenation: the fields before a family's metrics, then the metrics of each of its owners. A
 * message begins with its length, so the caller must know the length of all pieces first.
 */
final class ProtobufWriter {
  private ProtobufWriter() {}

  /**
   * Returns the length of the message, and its fields but for the metrics.
   *
   * @param samplesLength bytes of all metrics
   */
  static byte[] header(
      String name,
      @Nullable String help,
      MetricType type,
      EscapingScheme scheme,
      long samplesLength) {
    ByteString fields = fields(name, help, type, scheme).toByteString();
    long length = fields.size() + samplesLength;
    ByteString.Output header = ByteString.newOutput(fields.size() + 10);
    CodedOutputStream out = CodedOutputStream.newInstance(header);
    try {
      out.writeUInt64NoTag(length);
      out.writeRawBytes(fields);
      out.flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return header.toByteString().toByteArray();
  }

  static MetricFamily fields(
      String name, @Nullable String help, MetricType type, EscapingScheme scheme) {
    MetricFamily.Builder family =
        MetricFamily.newBuilder().setName(scheme.metricName(name)).setType(type);
    if (help != null) {
      family.setHelp(help);
    }
    return family.build();
  }

  /** Returns the metrics as fields of a family. */
  static byte[] samples(List<Metric> metrics, EscapingScheme scheme) {
    int size = 0;
    Metric[] shown = new Metric[metrics.size()];
    for (int i = 0; i < shown.length; i++) {
      shown[i] = shown(metrics.get(i), scheme);
      size += CodedOutputStream.computeMessageSize(MetricFamily.METRIC_FIELD_NUMBER, shown[i]);
    }
    byte[] bytes = new byte[size];
    CodedOutputStream out = CodedOutputStream.newInstance(bytes);
    try {
      for (Metric metric : shown) {
        out.writeMessage(MetricFamily.METRIC_FIELD_NUMBER, metric);
      }
      out.checkNoSpaceLeft();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes;
  }

  /**
   * Returns the metric with the scheme's names, without parts that make Prometheus refuse a scrape.
   */
  static Metric shown(Metric metric, EscapingScheme scheme) {
    Metric shown = metric;
    if (metric.hasHistogram() && !NativeHistograms.isTakenByPrometheus(metric.getHistogram())) {
      shown =
          metric.toBuilder()
              .setHistogram(NativeHistograms.classicPart(metric.getHistogram()))
              .build();
    }
    String[] names = scheme.labelNames(metric.getLabelList());
    Metric.@Nullable Builder escaped = null;
    for (int i = 0; i < names.length; i++) {
      LabelPair label = metric.getLabel(i);
      if (!names[i].equals(label.getName())) {
        escaped = escaped == null ? shown.toBuilder() : escaped;
        escaped.setLabel(i, label.toBuilder().setName(names[i]));
      }
    }
    return escaped == null ? shown : escaped.build();
  }
}
