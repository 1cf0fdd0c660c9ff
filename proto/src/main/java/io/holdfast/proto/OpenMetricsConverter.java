package io.holdfast.proto;

import io.holdfast.proto.metrics.MetricType;
import java.util.Objects;

/**
 * The conversion of samples from the text format 0.0.4, as {@link TextWriter} renders them, to
 * OpenMetrics. The lines differ only in their numbers. So the text in memory serves both formats,
 * as long as {@link OpenMetricsWriter#textSaysAll}.
 */
public final class OpenMetricsConverter {
  private final byte[] text;
  private final TextBuffer out;
  private final MetricType type;

  /** The bytes of a line up to the end of the name. */
  private final int nameLength;

  private OpenMetricsConverter(byte[] text, int nameLength, MetricType type) {
    this.text = text;
    this.nameLength = nameLength;
    this.type = type;
    this.out = new TextBuffer(text.length + text.length / 16 + 64);
  }

  /**
   * Returns the bytes that {@link OpenMetricsWriter} would write of the metrics.
   *
   * @param name as the text shows it, but for the quotes of one that needs them
   * @param text lines, each ended by a line feed and without a timestamp
   */
  public static byte[] convert(String name, MetricType type, byte[] text) {
    OpenMetricsConverter converter =
        new OpenMetricsConverter(
            Objects.requireNonNull(text, "text"), TextEscaper.nameLength(name), type);
    int start = 0;
    while (start < text.length) {
      int end = start;
      while (text[end] != '\n') {
        end++;
      }
      converter.convertLine(start, end);
      start = end + 1;
    }
    return converter.out.toByteArray();
  }

  private void convertLine(int start, int end) {
    int value = end;
    while (text[value - 1] != ' ') {
      value--;
    }
    switch (type) {
      case COUNTER, GAUGE, UNTYPED -> {
        out.append(text, start, value);
        convertFloat(value, end);
      }
      case SUMMARY, HISTOGRAM, GAUGE_HISTOGRAM -> convertPart(start, value, end);
    }
    out.append('\n');
  }

  /** Converts a line of a metric of several lines. The suffix of the name shows the line's role. */
  private void convertPart(int start, int value, int end) {
    int behindName = start + nameLength;
    int kind = text[behindName] == '_' ? text[behindName + 1] : '{';
    switch (kind) {
      case 's' -> {
        out.append(text, start, value);
        convertFloat(value, end);
      }
      case 'c' -> {
        out.append(text, start, value);
        convertCount(value, end);
      }
      case 'b' -> {
        convertBound(start, value);
        convertCount(value, end);
      }
      default -> {
        convertBound(start, value);
        convertFloat(value, end);
      }
    }
  }

  /** Converts the line up to its value. The bound is the last label. */
  private void convertBound(int start, int value) {
    int closing = value - "\"} ".length();
    int bound = closing;
    while (text[bound - 1] != '"') {
      bound--;
    }
    out.append(text, start, bound);
    convertFloat(bound, closing);
    out.append(text, closing, value);
  }

  private void convertFloat(int start, int end) {
    int size = out.size();
    out.append(text, start, end);
    out.appendFraction(size);
  }

  private void convertCount(int start, int end) {
    for (int i = start; i < end; i++) {
      if (text[i] == 'e') {
        OpenMetricsWriter.appendCount(out, FloatReader.readFloat(text, start, end));
        return;
      }
    }
    out.append(text, start, end);
  }
}
