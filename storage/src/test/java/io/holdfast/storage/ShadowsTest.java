package io.holdfast.storage;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.protobuf.InvalidProtocolBufferException;
import io.holdfast.proto.metrics.Metric;
import io.holdfast.proto.metrics.MetricFamily;
import io.holdfast.storage.Shadows.Reason;
import io.holdfast.storage.Shadows.Shadow;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The list of shadowed series, which also names the series that are shown instead. */
class ShadowsTest {
  private static final GroupKey A = Pushes.job("a");
  private static final GroupKey B = Pushes.job("b");

  /** The same labels in a scrape as those of {@link #A}. */
  private static final GroupKey A_TWIN = Pushes.group("instance", "", "job", "a");

  private final Groups groups = new Groups(false);

  private void merge(GroupKey key, long clock, String body) {
    Change.Push push = Pushes.accepted(Pushes.post(key, body));
    Version version = new Version(clock, 1);
    Group change = new Group(key);
    change.lastPush = new PushStamp(version, clock, version);
    push.families()
        .values()
        .forEach(family -> change.families.put(new Family(key, family, version, version)));
    groups.merge(change);
  }

  /** Of each series in the order in which it was pushed; null for what is shown. */
  private List<@Nullable Shadow> shadows(GroupKey key, String name, String body) {
    Family family = groups.exposition().family(name, key);
    Shadows shadows = Shadows.of(family, groups.names());
    Change.Push push = Pushes.accepted(Pushes.post(key, body));
    PushedFamily pushed = push.families().get(name);
    List<@Nullable Shadow> found = new ArrayList<>();
    for (Metric metric : metrics(pushed)) {
      found.add(shadows.of(metric).orElse(null));
    }
    return found;
  }

  private static List<Metric> metrics(PushedFamily pushed) {
    try {
      return MetricFamily.parseFrom(pushed.encoded()).getMetricList();
    } catch (InvalidProtocolBufferException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void sameSeries_isTheOlderGroups_andTheOthersAreShown() {
    String older = "m{l=\"1\"} 1\n";
    String later = "m{l=\"2\"} 2\nm{l=\"1\"} 3\n";
    merge(A_TWIN, 2, later);
    merge(A, 1, older);

    Shadow expected = new Shadow(Reason.SAME_SERIES, A, "m");
    List<@Nullable Shadow> found = shadows(A_TWIN, "m", later);

    assertEquals(2, found.size());
    assertEquals(null, found.get(0));
    assertEquals(expected, found.get(1));
    assertEquals(null, shadows(A, "m", older).get(0));
  }

  @Test
  void otherType_isTheOldestClaims() {
    String counter = "# TYPE m counter\nm 1\n";
    String gauge = "# TYPE m gauge\nm 2\n";
    merge(B, 2, gauge);
    merge(A, 1, counter);

    assertEquals(List.of(new Shadow(Reason.OTHER_TYPE, A, "m")), shadows(B, "m", gauge));
  }

  @Test
  void collidingName_isTheOlderFamilys_inBothDirections() {
    String summary = "# TYPE s summary\ns{quantile=\"0.5\"} 1\n";
    String count = "s_count 1\n";
    merge(A, 1, summary);
    merge(B, 2, count);
    merge(A, 11, "# TYPE t gauge\nt_count 1\n");
    String later = "# TYPE t summary\nt{quantile=\"0.5\"} 1\n";
    merge(B, 12, later);

    assertEquals(List.of(new Shadow(Reason.COLLIDING_NAME, A, "s")), shadows(B, "s_count", count));
    assertEquals(List.of(new Shadow(Reason.COLLIDING_NAME, A, "t_count")), shadows(B, "t", later));
  }

  @Test
  void exposition_namesTheGroups_ofWhichSomethingIsShadowed() {
    merge(A, 1, "# TYPE m counter\nm 1\n");
    assertEquals(Set.of(), groups.exposition().shadowedGroups());
    merge(B, 2, "# TYPE m gauge\nm 2\n");
    assertEquals(Set.of(B), groups.exposition().shadowedGroups());
    assertEquals(new GroupSize(1, 1, 1), groups.exposition().sizes(List.of(A, B)).get(B));
    assertEquals(new GroupSize(1, 1, 0), groups.exposition().sizes(List.of(A, B)).get(A));
  }
}
