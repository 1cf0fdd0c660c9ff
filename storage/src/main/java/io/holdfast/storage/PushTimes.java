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
 * The two families that every group has besides its pushed families. Their names and HELP texts are
 * those of the Pushgateway.
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

  /** Empty: the stamps are on the disk, and the families are made of them. */
  private static final byte[] NOT_STORED = {};

  private PushTimes() {}

  static boolean isReserved(String familyName) {
    return familyName.equals(PUSH_TIME) || familyName.equals(PUSH_FAILURE_TIME);
  }

  /**
   * Returns the group's push time as a family; 0 if no push ever succeeded. Returns the group's
   * present family if it is still right. Returns null for a group without stamps.
   *
   * @param claimedAt {@link Group#stampsClaimedAt}
   */
  static @Nullable Family pushTime(Group group, @Nullable Version claimedAt) {
    return refreshed(group.pushTime, PUSH_TIME_FAMILY, group, group.lastPush, claimedAt);
  }

  /**
   * Returns the time of the group's last failed push as a family, by the rules of {@link
   * #pushTime}.
   */
  static @Nullable Family pushFailureTime(Group group, @Nullable Version claimedAt) {
    return refreshed(
        group.pushFailureTime, PUSH_FAILURE_TIME_FAMILY, group, group.lastFailure, claimedAt);
  }

  /** Returns the hash of the group's push time series, whether the group exists or not. */
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
    // The version alone does not decide: a stamp that was missing can arrive with the version of
    // the claim.
    if (present.version.equals(version)
        && present.claimedAt.equals(claimedAt)
        && Arrays.equals(present.text, text)) {
      return present;
    }
    PushedFamily content =
        new PushedFamily(present.descriptor, NOT_STORED, text, present.seriesHashes, present.looks);
    return new Family(group.key, content, version, claimedAt);
  }

  /** Returns the message of one of the two families. Memory has its value only in the text. */
  static MetricFamily message(Family family) {
    return MetricFamily.newBuilder()
        .setName(family.name())
        .setHelp(requireNonNull(family.help(), "help"))
        .setType(MetricType.GAUGE)
        .addMetric(metric(Sanitiser.groupLabels(family.group), seconds(family)))
        .build();
  }

  /** Returns the value that a scrape shows of a stamp. */
  static double seconds(@Nullable PushStamp stamp) {
    return stamp == null ? 0 : stamp.unixSeconds();
  }

  /**
   * Returns the time of a stamp, to the microsecond. A double of seconds is no more precise.
   *
   * @param missing the result for a push that never was
   */
  static Instant time(@Nullable PushStamp stamp, Instant missing) {
    return stamp == null ? missing : time(stamp.unixSeconds());
  }

  static Instant time(double unixSeconds) {
    return Instant.EPOCH.plus(Math.round(unixSeconds * 1e6), ChronoUnit.MICROS);
  }

  /** Returns the value of one of the two families from its text. */
  static double seconds(Family family) {
    int start = valueAt(family.text);
    return Double.parseDouble(
        new String(family.text, start, family.text.length - 1 - start, StandardCharsets.US_ASCII));
  }

  /** Returns whether there ever was such a push. The answer is faster than reading the time. */
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

  /** Returns the line with another value, so that a push need not render the labels again. */
  private static byte[] withValue(byte[] line, double value) {
    int valueAt = valueAt(line);
    byte[] number = (GoNumbers.format(value) + "\n").getBytes(StandardCharsets.US_ASCII);
    byte[] changed = Arrays.copyOf(line, valueAt + number.length);
    System.arraycopy(number, 0, changed, valueAt, number.length);
    return changed;
  }
}
