package io.holdfast.storage;

import io.holdfast.proto.metrics.MetricType;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The server's own families. Pushed families may join them but not contradict them. Immutable.
 *
 * @param types by name
 */
record ReservedNames(Map<String, MetricType> types) {
  static final ReservedNames NONE = new ReservedNames(Map.of());

  ReservedNames {
    types = Map.copyOf(types);
  }

  /**
   * Returns whether no scrape can show a family of this name and type beside the server's own
   * families.
   */
  boolean isContradictedBy(String name, MetricType type) {
    if (types.isEmpty()) {
      return false;
    }
    MetricType own = types.get(name);
    if (own != null && !NamedFamily.areCompatible(own, type)) {
      return true;
    }
    for (String suffix : SuffixRule.SUFFIXES) {
      if (ownsSuffix(SuffixRule.base(name, suffix), suffix)
          || (SuffixRule.owns(type, suffix) && types.containsKey(name + suffix))) {
        return true;
      }
    }
    return false;
  }

  private boolean ownsSuffix(@Nullable String base, String suffix) {
    MetricType type = base == null ? null : types.get(base);
    return type != null && SuffixRule.owns(type, suffix);
  }
}
