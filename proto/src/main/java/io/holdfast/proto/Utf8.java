package io.holdfast.proto;

/**
 * The check for UTF-8, by the rules that Go and the Unicode standard share: no surrogates, no
 * overlong forms.
 */
final class Utf8 {
  private Utf8() {}

  static boolean isWellFormed(byte[] bytes, int start, int end) {
    int i = start;
    while (i < end) {
      if (bytes[i] >= 0) {
        i++;
        continue;
      }
      int length = sequenceLength(bytes, i, end);
      if (length == 0) {
        return false;
      }
      i += length;
    }
    return true;
  }

  /** Returns the length of the character at {@code start}, or 0 if none begins there. */
  static int sequenceLength(byte[] bytes, int start, int end) {
    int lead = bytes[start] & 0xff;
    if (lead < 0x80) {
      return 1;
    }
    if (lead >= 0xc2 && lead <= 0xdf) {
      return hasTail(bytes, start, end, 2, 0x80, 0xbf) ? 2 : 0;
    }
    if (lead >= 0xe0 && lead <= 0xef) {
      int lowest = lead == 0xe0 ? 0xa0 : 0x80;
      int highest = lead == 0xed ? 0x9f : 0xbf;
      return hasTail(bytes, start, end, 3, lowest, highest) ? 3 : 0;
    }
    if (lead >= 0xf0 && lead <= 0xf4) {
      int lowest = lead == 0xf0 ? 0x90 : 0x80;
      int highest = lead == 0xf4 ? 0x8f : 0xbf;
      return hasTail(bytes, start, end, 4, lowest, highest) ? 4 : 0;
    }
    return 0;
  }

  /**
   * Returns whether {@code length - 1} continuation bytes follow, the first of them within the
   * given bounds.
   */
  private static boolean hasTail(
      byte[] bytes, int start, int end, int length, int lowest, int highest) {
    if (end - start < length) {
      return false;
    }
    int second = bytes[start + 1] & 0xff;
    if (second < lowest || second > highest) {
      return false;
    }
    for (int i = start + 2; i < start + length; i++) {
      if ((bytes[i] & 0xc0) != 0x80) {
        return false;
      }
    }
    return true;
  }
}
