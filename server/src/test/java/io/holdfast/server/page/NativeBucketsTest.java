package io.holdfast.server.page;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.proto.metrics.BucketSpan;
import io.holdfast.proto.metrics.Histogram;
import io.holdfast.server.page.NativeBuckets.Range;
import java.util.List;
import org.junit.jupiter.api.Test;

class NativeBucketsTest {
  private static BucketSpan span(int offset, int length) {
    return BucketSpan.newBuilder().setOffset(offset).setLength(length).build();
  }

  @Test
  void integerHistogram_hasRangesFromTheLowest_withoutEmptyBuckets() {
    Histogram histogram =
        Histogram.newBuilder()
            .setSampleCount(12)
            .setSchema(0)
            .setZeroThreshold(0.001)
            .setZeroCount(2)
            .addPositiveSpan(span(0, 2))
            .addPositiveSpan(span(1, 2))
            .addPositiveDelta(1)
            .addPositiveDelta(2)
            .addPositiveDelta(-3)
            .addPositiveDelta(4)
            .addNegativeSpan(span(1, 1))
            .addNegativeDelta(2)
            .build();

    assertEquals(
        List.of(
            new Range("[\u22122, \u22121)", 2),
            new Range("[\u22120.001, 0.001]", 2),
            new Range("(0.5, 1]", 1),
            new Range("(1, 2]", 3),
            new Range("(8, 16]", 4)),
        NativeBuckets.of(histogram));
  }

  @Test
  void floatHistogram_hasAbsoluteCounts_andFinerBounds() {
    Histogram histogram =
        Histogram.newBuilder()
            .setSampleCountFloat(1.5)
            .setSchema(1)
            .addPositiveSpan(span(1, 1))
            .addPositiveCount(1.5)
            .build();

    assertEquals(List.of(new Range("(1, 1.41421]", 1.5)), NativeBuckets.of(histogram));
  }

  @Test
  void spans_thatPromiseTooMuch_endWithTheCounts() {
    Histogram histogram =
        Histogram.newBuilder()
            .setSchema(0)
            .addPositiveSpan(span(0, Integer.MAX_VALUE))
            .addPositiveDelta(1)
            .build();

    assertEquals(1, NativeBuckets.of(histogram).size());
  }

  @Test
  void classicHistogram_isNotNative() {
    assertFalse(NativeBuckets.isNative(Histogram.newBuilder().setSampleCount(1).build()));
    assertTrue(NativeBuckets.isNative(Histogram.newBuilder().setSchema(3).build()));
  }
}
