package io.holdfast.server.metrics;

import io.holdfast.proto.metrics.MetricType;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The families of one class, in the order of the source. Each constant of the class adds itself.
 */
final class SelfFamilies {
  private final List<SelfFamily> families = new ArrayList<>();

  /** Returns the family, after adding it. */
  SelfFamily add(SelfFamily family) {
    families.add(family);
    return family;
  }

  List<SelfFamily> all() {
    return List.copyOf(families);
  }

  /** Returns the types of families by their names. */
  static Map<String, MetricType> types(List<SelfFamily> families) {
    return families.stream()
        .collect(Collectors.toUnmodifiableMap(SelfFamily::name, SelfFamily::type));
  }
}
