package io.holdfast.storage;

import io.holdfast.proto.DelimitedParser;
import io.holdfast.proto.ParseException;
import io.holdfast.proto.metrics.Gauge;
import io.holdfast.proto.metrics.Metric;
import io.holdfast.proto.metrics.MetricFamily;
import io.holdfast.proto.metrics.MetricType;
import io.holdfast.storage.ImportedGroup.ImportedFamily;
import io.holdfast.storage.ReceivedStates.Received;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Makes of groups that another program kept states that merge like another node's.
 *
 * <p>Families pass what pushes pass in {@link PushPreparation}; what does not is left out. What is
 * in conflict with other groups is not: like what comes from another node, it is kept and shadowed.
 *
 * <h2>Versions</h2>
 *
 * The version of what is imported is the time of its push in <em>micro</em>seconds, and of no node.
 * Read as a hybrid clock that is some time in 1970 or 1971. So
 *
 * <ul>
 *   <li>every change that this or another node has ever made is newer, deletes and wipes included,
 *       however wrong a clock is or was;
 *   <li>nodes that import the same file have the same state, without a word to each other;
 *   <li>of two files with the same group, the later push wins, and of what conflicts, the older is
 *       exposed.
 * </ul>
 */
public final class GroupImport {
  private static final long NANOS_PER_MICRO = 1_000;

  /** Shows with its labels alone what every series of a group will have. */
  private static final MetricFamily PROBE =
      MetricFamily.newBuilder()
          .setName("group")
          .setType(MetricType.GAUGE)
          .addMetric(Metric.newBuilder().setGauge(Gauge.newBuilder().setValue(1)))
          .build();

  /** Hears of each group and each family that cannot be kept. */
  public interface LeftOut {
    /**
     * Told of one.
     *
     * @param family null if it is the whole group
     */
    void of(ImportedGroup group, @Nullable String family, String reason);
  }

  private final long maxTextBytes;
  private final LeftOut leftOut;

  /**
   * @param maxTextBytes see {@link PushPreparation#prepare}; for each family
   */
  public GroupImport(long maxTextBytes, LeftOut leftOut) {
    this.maxTextBytes = maxTextBytes;
    this.leftOut = leftOut;
  }

  /** The states of these groups, without what had to be left out. */
  public ReceivedStates prepare(List<ImportedGroup> groups) {
    List<Received> states = new ArrayList<>(groups.size());
    for (ImportedGroup group : groups) {
      String problem = problemOf(group);
      if (problem == null) {
        states.add(state(group));
      } else {
        leftOut.of(group, null, problem);
      }
    }
    return ReceivedStates.of(states);
  }

  private @Nullable String problemOf(ImportedGroup group) {
    if (group.labels().getOrDefault("job", "").isEmpty()) {
      return "it has no job";
    }
    Change probe =
        PushPreparation.prepare(
            GroupKey.of(group.labels()),
            true,
            0,
            List.of(PROBE),
            ContentLimits.ofText(Long.MAX_VALUE));
    return probe instanceof Change.RefusedPush refused ? refused.rejection().message() : null;
  }

  private Received state(ImportedGroup imported) {
    Group group = new Group(GroupKey.of(imported.labels()));
    Map<String, byte[]> records = new HashMap<>();
    for (ImportedFamily each : imported.families()) {
      PushedFamily content = content(imported, group.key, each);
      if (content == null) {
        continue;
      }
      Version version = version(each.pushedAtNanos());
      Family present = group.families.get(content.name());
      if (present != null) {
        leftOut.of(
            imported, each.family().getName(), "another family of the group has the same name");
        continue;
      }
      Family family = new Family(group.key, content, version, version);
      group.families.put(family);
      records.put(family.name(), Records.family(family, each.pushedAtNanos(), content.encoded()));
    }
    stamp(group, imported.times());
    return new Received(group, null, records);
  }

  private static void stamp(Group group, ImportedGroup.@Nullable Times times) {
    if (times != null) {
      // Both as new as anything of the group: who asks for its newest version looks at them alone.
      Version newest = version(times.newestNanos());
      group.lastPush = stamp(newest, times.lastPush());
      group.lastFailure = stamp(newest, times.lastFailure());
    }
  }

  private static @Nullable PushStamp stamp(Version version, @Nullable Double seconds) {
    return seconds == null ? null : new PushStamp(version, seconds, version);
  }

  private @Nullable PushedFamily content(
      ImportedGroup group, GroupKey key, ImportedFamily imported) {
    MetricFamily family = imported.family();
    String reason;
    try {
      DelimitedParser.requireExposable(family);
      Change change =
          PushPreparation.prepare(
              key,
              true,
              imported.pushedAtNanos(),
              List.of(family),
              ContentLimits.ofText(maxTextBytes));
      if (change instanceof Change.Push push && !push.families().isEmpty()) {
        return push.families().get(push.families().firstKey());
      }
      reason =
          change instanceof Change.RefusedPush refused
              ? refused.rejection().message()
              : "the name is reserved";
    } catch (ParseException e) {
      reason = String.valueOf(e.getMessage());
    }
    leftOut.of(group, family.getName(), reason);
    return null;
  }

  private static Version version(long nanos) {
    return new Version(Math.max(nanos, 0) / NANOS_PER_MICRO, Version.NO_NODE);
  }
}
