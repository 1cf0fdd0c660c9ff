package io.holdfast.server.migration;

import io.holdfast.proto.metrics.Metric;
import io.holdfast.proto.metrics.MetricFamily;
import io.holdfast.storage.ImportedGroup;
import io.holdfast.storage.ImportedGroup.ImportedFamily;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A group that is not completely read yet. A large group is passed on in parts. */
final class GroupDraft {
  /** The size of a part. Messages take ten to fifteen times their encoded size in memory. */
  private static final long PART_BYTES = 256 << 10;

  private static final String PUSH_TIME = "push_time_seconds";
  private static final String PUSH_FAILURE_TIME = "push_failure_time_seconds";
  private static final double NANOS = 1e9;

  private final int maxFamilyBytes;
  private final GroupReceiver receiver;
  private final SortedMap<String, String> labels = new TreeMap<>();
  private final List<ImportedFamily> families = new ArrayList<>();
  private long bytes;
  private long newestNanos;
  private @Nullable Double pushTime;
  private @Nullable Double failureTime;
  private @Nullable String problem;

  /** Whether the labels are known. The labels can follow the families in the file. */
  boolean isLabelled;

  GroupDraft(int maxFamilyBytes, GroupReceiver receiver) {
    this.maxFamilyBytes = maxFamilyBytes;
    this.receiver = receiver;
  }

  void putLabel(String name, String value) {
    labels.put(name, value);
  }

  /** Marks the group as refused. The group is still read to its end. */
  void refuse(String reason) {
    problem = reason;
  }

  void add(FamilyDraft family, long position) throws DamagedFileException, MigrationException {
    newestNanos = Math.max(newestNanos, family.pushedAtNanos);
    byte[] message = family.message;
    if (message == null) {
      leftOut(
          family.name,
          family.length == 0
              ? "it has no message"
              : "its message has "
                  + family.length
                  + " bytes (expected: at most "
                  + maxFamilyBytes
                  + "; more with a larger heap, -Xmx)");
      return;
    }
    MetricFamily parsed = family.parse(message);
    if (family.name.equals(PUSH_TIME)) {
      pushTime = seconds(parsed);
    } else if (family.name.equals(PUSH_FAILURE_TIME)) {
      failureTime = seconds(parsed);
    } else {
      families.add(new ImportedFamily(family.pushedAtNanos, parsed));
      bytes += message.length;
      handOnIfLarge(position);
    }
  }

  private void handOnIfLarge(long position) throws DamagedFileException, MigrationException {
    if (isLabelled && bytes >= PART_BYTES) {
      handOn(null, position);
    } else if (bytes > PART_BYTES + maxFamilyBytes) {
      throw new DamagedFileException(
          position, "a group with " + bytes + " bytes of families in front of its labels");
    }
  }

  void end(long position) throws MigrationException {
    if (problem == null) {
      handOn(times(), position);
    } else {
      receiver.leftOut(name(), null, problem);
    }
  }

  private ImportedGroup.Times times() {
    Double push = orNever(pushTime);
    Double failure = orNever(failureTime);
    if (push == null && failure == null) {
      // Only a file that no Pushgateway wrote gets here, because every Pushgateway writes one of
      // the two times.
      push = pushTime == null ? newestNanos / NANOS : 0;
    }
    return new ImportedGroup.Times(newestNanos, push, failure);
  }

  private void handOn(ImportedGroup.@Nullable Times times, long position)
      throws MigrationException {
    if (problem == null) {
      receiver.take(new ImportedGroup(labels, families, times), bytes, position);
    }
    families.clear();
    bytes = 0;
  }

  /**
   * Returns the value of a push time. A pushed family of that name can have any content, so the
   * result can be null.
   */
  private @Nullable Double seconds(MetricFamily family) {
    Metric metric = family.getMetricCount() == 1 ? family.getMetric(0) : null;
    double seconds = metric != null && metric.hasGauge() ? metric.getGauge().getValue() : -1;
    if (seconds >= 0 && seconds <= Long.MAX_VALUE) {
      return seconds;
    }
    leftOut(family.getName(), "it is not one time");
    return null;
  }

  /** Returns null for zero, which stands for "never". */
  private static @Nullable Double orNever(@Nullable Double seconds) {
    return seconds == null || seconds == 0 ? null : seconds;
  }

  private void leftOut(String family, String reason) {
    receiver.leftOut(name(), family, reason);
  }

  private String name() {
    return new ImportedGroup(labels, List.of(), null).name();
  }
}
