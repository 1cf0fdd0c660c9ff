package io.holdfast.server.page;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A search among labels: terms between blanks, all of which must match.
 *
 * <pre>
 * db1            a label's name or value contains this text, in upper or lower case
 * job=backup     the label has exactly this value; each star stands for any text
 * job!=backup    the label has another value, or is missing
 * "two words"    a name or value contains this text; also job="two words"
 * </pre>
 *
 * <p>Immutable.
 */
final class SearchText {
  private static final Pattern TERM =
      Pattern.compile("(?:([a-zA-Z_][a-zA-Z0-9_]*)(!?=))?(?:\"([^\"]*)\"|(\\S*))\\s*");

  private static final Pattern STARS = Pattern.compile("\\*+");

  private interface Term {
    boolean isMetBy(Map<String, String> labels);
  }

  private record Anywhere(String lowerCase) implements Term {
    @Override
    public boolean isMetBy(Map<String, String> labels) {
      for (Map.Entry<String, String> label : labels.entrySet()) {
        if (isIn(label.getValue()) || isIn(label.getKey())) {
          return true;
        }
      }
      return false;
    }

    private boolean isIn(String text) {
      return text.toLowerCase(Locale.ROOT).contains(lowerCase);
    }
  }

  /**
   * A term about the value of one label.
   *
   * @param parts the texts between the stars
   */
  private record Exactly(String name, boolean isWanted, List<String> parts) implements Term {
    @Override
    public boolean isMetBy(Map<String, String> labels) {
      // As in selectors, a missing label counts as an empty one.
      return matches(labels.getOrDefault(name, "")) == isWanted;
    }

    /** Returns whether the value matches. A regular expression would be slow with many stars. */
    private boolean matches(String value) {
      String first = parts.get(0);
      String last = parts.get(parts.size() - 1);
      if (parts.size() == 1) {
        return value.equals(first);
      }
      int end = value.length() - last.length();
      if (!value.startsWith(first) || !value.endsWith(last)) {
        return false;
      }
      int from = first.length();
      for (String part : parts.subList(1, parts.size() - 1)) {
        int found = value.indexOf(part, from);
        if (found < 0) {
          return false;
        }
        from = found + part.length();
      }
      return from <= end;
    }
  }

  private final List<Term> terms;

  private SearchText(List<Term> terms) {
    this.terms = terms;
  }

  static SearchText parse(String text) {
    List<Term> terms = new ArrayList<>();
    Matcher matcher = TERM.matcher(text.strip());
    while (matcher.lookingAt() && matcher.end() > matcher.start()) {
      String quoted = matcher.group(3);
      String value = quoted == null ? matcher.group(4) : quoted;
      String name = matcher.group(1);
      if (name != null) {
        terms.add(new Exactly(name, matcher.group(2).equals("="), List.of(STARS.split(value, -1))));
      } else if (!value.isEmpty()) {
        terms.add(new Anywhere(value.toLowerCase(Locale.ROOT)));
      }
      matcher.region(matcher.end(), matcher.regionEnd());
    }
    return new SearchText(List.copyOf(terms));
  }

  boolean isEmpty() {
    return terms.isEmpty();
  }

  boolean isMetBy(Map<String, String> labels) {
    for (Term term : terms) {
      if (!term.isMetBy(labels)) {
        return false;
      }
    }
    return true;
  }
}
