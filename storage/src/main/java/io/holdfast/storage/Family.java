package io.holdfast.storage;

import io.holdfast.proto.EscapingScheme;
import io.holdfast.proto.TextEscaper;
import io.holdfast.proto.metrics.MetricType;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A metric family of one group, as it is kept in memory: what a scrape sends and what the check
 * needs, no object per series. The messages themselves are on the disk.
 *
 * <p>Immutable: a change makes a new one. The push times of a group are such families too. There is
 * one for each family of each group, so that every field counts.
 */
final class Family {
  private static final byte[] NOTHING = {};

  /** What is left out of scrapes, and what a scrape sends instead of all. */
  private record Shadow(byte[] exposed, BitSet series) {}

  final GroupKey group;
  final Descriptor descriptor;
  final Version version;

  /**
   * With which version the group first had this family with this type, without a gap since. Of two
   * families or series that conflict, the older claim is exposed: the version itself would let them
   * take turns with every push.
   */
  final Version claimedAt;

  /** All samples, exposed or not, with their names as they are. */
  final byte[] text;

  final long[] seriesHashes;

  /** Null for a family that is plain. */
  final @Nullable Looks looks;

  private final @Nullable Shadow shadow;

  /** Null if nothing of what is exposed is left out under any scheme. */
  final @Nullable LeftOut leftOut;

  private Family(
      GroupKey group,
      Descriptor descriptor,
      Version version,
      Version claimedAt,
      byte[] text,
      long[] seriesHashes,
      @Nullable Looks looks,
      @Nullable Shadow shadow,
      @Nullable LeftOut leftOut) {
    this.group = group;
    this.descriptor = descriptor;
    this.version = version;
    this.claimedAt = claimedAt;
    this.text = text;
    this.seriesHashes = seriesHashes;
    this.looks = looks;
    this.shadow = shadow;
    this.leftOut = leftOut;
  }

  Family(GroupKey group, PushedFamily content, Version version, Version claimedAt) {
    this(
        group,
        content.descriptor(),
        version,
        claimedAt,
        content.text(),
        content.seriesHashes(),
        content.looks(),
        null,
        null);
  }

  /**
   * The family that a push makes of the one that its group had, if any: it keeps the claim, and
   * shares what is equal.
   *
   * @param descriptor equal to the content's
   */
  static Family pushed(
      GroupKey group,
      Descriptor descriptor,
      PushedFamily content,
      Version version,
      @Nullable Family before) {
    return new Family(
        group,
        descriptor,
        version,
        before != null && before.type() == content.type() ? before.claimedAt : version,
        content.text(),
        before != null && Arrays.equals(content.seriesHashes(), before.seriesHashes)
            ? before.seriesHashes
            : content.seriesHashes(),
        before != null && Objects.equals(content.looks(), before.looks)
            ? before.looks
            : content.looks(),
        null,
        null);
  }

  /** An equal family that refers to these equal objects, so that its own can be forgotten. */
  Family sharing(GroupKey key, Descriptor equal, Version equalVersion) {
    return new Family(
        key,
        equal,
        equalVersion,
        claimedAt.equals(equalVersion) ? equalVersion : claimedAt,
        text,
        seriesHashes,
        looks,
        shadow,
        leftOut);
  }

  /**
   * The same family of which a scrape sends only this.
   *
   * @param shadowedSeries the places of those that are left out, in the order of the text
   */
  Family exposing(byte[] bytes, BitSet shadowedSeries) {
    Shadow some = shadowedSeries.isEmpty() ? null : new Shadow(bytes, shadowedSeries);
    return new Family(
        group, descriptor, version, claimedAt, text, seriesHashes, looks, some, leftOut);
  }

  /** The same family of which schemes that escape names leave out these series. */
  Family leavingOut(@Nullable LeftOut some) {
    return new Family(
        group, descriptor, version, claimedAt, text, seriesHashes, looks, shadow, some);
  }

  Family shadowed() {
    BitSet all = new BitSet(seriesHashes.length);
    all.set(0, seriesHashes.length);
    return exposing(NOTHING, all);
  }

  String name() {
    return descriptor.name();
  }

  MetricType type() {
    return descriptor.type();
  }

  @Nullable String help() {
    return descriptor.help();
  }

  /**
   * What a scrape sends of it that shows names as they are: {@link #text} itself unless series are
   * shadowed.
   */
  byte[] exposed() {
    return shadow == null ? text : shadow.exposed;
  }

  /** How many series a scrape sends that shows names as they are. */
  int exposedSeries() {
    return seriesHashes.length - shadowedSeries();
  }

  /** Whether scrapes send {@link #exposed} as it is, whatever their scheme. */
  boolean looksTheSame() {
    return looks == null && leftOut == null;
  }

  /** What a scrape sends of it in the text format, its name as {@code scheme} shows it. */
  byte[] shown(EscapingScheme scheme) {
    if (scheme == EscapingScheme.ALLOW_UTF8 || looksTheSame()) {
      return exposed();
    }
    BitSet without = notShown(scheme);
    byte[] rest =
        leftOut == null || without.isEmpty() ? exposed() : SeriesText.of(this).without(without);
    return looks == null ? rest : TextEscaper.escaped(name(), rest, scheme);
  }

  /** The places of the series that a scrape with this scheme does not send. */
  BitSet notShown(EscapingScheme scheme) {
    BitSet without =
        leftOut == null || scheme == EscapingScheme.ALLOW_UTF8
            ? new BitSet()
            : leftOut.series(Looks.indexOf(scheme));
    if (shadow != null) {
      without.or(shadow.series);
    }
    return without;
  }

  /** Of what it exposes, how many series this one of {@link Looks#SCHEMES} leaves out. */
  int leftOutSeries(int scheme) {
    return leftOut == null ? 0 : leftOut.count(scheme);
  }

  int shadowedSeries() {
    return shadow == null ? 0 : shadow.series.cardinality();
  }

  /** Whether a scrape leaves out this series, counted in the order of the text. */
  boolean isShadowed(int at) {
    return shadow != null && shadow.series.get(at);
  }

  /** Whether type and series are the same, so that no index changes when one takes the place. */
  boolean hasShapeOf(MetricType otherType, long[] otherHashes) {
    return type() == otherType && Arrays.equals(seriesHashes, otherHashes);
  }

  /** Which of two conflicting claims is exposed: the older; between equals the smaller key. */
  boolean precedes(Family other) {
    int byAge = claimedAt.compareTo(other.claimedAt);
    return byAge != 0 ? byAge < 0 : group.compareTo(other.group) < 0;
  }
}
