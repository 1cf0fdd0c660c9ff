package io.holdfast.server.it;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The groups of {@link Pusher}s that one exposition shows. A group is there when it has a push
 * time.
 */
final class PushedGroups {
  private final Map<String, SortedMap<String, Long>> served = new TreeMap<>();

  private PushedGroups() {}

  static PushedGroups of(Exposition exposition) {
    PushedGroups groups = new PushedGroups();
    for (Exposition.Sample pushTime : exposition.samples("push_time_seconds")) {
      if (pushTime.label("job").equals("crash")) {
        assertTrue(Double.parseDouble(pushTime.value()) > 0, pushTime::toString);
        groups.served.put(target(pushTime), new TreeMap<>());
      }
    }
    for (String family : exposition.pushed().families()) {
      if (family.startsWith("crash_")) {
        exposition.samples(family).forEach(sample -> groups.add(family, sample));
      }
    }
    return groups;
  }

  private void add(String family, Exposition.Sample sample) {
    SortedMap<String, Long> group = served.get(target(sample));
    assertTrue(group != null, () -> sample + " has no push time");
    group.put(family, (long) Double.parseDouble(sample.value()));
  }

  /** Compares every group with what its owner knows, and looks for groups without an owner. */
  void check(List<Pusher> pushers, String when) {
    Set<String> owned = new HashSet<>();
    for (Pusher pusher : pushers) {
      for (OwnedGroup group : pusher.groups()) {
        owned.add(group.target());
        Optional<SortedMap<String, Long>> observed =
            Optional.ofNullable(served.get(group.target()));
        assertTrue(
            group.settles(observed), () -> when + ": " + observed + " (expected: " + group + ")");
      }
    }
    assertTrue(
        owned.containsAll(served.keySet()),
        () -> when + ": " + served.keySet() + " (expected: no others)");
  }

  private static String target(Exposition.Sample sample) {
    return String.format(
        "/metrics/job/%s/pusher/%s/group/%s",
        sample.label("job"), sample.label("pusher"), sample.label("group"));
  }
}
