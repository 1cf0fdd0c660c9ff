package io.holdfast.server.page;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;

/**
 * The distance of an instant from now in words, and the exact instant. {@code page.js} uses the
 * words of this class.
 *
 * @param words such as {@code 3 minutes ago}
 * @param machine ISO 8601, to the millisecond
 * @param exact for display
 */
record Age(String words, String machine, String exact) {
  private static final DateTimeFormatter EXACT =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss.SSS 'UTC'").withZone(ZoneOffset.UTC);

  private static final long MINUTE = 60;
  private static final long HOUR = 60 * MINUTE;
  private static final long DAY = 24 * HOUR;
  private static final long MONTH = 30 * DAY;
  private static final long YEAR = 365 * DAY;

  /** A distance within which the clocks of two machines can differ. It shows as "just now". */
  private static final long JUST_NOW = 5;

  static Age of(Instant then, Instant now) {
    return new Age(
        words(Duration.between(then, now).toSeconds()),
        then.truncatedTo(ChronoUnit.MILLIS).toString(),
        EXACT.format(then));
  }

  /**
   * Returns the words.
   *
   * @param seconds negative for the future
   */
  static String words(long seconds) {
    long distance = Math.abs(seconds);
    if (distance < JUST_NOW) {
      return "just now";
    }
    String amount = amount(distance);
    return seconds < 0 ? "in " + amount : amount + " ago";
  }

  private static String amount(long seconds) {
    if (seconds < MINUTE) {
      return counted(seconds, "second");
    }
    if (seconds < HOUR) {
      return counted(seconds / MINUTE, "minute");
    }
    if (seconds < DAY) {
      return counted(seconds / HOUR, "hour");
    }
    if (seconds < 2 * MONTH) {
      return counted(seconds / DAY, "day");
    }
    return seconds < 2 * YEAR ? counted(seconds / MONTH, "month") : counted(seconds / YEAR, "year");
  }

  private static String counted(long count, String unit) {
    return count + " " + unit + (count == 1 ? "" : "s");
  }
}
