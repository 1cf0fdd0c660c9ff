package io.holdfast.proto;

import io.holdfast.proto.metrics.LabelPair;
import java.util.List;
import java.util.Objects;

/** A rule for the characters of metric and label names. */
public enum NameRule {
  /**
   * ASCII letters, digits, underscores and (metric names alone) colons, not beginning with a digit.
   */
  LEGACY {
    @Override
    public boolean isMetricName(String name) {
      return isLegacy(name, true);
    }

    @Override
    public boolean isLabelName(String name) {
      return isLegacy(name, false);
    }
  },

  /** Any text that is not empty and has no unpaired surrogates. */
  UTF8 {
    @Override
    public boolean isMetricName(String name) {
      return !name.isEmpty() && isWellFormed(name);
    }

    @Override
    public boolean isLabelName(String name) {
      return isMetricName(name);
    }
  };

  /** Returns whether a metric may have this name. */
  public abstract boolean isMetricName(String name);

  /**
   * Returns whether a label may have this name. Reserved names such as {@code __name__} pass this
   * rule.
   */
  public abstract boolean isLabelName(String name);

  /** Returns whether labels may have all of these names. */
  public boolean areLabelNames(List<LabelPair> labels) {
    for (int i = 0; i < labels.size(); i++) {
      if (!isLabelName(labels.get(i).getName())) {
        return false;
      }
    }
    return true;
  }

  static boolean isLegacyByte(int character, boolean first, boolean colons) {
    return (character >= 'a' && character <= 'z')
        || (character >= 'A' && character <= 'Z')
        || character == '_'
        || (character >= '0' && character <= '9' && !first)
        || (character == ':' && colons);
  }

  private static boolean isLegacy(String name, boolean colons) {
    int length = Objects.requireNonNull(name, "name").length();
    for (int i = 0; i < length; i++) {
      if (!isLegacyByte(name.charAt(i), i == 0, colons)) {
        return false;
      }
    }
    return length > 0;
  }

  private static boolean isWellFormed(String text) {
    for (int i = 0; i < text.length(); i++) {
      char character = text.charAt(i);
      if (Character.isHighSurrogate(character)
          && i + 1 < text.length()
          && Character.isLowSurrogate(text.charAt(i + 1))) {
        i++;
      } else if (Character.isSurrogate(character)) {
        return false;
      }
    }
    return true;
  }
}
