package io.holdfast.storage;

import io.holdfast.proto.metrics.MetricType;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A metric family of one group, as it is kept in memory: what a scrape sends and what the check
 * needs, no object per series. The messages themselves are on the disk.
 *
 * <p>Immutable: a change makes a new one. The push times of a group are such families too.
 */
final class Family {
  private static final byte[] NOTHING = {};

  final GroupKey group;
  final String name;
  final MetricType type;
  final @Nullable String help;
  final Version version;

  /**
   * With which version the group first had this family with this type, without a gap since. Of two
   * families or series that conflict, the older claim is exposed: the version itself would let them
   * take turns with every push.
   */
  final Version claimedAt;

  final long pushedAtNanos;
  final byte[] text;
  final long[] seriesHashes;

  /** What a scrape sends of it: {@link #text} itself unless series are shadowed. */
  final byte[] exposed;

  final int shadowedSeries;

  private Family(
      GroupKey group,
      String name,
      MetricType type,
      @Nullable String help,
      Version version,
      Version claimedAt,
      long pushedAtNanos,
      byte[] text,
      long[] seriesHashes,
      byte[] exposed,
      int shadowedSeries) {
    this.group = group;
    this.name = name;
    this.type = type;
    this.help = help;
    this.version = version;
    this.claimedAt = claimedAt;
    this.pushedAtNanos = pushedAtNanos;
    this.text = text;
    this.seriesHashes = seriesHashes;
    this.exposed = exposed;
    this.shadowedSeries = shadowedSeries;
  }

  Family(
      GroupKey group,
      PushedFamily content,
      Version version,
      Version claimedAt,
      long pushedAtNanos) {
    this(
        group,
        content.name(),
        content.type(),
        content.help(),
        version,
        claimedAt,
        pushedAtNanos,
        content.text(),
        content.seriesHashes(),
        content.text(),
        0);
  }

  /** An equal family that refers to these equal objects, so that others can be forgotten. */
  Family sharing(GroupKey key, String sharedName, @Nullable String sharedHelp, Version shared) {
    return new Family(
        key,
        sharedName,
        type,
        sharedHelp,
        shared,
        claimedAt.equals(shared) ? shared : claimedAt,
        pushedAtNanos,
        text,
        seriesHashes,
        exposed,
        shadowedSeries);
  }

  /** The same family of which a scrape sends only this. */
  Family exposing(byte[] bytes, int shadowed) {
    return new Family(
        group,
        name,
        type,
        help,
        version,
        claimedAt,
        pushedAtNanos,
        text,
        seriesHashes,
        bytes,
        shadowed);
  }

  Family shadowed() {
    return exposing(NOTHING, seriesHashes.length);
  }

  /** Whether type and series are the same, so that no index changes when one takes the place. */
  boolean hasShapeOf(MetricType otherType, long[] otherHashes) {
    return type == otherType && Arrays.equals(seriesHashes, otherHashes);
  }

  boolean hasHelpOf(Family other) {
    return Objects.equals(help, other.help);
  }

  /** Which of two conflicting claims is exposed: the older; between equals the smaller key. */
  boolean precedes(Family other) {
    int byAge = claimedAt.compareTo(other.claimedAt);
    return byAge != 0 ? byAge < 0 : group.compareTo(other.group) < 0;
  }
}
