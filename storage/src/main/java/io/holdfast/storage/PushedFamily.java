package io.holdfast.storage;

import io.holdfast.proto.metrics.MetricType;
import org.jspecify.annotations.Nullable;

/**
 * A metric family of one push, in every form that the writer needs. The arrays are shared, never
 * changed; two of these are never compared.
 *
 * @param name as a scrape shows it: families that it would show under one name are one family. The
 *     name that was pushed is in the message
 * @param help absent if the push had none, which is not the same as empty
 * @param encoded the sanitised {@code io.prometheus.client.MetricFamily}
 * @param text the samples as a scrape shows them, without HELP and TYPE, series sorted by labels
 * @param seriesHashes a {@link SeriesHash} for each series, in the order of the text
 */
record PushedFamily(
    String name,
    MetricType type,
    @Nullable String help,
    byte[] encoded,
    byte[] text,
    long[] seriesHashes) {}
