package io.holdfast.server.api;

import com.fasterxml.jackson.core.JsonGenerator;
import io.holdfast.proto.metrics.BucketSpan;
import io.holdfast.proto.metrics.Histogram;
import io.holdfast.server.gocompat.GoJson;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * The buckets of a native histogram as the Pushgateway's API shows them. Empty buckets are left
 * out, and the order is ascending. Each bucket has a code for its inclusive bounds, the bounds, and
 * its count. The code is 0 for the upper bound, 1 for the lower, 3 for both.
 */
final class NativeBucketsJson {
  private static final int UPPER_INCLUSIVE = 0;
  private static final int LOWER_INCLUSIVE = 1;
  private static final int EXCLUSIVE = 2;
  private static final int INCLUSIVE = 3;

  private record Bucket(int boundaries, double lower, double upper, String count) {}

  private final Histogram histogram;
  private final boolean isFloat;

  private NativeBucketsJson(Histogram histogram) {
    this.histogram = histogram;
    this.isFloat = histogram.getSampleCountFloat() > 0 || histogram.getZeroCountFloat() > 0;
  }

  /** Writes the buckets and returns the histogram's count. */
  static String write(JsonGenerator json, Histogram histogram) throws IOException {
    NativeBucketsJson buckets = new NativeBucketsJson(histogram);
    json.writeStartArray();
    for (Bucket bucket : buckets.all()) {
      json.writeStartArray();
      json.writeNumber(bucket.boundaries);
      json.writeString(GoJson.number(bucket.lower));
      json.writeString(GoJson.number(bucket.upper));
      json.writeString(bucket.count);
      json.writeEndArray();
    }
    json.writeEndArray();
    return buckets.isFloat
        ? GoJson.number(histogram.getSampleCountFloat())
        : Long.toUnsignedString(histogram.getSampleCount());
  }

  private List<Bucket> all() {
    List<Bucket> all = side(false);
    Collections.reverse(all);
    boolean hasZeroBucket =
        isFloat ? histogram.getZeroCountFloat() != 0 : histogram.getZeroCount() != 0;
    if (hasZeroBucket) {
      double threshold = histogram.getZeroThreshold();
      String count =
          isFloat
              ? GoJson.number(histogram.getZeroCountFloat())
              : Long.toUnsignedString(histogram.getZeroCount());
      all.add(new Bucket(INCLUSIVE, -threshold, threshold, count));
    }
    all.addAll(side(true));
    return all;
  }

  /** Returns the buckets of one sign, from zero outwards. */
  private List<Bucket> side(boolean positive) {
    List<BucketSpan> spans =
        positive ? histogram.getPositiveSpanList() : histogram.getNegativeSpanList();
    Counts counts = new Counts(positive);
    List<Bucket> buckets = new ArrayList<>();
    int index = 0;
    for (BucketSpan span : spans) {
      index += span.getOffset();
      for (int i = 0; i != span.getLength() && counts.advance(); i++) {
        if (counts.isNotZero()) {
          buckets.add(bucket(index, positive, counts.text()));
        }
        index++;
      }
    }
    return buckets;
  }

  private Bucket bucket(int index, boolean positive, String count) {
    int schema = histogram.getSchema();
    double outer = NativeBounds.of(index, schema);
    double inner = NativeBounds.of(index - 1, schema);
    double lower = positive ? inner : -outer;
    double upper = positive ? outer : -inner;
    boolean isCustom = schema == NativeBounds.CUSTOM_SCHEMA;
    boolean lowerInclusive = isCustom ? index == 0 : lower < 0;
    boolean upperInclusive = isCustom || upper > 0;
    return new Bucket(boundaries(lowerInclusive, upperInclusive), lower, upper, count);
  }

  private static int boundaries(boolean lowerInclusive, boolean upperInclusive) {
    if (lowerInclusive) {
      return upperInclusive ? INCLUSIVE : LOWER_INCLUSIVE;
    }
    return upperInclusive ? UPPER_INCLUSIVE : EXCLUSIVE;
  }

  /** The counts of one sign's buckets, as absolute numbers or as sums of differences. */
  private final class Counts {
    private final List<Long> deltas;
    private final List<Double> absolute;
    private int next;
    private long count;
    private double floatCount;

    Counts(boolean positive) {
      deltas = positive ? histogram.getPositiveDeltaList() : histogram.getNegativeDeltaList();
      absolute = positive ? histogram.getPositiveCountList() : histogram.getNegativeCountList();
    }

    /** Goes to the next count. Returns false if no count of the used kind is left. */
    boolean advance() {
      if (next >= (isFloat ? absolute.size() : deltas.size())) {
        return false;
      }
      if (isFloat) {
        floatCount = absolute.get(next);
      } else {
        count += deltas.get(next);
      }
      next++;
      return true;
    }

    boolean isNotZero() {
      return isFloat ? floatCount != 0 : count != 0;
    }

    String text() {
      return isFloat ? GoJson.number(floatCount) : Long.toUnsignedString(count);
    }
  }
}
