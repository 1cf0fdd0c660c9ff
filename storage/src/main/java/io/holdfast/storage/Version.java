package io.holdfast.storage;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * The time and the node of a change. Versions are totally ordered: by clock, then by node, both
 * unsigned.
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

  /**
   * The node of imported versions. Their clock is a time in microseconds, see {@link GroupImport}.
   */
  static final long NO_NODE = 0;

  /** Returns the time of the version, to the millisecond or better. */
  Instant time() {
    return node == NO_NODE
        ? Instant.EPOCH.plus(clock, ChronoUnit.MICROS)
        : Instant.ofEpochMilli(clock >>> HybridClock.COUNTER_BITS);
  }

  /** Returns the time in milliseconds since 1970, without creating an object. */
  long millis() {
    return node == NO_NODE ? clock / 1_000 : clock >>> HybridClock.COUNTER_BITS;
  }

  /**
   * Returns whether some node's clock can have given out this reading. Readings from peers are
   * checked by it.
   */
  public static boolean isPossible(long clock) {
    return HybridClock.isPossible(clock);
  }

  /**
   * Returns whether a node or an import can have made this version. A version from the future is
   * possible, because a clock can be wrong.
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

  /** Returns the later of two versions. Null is before every version. */
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
