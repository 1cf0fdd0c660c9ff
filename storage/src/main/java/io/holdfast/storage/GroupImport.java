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
 * The import of groups from another program. The import makes states that merge like those of
 * another node.
 *
 * <p>Each family passes {@link PushPreparation} like a push. A family that does not pass is left
 * out. A family that conflicts with other groups is kept and shadowed, like a state from another
 * node.
 *
 * <h2>Versions</h2>
 *
 * The version of an imported family is the time of its push in <em>micro</em>seconds, without a
 * node. Read as a hybrid clock, the version is a time in 1970 or 1971. Therefore
 *
 * <ul>
 *   <li>every change of any node is newer, deletes and wipes included, however wrong a clock is or
 *       was;
 *   <li>nodes that import equal files have equal states, without a message to each other;
 *   <li>of two files with one group, the later push wins;
 *   <li>of conflicting families, the older is exposed.
 * </ul>
 */
public final class GroupImport {
  private static final long NANOS_PER_MICRO = 1_000;

  /** A family whose labels show the labels that every series of a group will have. */
  private static final MetricFamily PROBE =
      MetricFamily.newBuilder()
          .setName("group")
          .setType(MetricType.GAUGE)
          .addMetric(Metric.newBuilder().setGauge(Gauge.newBuilder().setValue(1)))
          .build();

  /** A listener for the groups and families that the import leaves out. */
  public interface LeftOut {
    /**
     * Reports a group or a family that is left out.
     *
     * @param family the family, or null if the whole group is left out
     */
    void of(ImportedGroup group, @Nullable String family, String reason);
  }

  private final long maxTextBytes;
  private final LeftOut leftOut;

  /**
   * Creates an import.
   *
   * @param maxTextBytes the limit for each family, see {@link PushPreparation#prepare}
   */
  public GroupImport(long maxTextBytes, LeftOut leftOut) {
    this.maxTextBytes = maxTextBytes;
    this.leftOut = leftOut;
  }

  /** Returns the states of these groups, without the parts that are left out. */
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
    return probe instanceof Change.FailedPush failed ? failed.rejection().message() : null;
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
    return new Received(group, null, null, records);
  }

  private static void stamp(Group group, ImportedGroup.@Nullable Times times) {
    if (times != null) {
      // Both stamps are as new as the newest family, because Group.newest() reads only floors and
      // stamps.
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
          change instanceof Change.FailedPush failed
              ? failed.rejection().message()
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
