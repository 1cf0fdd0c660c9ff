package io.holdfast.storage;

import io.holdfast.proto.EscapingScheme;
import io.holdfast.proto.metrics.MetricType;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The names under which a scrape with one scheme shows families. Names that need no escaping are
 * shown unchanged. The cost is in proportion to the number of names, as for any scrape.
 *
 * <p>Immutable.
 */
final class ShownNames {
  private final EscapingScheme scheme;
  private final SortedTree<String, NamedFamily> names;

  /** The families whose names the scheme changes, by their shown names. */
  private final NavigableMap<String, List<NamedFamily>> escaped = new TreeMap<>();

  ShownNames(SortedTree<String, NamedFamily> names, EscapingScheme scheme) {
    this.scheme = scheme;
    this.names = names;
    if (scheme != EscapingScheme.ALLOW_UTF8) {
      names.forEach(
          named -> {
            if (isEscaped(named) && named.isShown(scheme)) {
              escaped
                  .computeIfAbsent(scheme.metricName(named.name()), first -> new ArrayList<>(1))
                  .add(named);
            }
          });
    }
  }

  private boolean isEscaped(NamedFamily named) {
    return scheme != EscapingScheme.ALLOW_UTF8 && !named.descriptor().isNamePlain();
  }

  /**
   * Calls the action for all shown names in order, each with its families. The family with exactly
   * this name comes first.
   */
  void forEach(BiConsumer<String, List<NamedFamily>> action) {
    TreeMap<String, List<NamedFamily>> waiting = new TreeMap<>(escaped);
    names.forEach(
        named -> {
          if (isEscaped(named) || !named.isShown(scheme)) {
            return;
          }
          while (!waiting.isEmpty() && waiting.firstKey().compareTo(named.name()) < 0) {
            var next = waiting.pollFirstEntry();
            action.accept(next.getKey(), next.getValue());
          }
          List<NamedFamily> alike = waiting.remove(named.name());
          action.accept(named.name(), alike == null ? List.of(named) : joined(named, alike));
        });
    waiting.forEach(action);
  }

  private static List<NamedFamily> joined(NamedFamily first, List<NamedFamily> others) {
    List<NamedFamily> families = new ArrayList<>(others.size() + 1);
    families.add(first);
    families.addAll(others);
    return families;
  }

  /** Returns the type that is shown under this name; null if none is shown. */
  @Nullable MetricType type(String shownName) {
    List<NamedFamily> alike = escaped.getOrDefault(shownName, Collections.emptyList());
    NamedFamily named = names.get(shownName);
    if (named != null && !isEscaped(named) && named.isShown(scheme)) {
      return alike.isEmpty() ? named.type() : type(joined(named, alike));
    }
    return alike.isEmpty() ? null : type(alike);
  }

  /** Returns the one type of compatible families. */
  static MetricType type(List<NamedFamily> families) {
    for (int i = 0; i < families.size(); i++) {
      // Of both kinds of histogram, the kind that owns suffixes.
      if (families.get(i).type() == MetricType.HISTOGRAM) {
        return MetricType.HISTOGRAM;
      }
    }
    return families.get(0).type();
  }
}
