package io.holdfast.proto;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** A growing byte array with the exposition format's escapes. Not thread-safe. */
final class TextBuffer {
  private static final int REPLACEMENT = 0xfffd;

  private byte[] bytes;
  private int size;

  TextBuffer(int capacity) {
    bytes = new byte[capacity];
  }

  int size() {
    return size;
  }

  byte[] toByteArray() {
    return Arrays.copyOf(bytes, size);
  }

  void append(char ascii) {
    reserve(1);
    bytes[size++] = (byte) ascii;
  }

  void append(String text) {
    append(text, false, false);
  }

  /** Repeats what was appended between two earlier sizes. */
  void repeat(int start, int end) {
    int length = end - start;
    reserve(length);
    System.arraycopy(bytes, start, bytes, size, length);
    size += length;
  }

  void append(double value) {
    reserve(GoNumbers.MAX_LENGTH);
    size = GoNumbers.write(value, bytes, size);
  }

  /** Appends a number as OpenMetrics writes floats: a whole number ends with {@code .0}. */
  void appendFloat(double value) {
    int start = size;
    append(value);
    appendFraction(start);
  }

  /** Ends the number that was appended from this size on, so that it reads as a float. */
  void appendFraction(int start) {
    for (int i = start; i < size; i++) {
      byte next = bytes[i];
      if (next == '.' || next == 'e' || next == 'N' || next == 'I') {
        return;
      }
    }
    append('.');
    append('0');
  }

  void append(byte[] source, int start, int end) {
    reserve(end - start);
    System.arraycopy(source, start, bytes, size, end - start);
    size += end - start;
  }

  void appendUnsigned(long value) {
    append(Long.toUnsignedString(value));
  }

  void append(long value) {
    reserve(GoNumbers.MAX_LENGTH);
    size = GoNumbers.write(value, bytes, size);
  }

  /** Appends a help text, with backslash and line feed escaped. */
  void appendHelp(String text) {
    append(text, true, false);
  }

  /** Appends a label's value, with backslash, line feed and quote escaped. */
  void appendLabelValue(String text) {
    append(text, true, true);
  }

  /** Appends a metric name as the scheme shows it, in quotes if it needs them. */
  void appendMetricName(String name, EscapingScheme scheme) {
    if (scheme == EscapingScheme.UNDERSCORES) {
      appendName(name, true);
    } else {
      appendQuotable(scheme.metricName(name), NameRule.LEGACY.isMetricName(name), scheme);
    }
  }

  /** Appends a label name that a scheme has made, in quotes if it needs them. */
  void appendShownLabelName(String name) {
    int start = size;
    reserve(name.length());
    for (int i = 0; i < name.length(); i++) {
      char character = name.charAt(i);
      if (!NameRule.isLegacyByte(character, i == 0, false)) {
        size = start;
        appendQuoted(name);
        return;
      }
      bytes[size++] = (byte) character;
    }
  }

  private void appendQuoted(String name) {
    append('"');
    appendLabelValue(name);
    append('"');
  }

  private void appendQuotable(String shown, boolean isLegacy, EscapingScheme scheme) {
    if (isLegacy || scheme != EscapingScheme.ALLOW_UTF8) {
      append(shown);
    } else {
      appendQuoted(shown);
    }
  }

  /** Appends a name, with an underscore for each character that the legacy rule forbids. */
  void appendName(String name, boolean colons) {
    if (name.isEmpty()) {
      append('_');
      return;
    }
    reserve(name.length());
    for (int i = 0; i < name.length(); i++) {
      char character = name.charAt(i);
      boolean legal = NameRule.isLegacyByte(character, i == 0, colons);
      bytes[size++] = (byte) (legal ? character : '_');
      if (Character.isHighSurrogate(character)
          && i + 1 < name.length()
          && Character.isLowSurrogate(name.charAt(i + 1))) {
        i++;
      }
    }
  }

  /** Appends a name as {@link #appendName} does. */
  static String plainName(String name, boolean colons) {
    boolean isPlain =
        colons ? NameRule.LEGACY.isMetricName(name) : NameRule.LEGACY.isLabelName(name);
    if (isPlain) {
      return name;
    }
    TextBuffer plain = new TextBuffer(name.length());
    plain.appendName(name, colons);
    return new String(plain.bytes, 0, plain.size, StandardCharsets.ISO_8859_1);
  }

  private void append(String text, boolean escape, boolean escapeQuotes) {
    int length = text.length();
    reserve(length);
    int i = 0;
    for (; i < length; i++) {
      char character = text.charAt(i);
      if (character >= 0x80 || (escape && isEscaped(character, escapeQuotes))) {
        break;
      }
      bytes[size++] = (byte) character;
    }
    if (i < length) {
      appendSlowly(text, i, escape, escapeQuotes);
    }
  }

  private void appendSlowly(String text, int start, boolean escape, boolean escapeQuotes) {
    // A char becomes three bytes at most, or two when escaped.
    reserve((text.length() - start) * 3);
    for (int i = start; i < text.length(); i++) {
      char character = text.charAt(i);
      if (escape && isEscaped(character, escapeQuotes)) {
        bytes[size++] = '\\';
        bytes[size++] = (byte) (character == '\n' ? 'n' : character);
      } else if (character < 0x80) {
        bytes[size++] = (byte) character;
      } else {
        int codePoint = text.codePointAt(i);
        appendCodePoint(codePoint);
        i += Character.charCount(codePoint) - 1;
      }
    }
  }

  private void appendCodePoint(int codePoint) {
    boolean unpaired = codePoint >= Character.MIN_SURROGATE && codePoint <= Character.MAX_SURROGATE;
    byte[] encoded =
        Character.toString(unpaired ? REPLACEMENT : codePoint).getBytes(StandardCharsets.UTF_8);
    System.arraycopy(encoded, 0, bytes, size, encoded.length);
    size += encoded.length;
  }

  private static boolean isEscaped(char character, boolean escapeQuotes) {
    return character == '\\' || character == '\n' || (character == '"' && escapeQuotes);
  }

  private void reserve(int more) {
    if (bytes.length - size < more) {
      bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, Math.addExact(size, more)));
    }
  }
}
