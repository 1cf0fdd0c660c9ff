package io.holdfast.server.documents;

import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The names of metrics in an expression of Prometheus. */
final class PromQl {
  private static final Pattern STRING = Pattern.compile("\"(?:[^\"\\\\]|\\\\.)*\"");
  private static final Pattern MATCHERS = Pattern.compile("\\{[^}]*}|\\[[^]]*]");
  private static final Pattern LABELS =
      Pattern.compile("\\b(?:by|without|on|ignoring|group_left|group_right)\\s*\\([^)]*\\)");
  private static final Pattern DURATION = Pattern.compile("\\b\\d[\\w.]*");
  private static final Pattern NAME = Pattern.compile("[a-zA-Z_:][\\w:]*");
  private static final Set<String> WORDS = Set.of("and", "or", "unless", "offset", "bool");

  private PromQl() {}

  /** Returns the names, without what histograms and summaries append to theirs. */
  static Set<String> metrics(String expression) {
    String text = expression;
    for (Pattern other : new Pattern[] {STRING, MATCHERS, LABELS, DURATION}) {
      text = other.matcher(text).replaceAll(" ");
    }
    Set<String> metrics = new TreeSet<>();
    for (Matcher name = NAME.matcher(text); name.find(); ) {
      boolean isCalled = text.substring(name.end()).stripLeading().startsWith("(");
      if (!isCalled && !WORDS.contains(name.group())) {
        metrics.add(name.group());
      }
    }
    return metrics;
  }
}
