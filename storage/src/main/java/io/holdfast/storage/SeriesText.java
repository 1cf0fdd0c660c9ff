package io.holdfast.storage;

import io.holdfast.proto.TextEscaper;
import io.holdfast.proto.metrics.MetricType;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.BitSet;

/**
 * The rendered samples of a family, split into series again. Only conflicts need the split, so
 * there is no index of offsets for every family.
 *
 * <p>A simple series is one line. A series of a summary or histogram has several lines, and the
 * {@code _count} line comes last. The label block of the last line identifies the series. The block
 * has sorted, unescaped labels without {@code quantile} or {@code le}.
 */
final class SeriesText {
  private static final byte[] COUNT = "_count".getBytes(StandardCharsets.US_ASCII);

  private final byte[] text;

  /** The end of each series; the next series begins there. */
  private final int[] ends;

  /** The number of bytes in a series' last line up to the end of the name. */
  private final int nameLength;

  private SeriesText(byte[] text, int[] ends, int nameLength) {
    this.text = text;
    this.ends = ends;
    this.nameLength = nameLength;
  }

  static SeriesText of(Family family) {
    return of(family.name(), family.type(), family.text, family.seriesHashes.length);
  }

  /**
   * Splits a text.
   *
   * @param name as pushed
   * @param series how many series the text has
   */
  static SeriesText of(String name, MetricType type, byte[] text, int series) {
    int nameLength = TextEscaper.nameLength(name);
    boolean isOneLine =
        switch (type) {
          case COUNTER, GAUGE, UNTYPED -> true;
          case SUMMARY, HISTOGRAM, GAUGE_HISTOGRAM -> false;
        };
    int[] ends = new int[series];
    int found = 0;
    int lineStart = 0;
    for (int i = 0; i < text.length; i++) {
      if (text[i] == '\n') {
        if (isOneLine || isCount(text, lineStart + nameLength)) {
          ends[found++] = i + 1;
        }
        lineStart = i + 1;
      }
    }
    if (found != series) {
      throw new IllegalStateException(
          "rendered text: " + found + " series (expected: " + series + ")");
    }
    return new SeriesText(text, ends, isOneLine ? nameLength : nameLength + COUNT.length);
  }

  /** Returns whether {@code _count} follows the name of the family here. */
  private static boolean isCount(byte[] text, int at) {
    int end = at + COUNT.length;
    return end < text.length
        && Arrays.equals(text, at, end, COUNT, 0, COUNT.length)
        && (text[end] == '{' || text[end] == ' ' || text[end] == '"');
  }

  private static int closingBrace(byte[] text, int from) {
    int lineEnd = from;
    while (text[lineEnd] != '\n') {
      lineEnd++;
    }
    // Label values can have braces. The sample value after the label block has none.
    for (int i = lineEnd; i > from; i--) {
      if (text[i] == '}') {
        return i;
      }
    }
    return -1;
  }

  /** Returns the label block of series i, such as {@code {instance="",job="a"}}. */
  String labels(int i) {
    int lineStart = start(i);
    for (int at = ends[i] - 2; at >= start(i); at--) {
      if (text[at] == '\n') {
        lineStart = at + 1;
        break;
      }
    }
    int open = lineStart + nameLength;
    int close = closingBrace(text, open);
    if (close < 0) {
      return "{}";
    }
    if (text[open] != '"') {
      return new String(text, open, close + 1 - open, StandardCharsets.UTF_8);
    }
    // The quoted name is the first entry of the label block.
    int first = text[open + 1] == ',' ? open + 2 : open + 1;
    return "{" + new String(text, first, close + 1 - first, StandardCharsets.UTF_8);
  }

  /** Returns the text without these series. */
  byte[] without(BitSet series) {
    ByteArrayOutputStream rest = new ByteArrayOutputStream(text.length);
    for (int i = 0; i < ends.length; i++) {
      if (!series.get(i)) {
        rest.write(text, start(i), ends[i] - start(i));
      }
    }
    return rest.toByteArray();
  }

  private int start(int i) {
    return i == 0 ? 0 : ends[i - 1];
  }
}
