package io.holdfast.storage;

import io.holdfast.proto.TextEscaper;
import io.holdfast.proto.metrics.MetricType;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.BitSet;

/**
 * The rendered samples of a family, taken apart into series again. Only conflicts need this, so the
 * price is paid there and not with an index of offsets for every family.
 *
 * <p>A simple series is one line. One of a summary or histogram is several, of which {@code _count}
 * comes last. The label block of a series' last line names it: sorted labels with their names as
 * they are, without {@code quantile} or {@code le}.
 */
final class SeriesText {
  private static final byte[] COUNT = "_count".getBytes(StandardCharsets.US_ASCII);

  private final byte[] text;

  /** Where each series ends; the next one begins there. */
  private final int[] ends;

  /** How many bytes the last line of a series has up to the end of its name. */
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
   * @param name as pushed
   * @param series how many there are in the text
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

  /** Whether {@code _count} stands here, behind the name of a family. */
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
    // The value behind it has no brace, label values before it may.
    for (int i = lineEnd; i > from; i--) {
      if (text[i] == '}') {
        return i;
      }
    }
    return -1;
  }

  /** The label block of series i, such as {@code {instance="",job="a"}}. */
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
    // The name stands in quotes among the labels, before them.
    int first = text[open + 1] == ',' ? open + 2 : open + 1;
    return "{" + new String(text, first, close + 1 - first, StandardCharsets.UTF_8);
  }

  /** The text without these series. */
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
