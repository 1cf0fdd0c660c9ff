package io.holdfast.storage;

import static java.util.Objects.requireNonNull;

import io.holdfast.proto.EscapingScheme;
import io.holdfast.proto.ExpositionFormat;
import io.holdfast.proto.ExpositionFormat.Syntax;
import io.holdfast.proto.OpenMetricsConverter;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the groups of one leaf show of a family. The text that is in memory serves where it says all
 * that the format shows; the rest is made of the messages. What is made, or compressed, is kept in
 * the leaf's memo.
 */
final class LeafSegment implements Segment {
  private static final int MAX_JOINED_BYTES = 1 << 20;

  private final SortedTree.Leaf<GroupKey, Family> leaf;
  private final ExpositionFormat format;
  private final boolean created;
  private final @Nullable Picture picture;

  /** Whether no message is needed. */
  private final boolean isOfText;

  /** What it is made of, once somebody has asked for it. */
  private Deflated @Nullable [] pieces;

  /**
   * @param format the plainest in which the leaf looks as it is to look
   * @param created see {@link ExpositionFormat#samples}
   * @param picture may be absent if no message is needed
   */
  LeafSegment(
      SortedTree.Leaf<GroupKey, Family> leaf,
      ExpositionFormat format,
      boolean created,
      @Nullable Picture picture) {
    this.leaf = leaf;
    this.format = format;
    this.created = created;
    this.picture = picture;
    this.isOfText = format.syntax() == Syntax.TEXT || !needsMessages();
  }

  /** Whether it looks the same with every escaping scheme. */
  static boolean isPlain(SortedTree.Leaf<GroupKey, Family> leaf) {
    for (int i = 0; i < leaf.size(); i++) {
      if (!leaf.value(i).looksTheSame()) {
        return false;
      }
    }
    return true;
  }

  /** Whether this format shows of this family what its text does not say. */
  private static boolean needsMessage(Family family, ExpositionFormat format) {
    return switch (format.syntax()) {
      case TEXT -> false;
      case OPEN_METRICS, OPEN_METRICS_0_0_1 -> !family.descriptor.textSaysAll();
      case PROTOBUF, PROTOBUF_TEXT, PROTOBUF_COMPACT_TEXT -> true;
    };
  }

  private boolean needsMessages() {
    for (int i = 0; i < leaf.size(); i++) {
      if (needsMessage(leaf.value(i), format)) {
        return true;
      }
    }
    return false;
  }

  /**
   * What this family's samples look like.
   *
   * @param message if it {@linkplain #needsMessage needs} one
   */
  private static byte[] samples(
      Family family, ExpositionFormat format, boolean created, @Nullable StoredFamily message) {
    EscapingScheme scheme = format.escaping();
    String name = scheme.metricName(family.name());
    if (message != null) {
      return format.samples(name, family.type(), message.shown(scheme), created);
    }
    return format.syntax() == Syntax.TEXT
        ? family.shown(scheme)
        : OpenMetricsConverter.convert(name, family.type(), family.shown(scheme));
  }

  @Override
  public int arrays() {
    return isOfText ? leaf.size() : pieces(null).length;
  }

  @Override
  public byte[] array(int i) {
    return isOfText ? samples(leaf.value(i), format, created, null) : pieces(null)[i].inflated();
  }

  @Override
  public Deflated[] deflated(Deflated.Compressor compressor) {
    return pieces(compressor);
  }

  /**
   * @param compressor null if there is none yet
   */
  private Deflated[] pieces(Deflated.@Nullable Compressor compressor) {
    if (pieces != null) {
      return pieces;
    }
    LeafMemo.Key key = new LeafMemo.Key(format, created);
    Deflated[] known = LeafMemo.get(leaf, key);
    if (known == null) {
      known = compressor == null ? compressed() : compressed(compressor);
      LeafMemo.put(leaf, key, known);
    }
    pieces = known;
    return known;
  }

  private Deflated[] compressed() {
    try (Deflated.Compressor compressor = new Deflated.Compressor()) {
      return compressed(compressor);
    }
  }

  /** As one piece if that is of a reasonable size, otherwise each family on its own. */
  private Deflated[] compressed(Deflated.Compressor compressor) {
    List<byte[]> arrays = rendered();
    long total = 0;
    for (byte[] array : arrays) {
      total += array.length;
    }
    return total > MAX_JOINED_BYTES
        ? arrays.stream()
            .map(array -> compressor.compress(array, array.length))
            .toArray(Deflated[]::new)
        : new Deflated[] {compressor.compress(arrays, (int) total)};
  }

  private List<byte[]> rendered() {
    List<Family> needed = new ArrayList<>();
    for (int i = 0; i < leaf.size(); i++) {
      if (isExposed(i) && needsMessage(leaf.value(i), format)) {
        needed.add(leaf.value(i));
      }
    }
    List<StoredFamily> messages =
        needed.isEmpty()
            ? List.of()
            : requireNonNull(picture, "a picture, for messages").messages(needed);
    List<byte[]> arrays = new ArrayList<>(leaf.size());
    int next = 0;
    for (int i = 0; i < leaf.size(); i++) {
      if (isExposed(i)) {
        boolean isNeeded = needsMessage(leaf.value(i), format);
        arrays.add(samples(leaf.value(i), format, created, isNeeded ? messages.get(next++) : null));
      }
    }
    return arrays;
  }

  private boolean isExposed(int i) {
    return leaf.value(i).exposed().length > 0;
  }
}
