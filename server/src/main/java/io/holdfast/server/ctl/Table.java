package io.holdfast.server.ctl;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A table on standard output. The widths of columns follow the rows of the first piece, so that a
 * list of any length is printed while it arrives.
 */
final class Table {
  private static final int PIECE_ROWS = 1_000;
  private static final int WIDEST_COLUMN = 100;

  private final Console console;
  private final List<List<String>> rows = new ArrayList<>();
  private final int[] widths;
  private boolean areWidthsKnown;

  Table(Console console, String... heads) {
    this.console = console;
    this.widths = new int[heads.length];
    rows.add(Arrays.asList(heads));
  }

  void row(String... cells) throws IOException {
    rows.add(Arrays.stream(cells).map(Table::printable).toList());
    if (rows.size() > PIECE_ROWS) {
      print();
    }
  }

  void end() throws IOException {
    print();
    console.out().flush();
  }

  private void print() throws IOException {
    if (!areWidthsKnown) {
      areWidthsKnown = true;
      for (List<String> row : rows) {
        for (int i = 0; i < widths.length; i++) {
          widths[i] = Math.max(widths[i], Math.min(WIDEST_COLUMN, length(row.get(i))));
        }
      }
    }
    for (List<String> row : rows) {
      StringBuilder line = new StringBuilder();
      for (int i = 0; i < widths.length; i++) {
        line.append(row.get(i));
        if (i + 1 < widths.length) {
          line.append(" ".repeat(Math.max(0, widths[i] - length(row.get(i))) + 2));
        }
      }
      console.print(line.toString().stripTrailing());
    }
    rows.clear();
  }

  private static int length(String text) {
    return text.codePointCount(0, text.length());
  }

  /** Replaces control and formatting characters: pushed text must not command the terminal. */
  static String printable(String text) {
    boolean isPlain = text.codePoints().noneMatch(Table::isControl);
    if (isPlain) {
      return text;
    }
    StringBuilder escaped = new StringBuilder();
    text.codePoints()
        .forEach(
            point ->
                escaped.append(
                    isControl(point) ? "\\u{%x}".formatted(point) : Character.toString(point)));
    return escaped.toString();
  }

  private static boolean isControl(int codePoint) {
    int type = Character.getType(codePoint);
    return type == Character.CONTROL
        || type == Character.FORMAT
        || type == Character.LINE_SEPARATOR
        || type == Character.PARAGRAPH_SEPARATOR;
  }
}
