package io.holdfast.server.config;

import java.math.BigDecimal;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The notation of sizes in bytes on the command line: {@code 64MiB}, its synonym {@code 64MB},
 * {@code 0}.
 */
final class ByteSize {
  private static final Pattern SIZE =
      Pattern.compile("([0-9]+(?:\\.[0-9]+)?)(B|[KMG]i?B)?", Pattern.CASE_INSENSITIVE);

  // MB is 1,048,576 bytes too, as in other servers of the Prometheus family.
  private static final Map<Character, Integer> SHIFT_BY_UNIT =
      Map.of('b', 0, 'k', 10, 'm', 20, 'g', 30);

  private ByteSize() {}

  /**
   * Reads a size from {@code 0} up to {@code most}.
   *
   * @throws IllegalArgumentException for anything else, with the offending text and the expected
   *     form
   */
  static long parse(String text, long most) {
    Matcher size = SIZE.matcher(text);
    if (!size.matches()) {
      throw new IllegalArgumentException(
          "\"" + text + "\" (expected: a size such as 4096, 512KiB, 64MiB or 1GiB)");
    }
    String unit = size.group(2);
    int shift =
        unit == null ? 0 : SHIFT_BY_UNIT.getOrDefault(Character.toLowerCase(unit.charAt(0)), 0);
    BigDecimal bytes = new BigDecimal(size.group(1)).multiply(BigDecimal.valueOf(1L << shift));
    if (bytes.compareTo(BigDecimal.valueOf(most)) > 0) {
      throw new IllegalArgumentException(
          "\"" + text + "\" (expected: at most " + format(most) + ")");
    }
    return bytes.longValue();
  }

  /** Returns the size in the largest unit that leaves no fraction. */
  static String format(long bytes) {
    if (bytes != 0 && bytes % (1 << 30) == 0) {
      return (bytes >> 30) + "GiB";
    }
    if (bytes != 0 && bytes % (1 << 20) == 0) {
      return (bytes >> 20) + "MiB";
    }
    return bytes != 0 && bytes % (1 << 10) == 0 ? (bytes >> 10) + "KiB" : bytes + " bytes";
  }
}
