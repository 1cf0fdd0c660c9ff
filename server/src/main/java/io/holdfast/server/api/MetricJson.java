package io.holdfast.server.api;

import com.fasterxml.jackson.core.JsonGenerator;
import io.holdfast.proto.metrics.Bucket;
import io.holdfast.proto.metrics.Histogram;
import io.holdfast.proto.metrics.LabelPair;
import io.holdfast.proto.metrics.Metric;
import io.holdfast.proto.metrics.MetricType;
import io.holdfast.proto.metrics.Quantile;
import io.holdfast.proto.metrics.Summary;
import io.holdfast.server.gocompat.GoJson;
import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;

/** One metric as the Pushgateway's API shows it: every number is a string. */
final class MetricJson {
  private MetricJson() {}

  static void write(JsonGenerator json, MetricType type, Metric metric) throws IOException {
    json.writeStartObject();
    switch (type) {
      case SUMMARY -> {
        Summary summary = metric.getSummary();
        json.writeStringField("count", Long.toUnsignedString(summary.getSampleCount()));
        writeLabels(json, metric);
        json.writeFieldName("quantiles");
        GoJson.write(json, quantiles(summary));
        json.writeStringField("sum", GoJson.number(summary.getSampleSum()));
      }
      case HISTOGRAM -> {
        Histogram histogram = metric.getHistogram();
        json.writeFieldName("buckets");
        json.writeStringField("count", writeBuckets(json, histogram));
        writeLabels(json, metric);
        json.writeStringField("sum", GoJson.number(histogram.getSampleSum()));
      }
      // Upstream does not know gauge histograms, and finds no value in one.
      case COUNTER, GAUGE, UNTYPED, GAUGE_HISTOGRAM -> {
        writeLabels(json, metric);
        json.writeStringField("value", GoJson.number(value(metric)));
      }
    }
    json.writeEndObject();
  }

  private static void writeLabels(JsonGenerator json, Metric metric) throws IOException {
    Map<String, String> labels = new TreeMap<>();
    for (LabelPair label : metric.getLabelList()) {
      labels.put(label.getName(), label.getValue());
    }
    json.writeFieldName("labels");
    GoJson.write(json, labels);
  }

  private static double value(Metric metric) {
    if (metric.hasGauge()) {
      return metric.getGauge().getValue();
    }
    return metric.hasCounter() ? metric.getCounter().getValue() : metric.getUntyped().getValue();
  }

  /** Returns the values by quantile. Of equal quantiles, the last one counts. */
  private static Map<String, String> quantiles(Summary summary) {
    Map<String, String> quantiles = new TreeMap<>();
    for (Quantile each : summary.getQuantileList()) {
      quantiles.put(GoJson.number(each.getQuantile()), GoJson.number(each.getValue()));
    }
    return quantiles;
  }

  /**
   * Writes the buckets and returns the count. The kind of buckets decides which of the two counts
   * is returned.
   */
  private static String writeBuckets(JsonGenerator json, Histogram histogram) throws IOException {
    if (histogram.getPositiveSpanCount() + histogram.getNegativeSpanCount() > 0) {
      return NativeBucketsJson.write(json, histogram);
    }
    GoJson.write(json, classicBuckets(histogram));
    return histogram.getSampleCountFloat() > 0
        ? GoJson.number(histogram.getSampleCountFloat())
        : Long.toUnsignedString(histogram.getSampleCount());
  }

  private static Map<String, String> classicBuckets(Histogram histogram) {
    Map<String, String> buckets = new TreeMap<>();
    for (Bucket bucket : histogram.getBucketList()) {
      buckets.put(
          GoJson.number(bucket.getUpperBound()),
          bucket.getCumulativeCountFloat() > 0
              ? GoJson.number(bucket.getCumulativeCountFloat())
              : Long.toUnsignedString(bucket.getCumulativeCount()));
    }
    return buckets;
  }
}
