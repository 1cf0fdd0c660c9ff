package io.holdfast.server.config;

import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import picocli.CommandLine.ParseResult;

/**
 * The values of each flag, as text: the given values or the default.
 *
 * @param byFlag in the order of the help
 * @param given the flags of the command line
 */
record FlagValues(Map<Flag, List<String>> byFlag, Set<Flag> given) {

  static FlagValues of(ParseResult parsed) {
    Map<Flag, List<String>> byFlag = new LinkedHashMap<>();
    Set<Flag> given = new HashSet<>();
    for (Flag flag : FlagTable.ALL) {
      byFlag.put(flag, flag.values(parsed));
      if (flag.isGiven(parsed)) {
        given.add(flag);
      }
    }
    return new FlagValues(byFlag, given);
  }

  /** Returns the value. The values of a repeated flag are joined, as upstream shows them. */
  String get(Flag flag) {
    return String.join(",", all(flag));
  }

  boolean isOn(Flag flag) {
    return get(flag).equals("true");
  }

  boolean isGiven(Flag flag) {
    return given.contains(flag);
  }

  /**
   * Reads the value of a flag.
   *
   * @param reader throws IllegalArgumentException for a value that it cannot read, naming the value
   * @throws IllegalArgumentException the reader's, with the flag's name in front
   */
  <T> T read(Flag flag, Function<String, T> reader) {
    return read(flag, get(flag), reader);
  }

  /** Reads each value of a repeatable flag, as {@link #read} does. */
  <T> List<T> readAll(Flag flag, Function<String, T> reader) {
    return all(flag).stream().map(value -> read(flag, value, reader)).toList();
  }

  Map<String, String> effective() {
    Map<String, String> effective = new LinkedHashMap<>();
    byFlag.keySet().forEach(flag -> effective.put(flag.name(), get(flag)));
    return Collections.unmodifiableMap(effective);
  }

  private List<String> all(Flag flag) {
    return byFlag.getOrDefault(flag, List.of());
  }

  private static <T> T read(Flag flag, String value, Function<String, T> reader) {
    try {
      return reader.apply(value);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("--" + flag + ": " + e.getMessage(), e);
    }
  }
}
