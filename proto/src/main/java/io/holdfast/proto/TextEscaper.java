package io.holdfast.proto;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The conversion of samples with pushed names to the names of an {@link EscapingScheme}, as {@link
 * TextWriter} would write them. Only the names differ. So one rendering in memory serves all
 * schemes, and a scrape with any scheme needs no messages.
 */
public final class TextEscaper {
  private static final String[] NONE = {};

  private final byte[] text;
  private final TextBuffer out;
  private final EscapingScheme scheme;

  /** The name as the scheme shows it. */
  private final String name;

  /** The bytes of a line up to the end of the pushed name. */
  private final int nameLength;

  // The labels of the line being read: the names that were pushed, and where the values are.
  private String[] pushed = new String[8];
  private int[] valueStarts = new int[8];
  private int[] valueEnds = new int[8];
  private int labels;

  // Lines of one metric, and mostly of one family, have the same label names.
  private String[] latestPushed = NONE;
  private String[] latestShown = NONE;

  private TextEscaper(byte[] text, String name, EscapingScheme scheme) {
    this.text = text;
    this.scheme = scheme;
    this.name = scheme.metricName(name);
    this.nameLength = nameLength(name);
    this.out = new TextBuffer(text.length + text.length / 8 + 64);
  }

  /** Returns the bytes of a line up to the end of the name, with the brace and quote before it. */
  public static int nameLength(String name) {
    if (NameRule.LEGACY.isMetricName(name)) {
      return name.length();
    }
    TextBuffer quoted = new TextBuffer(name.length() + 16);
    quoted.append("{\"");
    quoted.appendLabelValue(name);
    return quoted.size();
  }

  /**
   * Returns the bytes that {@link TextWriter#samples} would write under this scheme.
   *
   * @param name as pushed
   * @param text lines as under {@link EscapingScheme#ALLOW_UTF8}, each ended by a line feed
   */
  public static byte[] escaped(String name, byte[] text, EscapingScheme scheme) {
    TextEscaper escaper = new TextEscaper(text, name, scheme);
    for (int at = 0; at < text.length; ) {
      at = escaper.escapeLine(at);
    }
    return escaper.out.toByteArray();
  }

  /** Returns the first byte of the next line. */
  private int escapeLine(int start) {
    out.append(name);
    boolean isQuoted = text[start] == '{';
    int suffix = start + nameLength;
    int nameEnd = isQuoted ? endOfQuoted(suffix) : endOfBare(suffix);
    out.append(text, suffix, nameEnd);
    int at = readLabels(isQuoted ? nameEnd + 1 : nameEnd);
    writeLabels();
    int end = at;
    while (text[end] != '\n') {
      end++;
    }
    out.append(text, at, end + 1);
    return end + 1;
  }

  /** Reads from behind the name up to the blank before the value. */
  private int readLabels(int start) {
    labels = 0;
    int at = start;
    while (text[at] != ' ') {
      at++;
      if (text[at] == ' ') {
        break;
      }
      int nameStart = at;
      boolean isQuoted = text[at] == '"';
      int nameEnd = isQuoted ? endOfQuoted(at + 1) + 1 : endOfBare(at);
      int valueStart = nameEnd + 2;
      int valueEnd = endOfQuoted(valueStart);
      addLabel(nameStart, nameEnd, isQuoted);
      valueStarts[labels] = valueStart;
      valueEnds[labels] = valueEnd;
      labels++;
      at = valueEnd + 1;
    }
    return at;
  }

  private void addLabel(int nameStart, int nameEnd, boolean isQuoted) {
    if (labels == pushed.length) {
      pushed = Arrays.copyOf(pushed, 2 * labels);
      valueStarts = Arrays.copyOf(valueStarts, 2 * labels);
      valueEnds = Arrays.copyOf(valueEnds, 2 * labels);
    }
    pushed[labels] =
        isQuoted
            ? unquoted(nameStart + 1, nameEnd - 1)
            : new String(text, nameStart, nameEnd - nameStart, StandardCharsets.ISO_8859_1);
  }

  private String unquoted(int start, int end) {
    String quoted = new String(text, start, end - start, StandardCharsets.UTF_8);
    if (quoted.indexOf('\\') < 0) {
      return quoted;
    }
    StringBuilder name = new StringBuilder(quoted.length());
    for (int i = 0; i < quoted.length(); i++) {
      char next = quoted.charAt(i);
      if (next == '\\') {
        i++;
        next = quoted.charAt(i) == 'n' ? '\n' : quoted.charAt(i);
      }
      name.append(next);
    }
    return name.toString();
  }

  /** Returns the place of the closing quote. */
  private int endOfQuoted(int start) {
    int at = start;
    while (text[at] != '"') {
      at += text[at] == '\\' ? 2 : 1;
    }
    return at;
  }

  private int endOfBare(int start) {
    int at = start;
    while (text[at] != '=' && text[at] != '{' && text[at] != ' ') {
      at++;
    }
    return at;
  }

  private void writeLabels() {
    if (labels == 0) {
      return;
    }
    if (!Arrays.equals(latestPushed, 0, latestPushed.length, pushed, 0, labels)) {
      latestPushed = Arrays.copyOf(pushed, labels);
      latestShown = scheme.labelNames(latestPushed.clone());
    }
    for (int i = 0; i < labels; i++) {
      out.append(i == 0 ? '{' : ',');
      out.append(latestShown[i]);
      out.append("=\"");
      out.append(text, valueStarts[i], valueEnds[i]);
      out.append('"');
    }
    out.append('}');
  }
}
