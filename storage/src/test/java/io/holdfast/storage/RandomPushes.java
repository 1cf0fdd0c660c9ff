package io.holdfast.storage;

import io.holdfast.proto.metrics.Bucket;
import io.holdfast.proto.metrics.Counter;
import io.holdfast.proto.metrics.Gauge;
import io.holdfast.proto.metrics.Histogram;
import io.holdfast.proto.metrics.LabelPair;
import io.holdfast.proto.metrics.Metric;
import io.holdfast.proto.metrics.MetricFamily;
import io.holdfast.proto.metrics.MetricType;
import io.holdfast.proto.metrics.Quantile;
import io.holdfast.proto.metrics.Summary;
import io.holdfast.proto.metrics.Untyped;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;

/** Changes with so few groups, names and labels that they conflict all the time. */
final class RandomPushes {
  /** A metric with label x="1" pushed to the first group is a series that the second can have. */
  static final List<GroupKey> GROUPS =
      List.of(
          Pushes.job("a"),
          Pushes.group("job", "a", "x", "1"),
          Pushes.group("job", "a", "x", "2"),
          Pushes.job("b"));

  static final List<String> NAMES =
      List.of("s", "s_count", "s_sum", "s_bucket", "s_count_count", "t", "own", "own_count");

  private final RandomGenerator random;
  private final boolean doExpire;
  private long nanos = Pushes.NANOS;

  RandomPushes(RandomGenerator random) {
    this(random, false);
  }

  /**
   * @param doExpire whether some groups expire within 200 ms
   */
  RandomPushes(RandomGenerator random, boolean doExpire) {
    this.random = random;
    this.doExpire = doExpire;
  }

  Change next() {
    GroupKey group = pick(GROUPS);
    int what = random.nextInt(40);
    if (what == 0) {
      return new Change.Wipe();
    }
    if (what < 8) {
      return new Change.Delete(group);
    }
    return push(group, random.nextBoolean());
  }

  Change push(GroupKey group, boolean replace) {
    nanos += 1_000_000_000L * random.nextInt(1, 100);
    Map<String, MetricFamily> families = new LinkedHashMap<>();
    for (int n = random.nextInt(4); n > 0; n--) {
      MetricFamily family = family();
      families.put(family.getName(), family);
    }
    Change push =
        PushPreparation.prepare(
            group, replace, nanos, List.copyOf(families.values()), Pushes.LIMITS);
    return doExpire && random.nextInt(3) == 0 ? Change.withTtl(push, random.nextInt(1, 200)) : push;
  }

  private MetricFamily family() {
    // Mostly one type, or too little would be accepted.
    MetricType type = random.nextBoolean() ? MetricType.GAUGE : pick(MetricType.values());
    MetricFamily.Builder family = MetricFamily.newBuilder().setName(pick(NAMES)).setType(type);
    switch (random.nextInt(4)) {
      case 0 -> family.setHelp("");
      case 1 -> family.setHelp("help " + random.nextInt(3));
      default -> {}
    }
    List<String> values = new ArrayList<>(List.of("", "1", "2", "}\n"));
    for (int n = random.nextInt(3); n > 0; n--) {
      family.addMetric(metric(type, values.remove(random.nextInt(values.size()))));
    }
    return family.build();
  }

  private Metric metric(MetricType type, String x) {
    Metric.Builder metric = Metric.newBuilder();
    if (!x.isEmpty()) {
      metric.addLabel(LabelPair.newBuilder().setName("x").setValue(x));
    }
    double value = random.nextInt(100);
    switch (type) {
      case COUNTER -> metric.setCounter(Counter.newBuilder().setValue(value));
      case GAUGE -> metric.setGauge(Gauge.newBuilder().setValue(value));
      case UNTYPED -> metric.setUntyped(Untyped.newBuilder().setValue(value));
      case SUMMARY ->
          metric.setSummary(
              Summary.newBuilder()
                  .setSampleCount(3)
                  .setSampleSum(value)
                  .addQuantile(Quantile.newBuilder().setQuantile(0.5).setValue(value)));
      case HISTOGRAM, GAUGE_HISTOGRAM ->
          metric.setHistogram(
              Histogram.newBuilder()
                  .setSampleCount(3)
                  .setSampleSum(value)
                  .addBucket(Bucket.newBuilder().setUpperBound(1).setCumulativeCount(2)));
    }
    return metric.build();
  }

  private <T> T pick(List<T> list) {
    return list.get(random.nextInt(list.size()));
  }

  private <T> T pick(T[] array) {
    return array[random.nextInt(array.length)];
  }
}
