package io.holdfast.storage;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * When and where a change was made. Totally ordered: by clock, then by node, both unsigned.
 *
 * @param clock a {@link HybridClock} reading: milliseconds since 1970 in the upper 48 bits, a
 *     counter in the lower 16
 * @param node the identity of the node that made the change
 */
public record Version(long clock, long node) implements Comparable<Version> {

  @Override
  public int compareTo(Version other) {
    int byClock = Long.compareUnsigned(clock, other.clock);
    return byClock != 0 ? byClock : Long.compareUnsigned(node, other.node);
  }

  /** Whose is imported: its clock is a time in microseconds instead, see {@link GroupImport}. */
  static final long NO_NODE = 0;

  /** When it was, to the millisecond at least. */
  Instant time() {
    return node == NO_NODE
        ? Instant.EPOCH.plus(clock, ChronoUnit.MICROS)
        : Instant.ofEpochMilli(clock >>> HybridClock.COUNTER_BITS);
  }

  /** The same in milliseconds since 1970, without an object. */
  long millis() {
    return node == NO_NODE ? clock / 1_000 : clock >>> HybridClock.COUNTER_BITS;
  }

  /**
   * Whether some node's clock can have given out this reading. What others claim of readings is
   * checked by it.
   */
  public static boolean isPossible(long clock) {
    return HybridClock.isPossible(clock);
  }

  /**
   * Whether a node, or an import, can have made this version. A version from the future is
   * possible: a clock was wrong.
   */
  boolean isPossible() {
    return HybridClock.isPossible(clock)
        && (node == NO_NODE || HybridClock.millis(clock) >= HybridClock.EARLIEST_MILLIS);
  }

  boolean isAfter(Version other) {
    return compareTo(other) > 0;
  }

  boolean isBefore(Version other) {
    return compareTo(other) < 0;
  }

  /** The later of two, where null is before everything. */
  static @Nullable Version later(@Nullable Version one, @Nullable Version other) {
    if (one == null || other == null) {
      return one == null ? other : one;
    }
    return one.isBefore(other) ? other : one;
  }

  static boolean isLater(@Nullable Version version, @Nullable Version than) {
    return version != null && (than == null || version.isAfter(than));
  }

  @Override
  public String toString() {
    return (clock >>> 16) + "." + (clock & 0xffff) + "@" + HexFormat.of().toHexDigits(node);
  }
}
