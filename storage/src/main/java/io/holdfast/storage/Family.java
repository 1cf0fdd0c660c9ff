package io.holdfast.storage;

import io.holdfast.proto.EscapingScheme;
import io.holdfast.proto.TextEscaper;
import io.holdfast.proto.metrics.MetricType;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A metric family of one group, as memory has it: the text for scrapes, and hashes for the check.
 * There is no object per series. The messages themselves are on the disk.
 *
 * <p>Immutable: a change makes a new object. The push times of a group are such families too. Every
 * family of every group has such an object, so each field costs memory.
 */
final class Family {
  private static final byte[] NOTHING = {};

  /** The shadowed series, and the bytes that a scrape sends without them. */
  private record Shadow(byte[] exposed, BitSet series) {}

  final GroupKey group;
  final Descriptor descriptor;
  final Version version;

  /**
   * The claim: the version since which the group has had this family with this type, without a gap.
   * Of two conflicting families or series, the older claim is exposed. With versions in place of
   * claims, conflicting families would take turns with every push.
   */
  final Version claimedAt;

  /** All samples with unescaped names, shadowed or not. */
  final byte[] text;

  final long[] seriesHashes;

  /** Null for a plain family. */
  final @Nullable Looks looks;

  private final @Nullable Shadow shadow;

  /** Null if no scheme leaves out an exposed series. */
  final @Nullable LeftOut leftOut;

  /** Creates a family with nothing shadowed and nothing left out. */
  Family(GroupKey group, PushedFamily content, Version version, Version claimedAt) {
    this.group = group;
    this.descriptor = content.descriptor();
    this.version = version;
    this.claimedAt = claimedAt;
    this.text = content.text();
    this.seriesHashes = content.seriesHashes();
    this.looks = content.looks();
    this.shadow = null;
    this.leftOut = null;
  }

  private Family(
      GroupKey group,
      Descriptor descriptor,
      PushedFamily content,
      Version version,
      @Nullable Family before) {
    this.group = group;
    this.descriptor = descriptor;
    this.version = version;
    this.claimedAt = before != null && before.type() == content.type() ? before.claimedAt : version;
    this.text = content.text();
    this.seriesHashes =
        before != null && Arrays.equals(content.seriesHashes(), before.seriesHashes)
            ? before.seriesHashes
            : content.seriesHashes();
    this.looks =
        before != null && Objects.equals(content.looks(), before.looks)
            ? before.looks
            : content.looks();
    this.shadow = null;
    this.leftOut = null;
  }

  private Family(Family other, GroupKey group, Descriptor descriptor, Version version) {
    this.group = group;
    this.descriptor = descriptor;
    this.version = version;
    this.claimedAt = other.claimedAt.equals(version) ? version : other.claimedAt;
    this.text = other.text;
    this.seriesHashes = other.seriesHashes;
    this.looks = other.looks;
    this.shadow = other.shadow;
    this.leftOut = other.leftOut;
  }

  private Family(Family other, @Nullable Shadow shadow, @Nullable LeftOut leftOut) {
    this.group = other.group;
    this.descriptor = other.descriptor;
    this.version = other.version;
    this.claimedAt = other.claimedAt;
    this.text = other.text;
    this.seriesHashes = other.seriesHashes;
    this.looks = other.looks;
    this.shadow = shadow;
    this.leftOut = leftOut;
  }

  /**
   * Returns the family that a push makes. The family keeps the claim of the group's former family,
   * and shares its equal parts.
   *
   * @param descriptor equal to the content's
   */
  static Family pushed(
      GroupKey group,
      Descriptor descriptor,
      PushedFamily content,
      Version version,
      @Nullable Family before) {
    return new Family(group, descriptor, content, version, before);
  }

  /**
   * Returns an equal family that refers to the given equal objects, so that its own copies can be
   * freed.
   */
  Family sharing(GroupKey key, Descriptor equal, Version equalVersion) {
    return new Family(this, key, equal, equalVersion);
  }

  /**
   * Returns this family with other exposed bytes.
   *
   * @param shadowedSeries the indexes of the shadowed series, in the order of the text
   */
  Family exposing(byte[] bytes, BitSet shadowedSeries) {
    Shadow some = shadowedSeries.isEmpty() ? null : new Shadow(bytes, shadowedSeries);
    return new Family(this, some, leftOut);
  }

  /** Returns this family with other series that escaping schemes leave out. */
  Family leavingOut(@Nullable LeftOut some) {
    return new Family(this, shadow, some);
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
   * Returns the bytes that a scrape with unescaped names sends. These are {@link #text} itself
   * unless series are shadowed.
   */
  byte[] exposed() {
    return shadow == null ? text : shadow.exposed;
  }

  /** Returns how many series a scrape with unescaped names sends. */
  int exposedSeries() {
    return seriesHashes.length - shadowedSeries();
  }

  /** Returns whether scrapes with every scheme send {@link #exposed} unchanged. */
  boolean looksTheSame() {
    return looks == null && leftOut == null;
  }

  /**
   * Returns the bytes that a scrape in the text format sends, with names as {@code scheme} shows
   * them.
   */
  byte[] shown(EscapingScheme scheme) {
    if (scheme == EscapingScheme.ALLOW_UTF8 || looksTheSame()) {
      return exposed();
    }
    BitSet without = notShown(scheme);
    byte[] rest =
        leftOut == null || without.isEmpty() ? exposed() : SeriesText.of(this).without(without);
    return looks == null ? rest : TextEscaper.escaped(name(), rest, scheme);
  }

  /** Returns the indexes of the series that a scrape with this scheme does not send. */
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

  /** Returns how many exposed series the given scheme of {@link Looks#SCHEMES} leaves out. */
  int leftOutSeries(int scheme) {
    return leftOut == null ? 0 : leftOut.count(scheme);
  }

  int shadowedSeries() {
    return shadow == null ? 0 : shadow.series.cardinality();
  }

  /** Returns whether this series is shadowed, counted in the order of the text. */
  boolean isShadowed(int at) {
    return shadow != null && shadow.series.get(at);
  }

  /**
   * Returns whether type and series are equal. No index changes if such a family replaces this one.
   */
  boolean hasShapeOf(MetricType otherType, long[] otherHashes) {
    return type() == otherType && Arrays.equals(seriesHashes, otherHashes);
  }

  /**
   * Returns whether this family is exposed in a conflict. The older claim is exposed, and between
   * equal claims the smaller key.
   */
  boolean precedes(Family other) {
    int byAge = claimedAt.compareTo(other.claimedAt);
    return byAge != 0 ? byAge < 0 : group.compareTo(other.group) < 0;
  }
}
