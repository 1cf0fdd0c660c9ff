package io.holdfast.server.it;

import java.util.ArrayList;
import java.util.List;

/** The shell commands of a Markdown text that are marked as tested. */
final class ReadmeBlocks {
  private static final String MARK = "<!-- tested -->";
  private static final String OPEN = "```bash";
  private static final String CLOSE = "```";

  private ReadmeBlocks() {}

  /**
   * Every block of {@code bash} that has {@code <!-- tested -->} on the line before it, in order. A
   * mark without such a block, or a block without an end, is a mistake in the text and fails.
   */
  static List<String> tested(String markdown) {
    return marked(markdown, MARK);
  }

  /** Returns the blocks after the given mark, as {@link #tested} does. */
  static List<String> marked(String markdown, String mark) {
    List<String> blocks = new ArrayList<>();
    List<String> lines = markdown.lines().toList();
    for (int i = 0; i < lines.size(); i++) {
      if (!lines.get(i).strip().equals(mark)) {
        continue;
      }
      if (i + 1 == lines.size() || !lines.get(i + 1).strip().equals(OPEN)) {
        throw new AssertionError(
            "line " + (i + 1) + ": " + mark + " (expected: " + OPEN + " next)");
      }
      int end = i + 2;
      while (end < lines.size() && !lines.get(end).strip().equals(CLOSE)) {
        end++;
      }
      if (end == lines.size()) {
        throw new AssertionError(
            "line " + (i + 2) + ": " + OPEN + " (expected: " + CLOSE + " after it)");
      }
      blocks.add(String.join("\n", lines.subList(i + 2, end)) + "\n");
    }
    return blocks;
  }
}
