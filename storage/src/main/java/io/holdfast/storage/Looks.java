package io.holdfast.storage;

import io.holdfast.proto.EscapingScheme;
import io.holdfast.proto.NameRule;
import io.holdfast.proto.metrics.LabelPair;
import io.holdfast.proto.metrics.Metric;
import io.holdfast.proto.metrics.MetricType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * The looks of the series of one family under the escaping schemes: for each scheme a {@link
 * SeriesHash} of each series, in the order of the text. A series with plain names looks the same
 * under every scheme, so its looks are its own hash.
 *
 * <p>Immutable. Only families that are not plain have looks.
 */
final class Looks {
  /** The schemes under which different names can look alike. */
  static final List<EscapingScheme> SCHEMES =
      List.of(EscapingScheme.UNDERSCORES, EscapingScheme.DOTS, EscapingScheme.VALUES);

  private static final int NONE = -1;
  private static final Comparator<LabelPair> BY_NAME = Comparator.comparing(LabelPair::getName);

  private final long[][] hashes;

  private Looks(long[][] hashes) {
    this.hashes = hashes;
  }

  /** Returns the index of a scheme in {@link #SCHEMES}; below 0 for the scheme without escaping. */
  static int indexOf(EscapingScheme scheme) {
    return switch (scheme) {
      case UNDERSCORES -> 0;
      case DOTS -> 1;
      case VALUES -> 2;
      case ALLOW_UTF8 -> NONE;
    };
  }

  /**
   * Returns the looks of the series of one family.
   *
   * @param series in the order of the text
   * @param own their hashes under the names that were pushed
   */
  static Looks of(String name, MetricType type, List<Metric> series, long[] own) {
    long[][] hashes = new long[SCHEMES.size()][];
    for (int i = 0; i < hashes.length; i++) {
      EscapingScheme scheme = SCHEMES.get(i);
      SeriesHash hasher = new SeriesHash(scheme.metricName(name), type);
      hashes[i] = own.clone();
      for (int at = 0; at < own.length; at++) {
        List<LabelPair> labels = series.get(at).getLabelList();
        if (!NameRule.LEGACY.isMetricName(name) || !NameRule.LEGACY.areLabelNames(labels)) {
          hashes[i][at] = hasher.of(shown(scheme, labels));
        }
      }
    }
    return new Looks(hashes);
  }

  private static List<LabelPair> shown(EscapingScheme scheme, List<LabelPair> labels) {
    String[] names = scheme.labelNames(labels);
    List<LabelPair> shown = new ArrayList<>(names.length);
    for (int i = 0; i < names.length; i++) {
      shown.add(labels.get(i).toBuilder().setName(names[i]).build());
    }
    shown.sort(BY_NAME);
    return shown;
  }

  /**
   * Returns the hashes of all series under one of {@link #SCHEMES}. Callers must not change the
   * array.
   */
  long[] hashes(int scheme) {
    return hashes[scheme];
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Looks that && Arrays.deepEquals(hashes, that.hashes);
  }

  @Override
  public int hashCode() {
    return Arrays.deepHashCode(hashes);
  }
}
