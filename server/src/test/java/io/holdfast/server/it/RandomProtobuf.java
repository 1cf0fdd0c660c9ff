package io.holdfast.server.it;

import io.holdfast.proto.metrics.Metric;
import io.holdfast.proto.metrics.MetricFamily;
import io.holdfast.proto.metrics.MetricType;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/** Bodies of delimited protobuf: what only they can say, and damage. */
final class RandomProtobuf {
  private static final String[] NAMES = {"m", "n", "s", "h", "s_count", "h_bucket", "m_total"};
  private static final String[] LABELS = {"a", "b", "job", "instance", "quantile", "le", "__a"};
  private static final String[] LABEL_VALUES = {"", "1", "2", "x", "\\", "\n", "\"", "\u00e4"};
  private static final double[] NUMBERS = {
    0,
    1,
    -1,
    0.5,
    1e6,
    1e21,
    1e-5,
    123456.789,
    9007199254740992.0,
    Double.NaN,
    Double.MIN_VALUE,
    Double.MAX_VALUE,
    Double.POSITIVE_INFINITY,
    Double.NEGATIVE_INFINITY
  };
  private static final String[] DICTIONARY = {
    "\0",
    "\u0001",
    "\u007f",
    "\u0080",
    "\u00ff",
    "\n\u0001m",
    "\u0018\u0005",
    "\u0018\u0001",
    "\"\0",
    "\u00ff\u00ff\u00ff\u00ff\u000f",
    "\u000b",
    "\u001a\u0000",
    "a",
    "m",
    "\u0012\u0009"
  };
  private static final MetricType[] TYPES = {
    MetricType.COUNTER,
    MetricType.GAUGE,
    MetricType.UNTYPED,
    MetricType.SUMMARY,
    MetricType.HISTOGRAM
  };

  private final RandomGenerator random;
  private final Mutator mutator;

  RandomProtobuf(RandomGenerator random) {
    this.random = random;
    this.mutator = new Mutator(random, DICTIONARY);
  }

  byte[] body() {
    List<MetricFamily.Builder> families = new ArrayList<>();
    int count = random.nextInt(4);
    for (int i = 0; i < count; i++) {
      families.add(family());
    }
    byte[] bytes = Step.delimited(families.toArray(MetricFamily.Builder[]::new));
    return random.nextInt(3) == 0 ? mutator.mutate(bytes) : bytes;
  }

  private MetricFamily.Builder family() {
    MetricType type = TYPES[random.nextInt(TYPES.length)];
    MetricFamily.Builder family =
        MetricFamily.newBuilder().setName(NAMES[random.nextInt(NAMES.length)]).setType(type);
    if (random.nextInt(3) == 0) {
      family.setHelp("help");
    }
    int metrics = random.nextInt(4);
    for (int i = 0; i < metrics; i++) {
      family.addMetric(metric(random.nextInt(20) == 0 ? TYPES[random.nextInt(5)] : type));
    }
    return family;
  }

  private Metric.Builder metric(MetricType type) {
    Metric.Builder metric =
        switch (type) {
          case COUNTER -> Families.counterOf(number());
          case GAUGE -> Families.gaugeOf(number());
          case UNTYPED -> Families.untypedOf(number());
          case SUMMARY -> Families.summaryOf(random.nextInt(9), number(), 0.5, number());
          case HISTOGRAM, GAUGE_HISTOGRAM ->
              Families.histogramOf(random.nextInt(9), number(), 1, random.nextInt(9), 2, 4);
        };
    int labels = random.nextInt(3);
    for (int i = 0; i < labels; i++) {
      String label = LABELS[random.nextInt(random.nextInt(5) == 0 ? LABELS.length : 2)];
      String value = LABEL_VALUES[random.nextInt(LABEL_VALUES.length)];
      metric.addAllLabel(Families.metric(label, value).getLabelList());
    }
    if (random.nextInt(30) == 0) {
      metric.setTimestampMs(random.nextLong());
    }
    return metric;
  }

  private double number() {
    return NUMBERS[random.nextInt(NUMBERS.length)];
  }
}
