package io.holdfast.storage;

import static java.util.Objects.requireNonNull;

import io.holdfast.proto.EscapingScheme;
import io.holdfast.proto.GoNumbers;
import io.holdfast.proto.NameRule;
import io.holdfast.proto.TextWriter;
import io.holdfast.proto.metrics.Gauge;
import io.holdfast.proto.metrics.LabelPair;
import io.holdfast.proto.metrics.Metric;
import io.holdfast.proto.metrics.MetricFamily;
import io.holdfast.proto.metrics.MetricType;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The two families that every group has besides what was pushed, named and worded as the
 * Pushgateway's.
 */
final class PushTimes {
  static final String PUSH_TIME = "push_time_seconds";
  static final String PUSH_FAILURE_TIME = "push_failure_time_seconds";

  private static final Descriptor PUSH_TIME_FAMILY =
      Descriptor.plain(
          PUSH_TIME,
          MetricType.GAUGE,
          "Last Unix time when changing this group in the Pushgateway succeeded.");
  private static final Descriptor PUSH_FAILURE_TIME_FAMILY =
      Descriptor.plain(
          PUSH_FAILURE_TIME,
          MetricType.GAUGE,
          "Last Unix time when changing this group in the Pushgateway failed.");

  /** The stamps are on the disk; the families are made of them. */
  private static final byte[] NOT_STORED = {};

  private PushTimes() {}

  static boolean isReserved(String familyName) {
    return familyName.equals(PUSH_TIME) || familyName.equals(PUSH_FAILURE_TIME);
  }

  /**
   * The group's push time as a family, 0 if no push ever succeeded: the one that it has if that is
   * still right, null for a group without stamps.
   *
   * @param claimedAt {@link Group#stampsClaimedAt}
   */
  static @Nullable Family pushTime(Group group, @Nullable Version claimedAt) {
    return refreshed(group.pushTime, PUSH_TIME_FAMILY, group, group.lastPush, claimedAt);
  }

  /** The same for the time of the last failed push. */
  static @Nullable Family pushFailureTime(Group group, @Nullable Version claimedAt) {
    return refreshed(
        group.pushFailureTime, PUSH_FAILURE_TIME_FAMILY, group, group.lastFailure, claimedAt);
  }

  /** The hash that the push time series of this group has, whether the group exists or not. */
  static long seriesHash(GroupKey group) {
    return new SeriesHash(PUSH_TIME, MetricType.GAUGE).of(Sanitiser.groupLabels(group));
  }

  private static @Nullable Family refreshed(
      @Nullable Family present,
      Descriptor descriptor,
      Group group,
      @Nullable PushStamp stamp,
      @Nullable Version claimedAt) {
    if (claimedAt == null) {
      return null;
    }
    Version version = stamp == null ? claimedAt : stamp.version();
    double seconds = seconds(stamp);
    if (present == null) {
      return new Family(group.key, rendered(descriptor, group.key, seconds), version, claimedAt);
    }
    byte[] text = withValue(present.text, seconds);
    // The version alone does not tell: a stamp that was missing may come with the claim's own.
    if (present.version.equals(version)
        && present.claimedAt.equals(claimedAt)
        && Arrays.equals(present.text, text)) {
      return present;
    }
    PushedFamily content =
        new PushedFamily(present.descriptor, NOT_STORED, text, present.seriesHashes, present.looks);
    return new Family(group.key, content, version, claimedAt);
  }

  /** The message of one of the two families; its value is in its text alone. */
  static MetricFamily message(Family family) {
    return MetricFamily.newBuilder()
        .setName(family.name())
        .setHelp(requireNonNull(family.help(), "help"))
        .setType(MetricType.GAUGE)
        .addMetric(metric(Sanitiser.groupLabels(family.group), seconds(family)))
        .build();
  }

  /** What a scrape shows of a stamp. */
  static double seconds(@Nullable PushStamp stamp) {
    return stamp == null ? 0 : stamp.unixSeconds();
  }

  /**
   * The time of a stamp, to the microsecond: a double of seconds holds no more.
   *
   * @param missing for a push that never was
   */
  static Instant time(@Nullable PushStamp stamp, Instant missing) {
    return stamp == null ? missing : time(stamp.unixSeconds());
  }

  static Instant time(double unixSeconds) {
    return Instant.EPOCH.plus(Math.round(unixSeconds * 1e6), ChronoUnit.MICROS);
  }

  /** The value of one of the two families: it is in the text alone. */
  static double seconds(Family family) {
    int start = valueAt(family.text);
    return Double.parseDouble(
        new String(family.text, start, family.text.length - 1 - start, StandardCharsets.US_ASCII));
  }

  /** Whether there ever was such a push; quicker to find out than when. */
  static boolean isSet(Family family) {
    byte[] line = family.text;
    return line[line.length - 2] != '0' || line[line.length - 3] != ' ';
  }

  private static int valueAt(byte[] line) {
    int start = line.length;
    while (line[start - 1] != ' ') {
      start--;
    }
    return start;
  }

  private static Metric metric(List<LabelPair> labels, double seconds) {
    return Metric.newBuilder()
        .addAllLabel(labels)
        .setGauge(Gauge.newBuilder().setValue(seconds))
        .build();
  }

  private static PushedFamily rendered(Descriptor descriptor, GroupKey group, double seconds) {
    List<LabelPair> labels = Sanitiser.groupLabels(group);
    List<Metric> series = List.of(metric(labels, seconds));
    long[] hashes = {new SeriesHash(descriptor.name(), MetricType.GAUGE).of(labels)};
    boolean isPlain = NameRule.LEGACY.areLabelNames(labels);
    return new PushedFamily(
        isPlain ? descriptor : withOtherLabels(descriptor),
        NOT_STORED,
        TextWriter.samples(descriptor.name(), MetricType.GAUGE, series, EscapingScheme.ALLOW_UTF8),
        hashes,
        isPlain ? null : Looks.of(descriptor.name(), MetricType.GAUGE, series, hashes));
  }

  private static Descriptor withOtherLabels(Descriptor plain) {
    Descriptor.Traits traits = new Descriptor.Traits(true, false, true);
    return new Descriptor(plain.name(), plain.type(), plain.help(), traits);
  }

  /** The same line with another value: labels need not be rendered with every push. */
  private static byte[] withValue(byte[] line, double value) {
    int valueAt = valueAt(line);
    byte[] number = (GoNumbers.format(value) + "\n").getBytes(StandardCharsets.US_ASCII);
    byte[] changed = Arrays.copyOf(line, valueAt + number.length);
    System.arraycopy(number, 0, changed, valueAt, number.length);
    return changed;
  }
}
