package io.holdfast.storage;

import io.holdfast.proto.metrics.MetricType;
import org.jspecify.annotations.Nullable;

/**
 * A metric family of one push, in every form that the writer needs. The arrays are shared and never
 * changed. Two of these objects are never compared.
 *
 * @param encoded the sanitised {@code io.prometheus.client.MetricFamily}
 * @param text the samples with unescaped names, without HELP and TYPE, sorted by labels
 * @param seriesHashes a {@link SeriesHash} for each series, in the order of the text
 * @param looks of the series, in the order of the text; null for a plain family
 */
record PushedFamily(
    Descriptor descriptor,
    byte[] encoded,
    byte[] text,
    long[] seriesHashes,
    @Nullable Looks looks) {

  String name() {
    return descriptor.name();
  }

  MetricType type() {
    return descriptor.type();
  }

  @Nullable String help() {
    return descriptor.help();
  }
}
