package io.holdfast.server.documents;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a Markdown text refers to, and can be referred to by. Code is no text. */
final class Markdown {
  private static final Pattern LINK = Pattern.compile("\\[[^]\\[]*]\\(([^()\\s]+)\\)");
  private static final Pattern HEADING = Pattern.compile("#{1,6} +(.*?) *#*");
  private static final Pattern INLINE_CODE = Pattern.compile("`[^`]*`");

  private Markdown() {}

  /** Returns the targets of all links, in order. */
  static List<String> links(String text) {
    List<String> links = new ArrayList<>();
    for (String line : prose(text)) {
      // A link's words may be code, its target not.
      Matcher link = LINK.matcher(INLINE_CODE.matcher(line).replaceAll("code"));
      while (link.find()) {
        links.add(link.group(1));
      }
    }
    return links;
  }

  /** Returns the headings' texts, in order. */
  static List<String> headings(String text) {
    List<String> headings = new ArrayList<>();
    for (String line : prose(text)) {
      Matcher heading = HEADING.matcher(line);
      if (heading.matches()) {
        headings.add(heading.group(1));
      }
    }
    return headings;
  }

  /** Returns the anchors of the headings, as GitHub derives them. */
  static Set<String> anchors(String text) {
    Set<String> anchors = new LinkedHashSet<>();
    Map<String, Integer> seen = new HashMap<>();
    for (String heading : headings(text)) {
      String words = LINK.matcher(heading).replaceAll("");
      String anchor =
          words
              .toLowerCase(Locale.ROOT)
              .replaceAll("[^\\p{L}\\p{N}_\\- ]", "")
              .strip()
              .replace(' ', '-');
      int before = seen.merge(anchor, 1, Integer::sum) - 1;
      anchors.add(before == 0 ? anchor : anchor + "-" + before);
    }
    return anchors;
  }

  /** Returns the lines outside of fenced code. */
  private static List<String> prose(String text) {
    List<String> prose = new ArrayList<>();
    boolean isCode = false;
    for (String line : text.lines().toList()) {
      if (line.strip().startsWith("```")) {
        isCode = !isCode;
      } else if (!isCode) {
        prose.add(line);
      }
    }
    return prose;
  }
}
