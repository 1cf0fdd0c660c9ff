package io.holdfast.server.ctl;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** Times in a table: how long ago, or in how long, in one unit. */
final class Ages {
  private Ages() {}

  static String since(Optional<Instant> time, Instant now) {
    return time.map(at -> words(Duration.between(at, now))).orElse("never");
  }

  static String until(Optional<Instant> time, Instant now) {
    return time.map(at -> "in " + words(Duration.between(now, at))).orElse("never");
  }

  private static String words(Duration duration) {
    long seconds = Math.max(0, duration.toSeconds());
    if (seconds < 120) {
      return seconds + "s";
    }
    if (seconds < 2 * 3600) {
      return seconds / 60 + "m";
    }
    return seconds < 2 * 86_400 ? seconds / 3600 + "h" : seconds / 86_400 + "d";
  }
}
