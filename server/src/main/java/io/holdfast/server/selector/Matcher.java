package io.holdfast.server.selector;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;

/**
 * A condition on the value of one label. A label that a key lacks has an empty value, as in
 * Prometheus. Immutable.
 */
sealed interface Matcher {
  /** Returns the name of the label. */
  String label();

  boolean matches(String value);

  /** The operators {@code =} and {@code !=}. */
  record Equal(String label, String wanted, boolean isNegated) implements Matcher {
    @Override
    public boolean matches(String value) {
      return value.equals(wanted) != isNegated;
    }
  }

  /** The operators {@code =~} and {@code !~}. The expression matches the whole value. */
  record Regex(String label, Pattern pattern, boolean isNegated) implements Matcher {
    @Override
    public boolean matches(String value) {
      return pattern.matches(value) != isNegated;
    }
  }

  /**
   * Returns the matcher of an operator.
   *
   * @throws IllegalArgumentException if the expression is none
   */
  static Matcher of(String label, String operator, String value) {
    boolean isNegated = operator.startsWith("!");
    if (!operator.endsWith("~")) {
      return new Equal(label, value, isNegated);
    }
    try {
      return new Regex(label, Pattern.compile(value, Pattern.DOTALL), isNegated);
    } catch (PatternSyntaxException e) {
      throw new IllegalArgumentException(
          "\""
              + value
              + "\" (expected: a regular expression as in RE2; "
              + e.getDescription()
              + ")",
          e);
    }
  }
}
