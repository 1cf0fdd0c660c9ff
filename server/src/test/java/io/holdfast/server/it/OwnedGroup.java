package io.holdfast.server.it;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A group that one client alone changes, and every state that the server may hold it in. An
 * answered change leaves one state. An unanswered one leaves two: it took effect as a whole, or not
 * at all. A state is empty when there is no such group, and else the counters by family.
 *
 * <p>Concurrency: for one thread at a time.
 */
final class OwnedGroup {
  private static final int MANY = 8;

  private final String target;
  private List<Optional<SortedMap<String, Long>>> possible = List.of(Optional.empty());

  OwnedGroup(String target) {
    this.target = target;
  }

  String target() {
    return target;
  }

  /** Whether so many changes went unanswered that the next should leave one state alone. */
  boolean isUncertain() {
    return possible.size() > MANY;
  }

  /** A PUT of these counters has been sent. */
  void replaced(Map<String, Long> counters, boolean isAnswered) {
    changed(isAnswered, List.of(Optional.of(new TreeMap<>(counters))));
  }

  /** A POST of these counters has been sent. */
  void added(Map<String, Long> counters, boolean isAnswered) {
    List<Optional<SortedMap<String, Long>>> after = new ArrayList<>();
    for (Optional<SortedMap<String, Long>> before : possible) {
      SortedMap<String, Long> both = new TreeMap<>(before.orElseGet(TreeMap::new));
      both.putAll(counters);
      after.add(Optional.of(both));
    }
    changed(isAnswered, after);
  }

  /** A DELETE has been sent. */
  void deleted(boolean isAnswered) {
    changed(isAnswered, List.of(Optional.empty()));
  }

  /** Whether the server may hold the group like this. If so, from now on it is known to. */
  boolean settles(Optional<SortedMap<String, Long>> observed) {
    if (!possible.contains(observed)) {
      return false;
    }
    possible = List.of(observed);
    return true;
  }

  private void changed(boolean isAnswered, List<Optional<SortedMap<String, Long>>> after) {
    List<Optional<SortedMap<String, Long>>> now = new ArrayList<>(after);
    if (!isAnswered) {
      now.addAll(possible);
    }
    possible = List.copyOf(now);
  }

  @Override
  public String toString() {
    return target + " as one of " + possible;
  }
}
