package io.holdfast.proto;

import io.holdfast.proto.metrics.LabelPair;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A way to show names that the legacy rule ({@link NameRule#LEGACY}) forbids. Every scheme shows
 * allowed names unchanged, so two names may become one.
 */
public enum EscapingScheme {
  /** Names unchanged, in quotes where the format is a text. */
  ALLOW_UTF8("allow-utf-8") {
    @Override
    String escaped(String name, boolean colons) {
      return name;
    }
  },

  /** An underscore for each character that is not allowed. */
  UNDERSCORES("underscores") {
    @Override
    String escaped(String name, boolean colons) {
      return TextBuffer.plainName(name, colons);
    }
  },

  /** {@code _dot_} for a dot, two underscores for an underscore and for what is not allowed. */
  DOTS("dots") {
    @Override
    String escaped(String name, boolean colons) {
      StringBuilder escaped = new StringBuilder(name.length() + 16);
      for (int i = 0; i < name.length(); i = name.offsetByCodePoints(i, 1)) {
        int character = name.codePointAt(i);
        if (character == '.') {
          escaped.append("_dot_");
        } else if (character != '_' && NameRule.isLegacyByte(character, i == 0, colons)) {
          escaped.append((char) character);
        } else {
          escaped.append("__");
        }
      }
      return escaped.toString();
    }
  },

  /** {@code U__} and the name, with its code point in hex for each character not allowed. */
  VALUES("values") {
    @Override
    String escaped(String name, boolean colons) {
      StringBuilder escaped = new StringBuilder(name.length() + 16).append(VALUES_PREFIX);
      for (int i = 0; i < name.length(); i = name.offsetByCodePoints(i, 1)) {
        int character = name.codePointAt(i);
        if (character == '_') {
          escaped.append("__");
        } else if (NameRule.isLegacyByte(character, i == 0, colons)) {
          escaped.append((char) character);
        } else {
          escaped.append('_').append(Integer.toHexString(character)).append('_');
        }
      }
      return escaped.toString();
    }
  };

  private static final String VALUES_PREFIX = "U__";

  /** Behind a label's name in a text, this one would overwrite the metric's own name. */
  private static final String NAME_LABEL = "__name__";

  private static final int MAX_HEX_DIGITS = 6;

  private final String term;

  EscapingScheme(String term) {
    this.term = term;
  }

  /** Returns the escaped name of a name that the legacy rule forbids. */
  abstract String escaped(String name, boolean colons);

  /** Returns the scheme's word in the parameter {@code escaping} of a media type. */
  public String term() {
    return term;
  }

  /** Returns the scheme of this {@link #term}, or null. */
  public static @Nullable EscapingScheme ofTerm(@Nullable String term) {
    for (EscapingScheme scheme : values()) {
      if (scheme.term.equals(term)) {
        return scheme;
      }
    }
    return null;
  }

  /** Returns a metric name as this scheme shows it, without quotes. */
  public String metricName(String name) {
    return NameRule.LEGACY.isMetricName(name) ? name : escaped(name, true);
  }

  /**
   * Returns the names of one series' labels as this scheme shows them, in the given order, without
   * quotes. A colon is forbidden in a label's name. All results differ: a name that the legacy rule
   * allows stays, and of other names that look alike, all but the first end with a number. So the
   * result for a label depends on its neighbours.
   *
   * @param labels with distinct names, sorted by name
   */
  public String[] labelNames(List<LabelPair> labels) {
    String[] names = new String[labels.size()];
    for (int i = 0; i < names.length; i++) {
      names[i] = labels.get(i).getName();
    }
    return labelNames(names);
  }

  /** Returns {@link #labelNames(List)} of an array that becomes the result. */
  String[] labelNames(String[] names) {
    if (this == ALLOW_UTF8) {
      return names;
    }
    Set<String> taken = new HashSet<>();
    taken.add(NAME_LABEL);
    for (String name : names) {
      if (NameRule.LEGACY.isLabelName(name)) {
        taken.add(name);
      }
    }
    // Counted on from look-alike to look-alike, so that many of them cost no more than their
    // number.
    Map<String, Integer> lookalikes = new HashMap<>();
    for (int i = 0; i < names.length; i++) {
      if (!NameRule.LEGACY.isLabelName(names[i])) {
        names[i] = distinct(escaped(names[i], false), taken, lookalikes);
      }
    }
    return names;
  }

  private static String distinct(String shown, Set<String> taken, Map<String, Integer> lookalikes) {
    String name = shown;
    int number = lookalikes.getOrDefault(shown, 1);
    while (!taken.add(name)) {
      number++;
      name = shown + "_" + number;
    }
    lookalikes.put(shown, number);
    return name;
  }

  /** Returns the name as {@link #VALUES} escapes it, also where the legacy rule allows the name. */
  public static String escapedValues(String name) {
    return VALUES.escaped(name, false);
  }

  /**
   * Returns the name that {@link #VALUES} escapes to this one. A name that lacks the prefix {@code
   * U__}, or that no escaping produces, stands for itself.
   */
  public static String unescapedValues(String name) {
    if (!name.startsWith(VALUES_PREFIX)) {
      return name;
    }
    StringBuilder unescaped = new StringBuilder(name.length());
    for (int i = VALUES_PREFIX.length(); i < name.length(); i++) {
      if (name.charAt(i) != '_') {
        unescaped.append(name.charAt(i));
        continue;
      }
      int end = name.indexOf('_', i + 1);
      if (end < 0) {
        return name;
      }
      int character = end == i + 1 ? '_' : codePoint(name, i + 1, end);
      if (character < 0) {
        return name;
      }
      unescaped.appendCodePoint(character);
      i = end;
    }
    return unescaped.toString();
  }

  /** Returns a code point, or a number below 0 if the digits stand for no character. */
  private static int codePoint(String name, int start, int end) {
    if (end - start >= MAX_HEX_DIGITS) {
      return -1;
    }
    int value = 0;
    for (int i = start; i < end; i++) {
      char digit = name.charAt(i);
      int number = digit < 0x80 ? Character.digit(digit, 16) : -1;
      if (number < 0) {
        return -1;
      }
      value = value * 16 + number;
    }
    boolean isSurrogate = value >= Character.MIN_SURROGATE && value <= Character.MAX_SURROGATE;
    return isSurrogate ? -1 : value;
  }
}
