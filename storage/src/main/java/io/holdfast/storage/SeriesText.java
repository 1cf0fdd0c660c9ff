package io.holdfast.storage;

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
 * comes last. The label block of a series' last line names it: sorted labels, as a scrape shows
 * them, without {@code quantile} or {@code le}.
 */
final class SeriesText {
  private static final byte[] COUNT = "_count".getBytes(StandardCharsets.US_ASCII);

  private final byte[] text;

  /** Where each series ends; the next one begins there. */
  private final int[] ends;

  private SeriesText(byte[] text, int[] ends) {
    this.text = text;
    this.ends = ends;
  }

  /**
   * @param series how many there are in the text
   */
  static SeriesText of(String name, MetricType type, byte[] text, int series) {
    // A scrape shows one ASCII character for each of the name's, whatever it was.
    int countNameLength = name.codePointCount(0, name.length()) + COUNT.length;
    int[] ends = new int[series];
    int found = 0;
    int lineStart = 0;
    for (int i = 0; i < text.length; i++) {
      if (text[i] == '\n') {
        if (isLastOfSeries(type, text, lineStart, countNameLength)) {
          ends[found++] = i + 1;
        }
        lineStart = i + 1;
      }
    }
    if (found != series) {
      throw new IllegalStateException(
          "rendered text: " + found + " series (expected: " + series + ")");
    }
    return new SeriesText(text, ends);
  }

  private static boolean isLastOfSeries(
      MetricType type, byte[] text, int lineStart, int countNameLength) {
    return switch (type) {
      case COUNTER, GAUGE, UNTYPED -> true;
      case SUMMARY, HISTOGRAM, GAUGE_HISTOGRAM -> {
        int nameEnd = lineStart;
        while (text[nameEnd] != '{' && text[nameEnd] != ' ') {
          nameEnd++;
        }
        yield nameEnd - lineStart == countNameLength
            && Arrays.equals(text, nameEnd - COUNT.length, nameEnd, COUNT, 0, COUNT.length);
      }
    };
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
    int open = lineStart;
    while (text[open] != '{' && text[open] != ' ') {
      open++;
    }
    int close = closingBrace(text, open);
    return close < 0 ? "{}" : new String(text, open, close + 1 - open, StandardCharsets.UTF_8);
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
