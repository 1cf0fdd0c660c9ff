package io.holdfast.server.gocompat;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Durations in the notation of Go programs: {@code 5m}, {@code 1h30m}, {@code 1.5s}, {@code 100ms}.
 * One unit is added to Go's: {@code d}, a day of 24 hours.
 */
public final class GoDuration {
  private static final long NANOS_PER_SECOND = 1_000_000_000L;
  private static final Map<String, Long> NANOS_PER_UNIT =
      Map.of(
          "ns", 1L,
          "us", 1_000L,
          "\u00b5s", 1_000L,
          "\u03bcs", 1_000L,
          "ms", 1_000_000L,
          "s", NANOS_PER_SECOND,
          "m", 60 * NANOS_PER_SECOND,
          "h", 3600 * NANOS_PER_SECOND,
          "d", 24 * 3600 * NANOS_PER_SECOND);
  private static final Pattern PART =
      Pattern.compile("([0-9]+(?:\\.[0-9]*)?|\\.[0-9]+)(ns|us|\u00b5s|\u03bcs|ms|s|m|h|d)");
  private static final String EXPECTED =
      "(expected: a duration such as 100ms, 30s, 5m, 1h30m or 7d)";

  private GoDuration() {}

  /**
   * Reads a duration from 0 up to about 292 years, to the nanosecond.
   *
   * @throws IllegalArgumentException for anything else, with the offending text and the expected
   *     form
   */
  public static Duration parse(String text) {
    if (text.equals("0")) {
      return Duration.ZERO;
    }
    BigDecimal nanos = BigDecimal.ZERO;
    Matcher part = PART.matcher(text);
    int end = 0;
    while (part.lookingAt()) {
      BigDecimal unit = BigDecimal.valueOf(NANOS_PER_UNIT.getOrDefault(part.group(2), 0L));
      nanos = nanos.add(new BigDecimal(part.group(1)).multiply(unit));
      end = part.end();
      part.region(end, text.length());
    }
    if (end == 0 || end != text.length()) {
      throw new IllegalArgumentException("\"" + text + "\" " + EXPECTED);
    }
    if (nanos.compareTo(BigDecimal.valueOf(Long.MAX_VALUE)) > 0) {
      throw new IllegalArgumentException("\"" + text + "\" (expected: less than 292 years)");
    }
    return Duration.ofNanos(nanos.setScale(0, RoundingMode.DOWN).longValueExact());
  }

  /**
   * Returns the duration as Go prints it: {@code 5m0s}, {@code 1h30m0s}, {@code 1.5s}, {@code
   * 100ms}.
   */
  public static String format(Duration duration) {
    long nanos = duration.toNanos();
    if (nanos == 0) {
      return "0s";
    }
    if (nanos < 0) {
      return "-" + format(duration.negated());
    }
    if (nanos < 1_000L) {
      return nanos + "ns";
    }
    if (nanos < 1_000_000L) {
      return decimal(nanos, 1_000L) + "\u00b5s";
    }
    if (nanos < NANOS_PER_SECOND) {
      return decimal(nanos, 1_000_000L) + "ms";
    }
    long minutes = nanos / (60 * NANOS_PER_SECOND);
    String seconds = decimal(nanos % (60 * NANOS_PER_SECOND), NANOS_PER_SECOND) + "s";
    if (minutes == 0) {
      return seconds;
    }
    long hours = minutes / 60;
    return (hours == 0 ? "" : hours + "h") + minutes % 60 + "m" + seconds;
  }

  private static String decimal(long nanos, long unit) {
    BigDecimal number = BigDecimal.valueOf(nanos).divide(BigDecimal.valueOf(unit));
    return number.signum() == 0 ? "0" : number.stripTrailingZeros().toPlainString();
  }
}
