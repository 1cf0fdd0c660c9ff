package io.holdfast.benchmarks.load;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/** The command line: words of the form {@code key=value}. */
final class Settings {
  private static final Set<String> KEYS =
      Set.of(
          "port",
          "rate",
          "warmup",
          "seconds",
          "drain",
          "connections",
          "fresh",
          "groups",
          "first",
          "series",
          "prefix",
          "job",
          "ledger",
          "input");

  private final Map<String, String> values = new HashMap<>();

  private Settings() {}

  static Settings of(String[] arguments) {
    Settings settings = new Settings();
    for (String argument : arguments) {
      int equals = argument.indexOf('=');
      String key = equals < 0 ? argument : argument.substring(0, equals);
      if (equals < 0 || !KEYS.contains(key)) {
        throw new IllegalArgumentException(
            argument + " (expected: one of " + Arrays.toString(KEYS.toArray()) + " and =value)");
      }
      settings.values.put(key, argument.substring(equals + 1));
    }
    return settings;
  }

  int port() {
    return number("port", 9091);
  }

  /** Returns the requests that come due in a second. */
  double rate() {
    return Double.parseDouble(text("rate", "100"));
  }

  /** Returns the seconds before the measured ones; requests come due then as well. */
  double warmUpSeconds() {
    return Double.parseDouble(text("warmup", "0"));
  }

  double seconds() {
    return Double.parseDouble(text("seconds", "10"));
  }

  /** Returns the seconds after the last request for answers that are still missing. */
  double drainSeconds() {
    return Double.parseDouble(text("drain", "10"));
  }

  /** Returns how many requests may be on the way at once. */
  int connections() {
    return number("connections", 64);
  }

  /** Returns whether each request opens a connection of its own. */
  boolean hasFreshConnections() {
    return number("fresh", 0) == 1;
  }

  int groups() {
    return number("groups", 1000);
  }

  /** Returns the number of the first group. */
  int firstGroup() {
    return number("first", 1);
  }

  int series() {
    return number("series", 10);
  }

  String prefix() {
    return text("prefix", "/metrics");
  }

  String job() {
    return text("job", "nightly-etl");
  }

  /** Returns whether the run ends with the standard input, if that comes before the time is up. */
  boolean endsWithInput() {
    return number("input", 0) == 1;
  }

  /** Returns the file for the last acknowledged sequence number of each group; empty for none. */
  String ledger() {
    return text("ledger", "");
  }

  private int number(String key, int otherwise) {
    return Integer.parseInt(text(key, Integer.toString(otherwise)));
  }

  private String text(String key, String otherwise) {
    return values.getOrDefault(key, otherwise);
  }
}
