package io.holdfast.storage;

import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The families of one group in order of their names. A sorted array suits them: most groups have
 * few families, and a store can have many groups. An insertion moves up to n references, four bytes
 * each.
 *
 * <p>Concurrency: mutable, confined to the writer thread.
 */
final class Families {
  private static final Family[] NONE = {};

  private Family[] byName = NONE;

  @Nullable Family get(String name) {
    int at = find(name);
    return at < 0 ? null : byName[at];
  }

  /** Puts the family, and replaces the family of that name if there is one. */
  void put(Family family) {
    int at = find(family.name());
    if (at >= 0) {
      byName[at] = family;
      return;
    }
    int gap = -(at + 1);
    Family[] grown = Arrays.copyOf(byName, byName.length + 1);
    System.arraycopy(byName, gap, grown, gap + 1, byName.length - gap);
    grown[gap] = family;
    byName = grown;
  }

  void removeIf(Predicate<Family> condition) {
    Family[] kept = byName.clone();
    int size = 0;
    for (Family family : byName) {
      if (!condition.test(family)) {
        kept[size++] = family;
      }
    }
    byName = size == byName.length ? byName : Arrays.copyOf(kept, size);
  }

  /** Returns a view in order of the names. */
  List<Family> values() {
    return Collections.unmodifiableList(Arrays.asList(byName));
  }

  boolean isEmpty() {
    return byName.length == 0;
  }

  int size() {
    return byName.length;
  }

  private int find(String name) {
    int low = 0;
    int high = byName.length - 1;
    while (low <= high) {
      int middle = (low + high) >>> 1;
      int order = byName[middle].name().compareTo(name);
      if (order == 0) {
        return middle;
      }
      if (order < 0) {
        low = middle + 1;
      } else {
        high = middle - 1;
      }
    }
    return -(low + 1);
  }
}
