package io.holdfast.storage;

import io.holdfast.proto.EscapingScheme;
import io.holdfast.proto.ExpositionFormat;
import io.holdfast.proto.ExpositionFormat.Head;
import io.holdfast.proto.ExpositionFormat.Syntax;
import io.holdfast.proto.OpenMetricsWriter;
import io.holdfast.proto.metrics.MetricType;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a block of an exposition is made of in one format. A scheme that escapes names may show
 * several families under one name; then they are one block, and {@link Lookalikes} has settled what
 * of them is left out.
 *
 * <p>Most families have plain names alone. They look the same with each escaping scheme, and what
 * is kept of them serves all.
 */
final class Layout {
  private final ExpositionFormat format;

  /** The one under which leaves keep what they look like in this format, ... */
  private final ExpositionFormat kept;

  /** ... and under which those do that look the same with every escaping scheme. */
  private final ExpositionFormat plainest;

  private final ShownNames names;
  private final Set<String> ownNames;
  private final MemoRoom memos;
  private final @Nullable Picture picture;

  /**
   * @param picture may be absent if no message is needed
   */
  Layout(
      ExpositionFormat format,
      ShownNames names,
      Set<String> ownNames,
      MemoRoom memos,
      @Nullable Picture picture) {
    this.format = format;
    this.kept = kept(format);
    this.plainest = plainest(format);
    this.names = names;
    this.ownNames = ownNames;
    this.memos = memos;
    this.picture = picture;
  }

  static ExpositionFormat plainest(ExpositionFormat format) {
    return new ExpositionFormat(kept(format).syntax(), EscapingScheme.UNDERSCORES);
  }

  static ExpositionFormat kept(ExpositionFormat format) {
    return format.syntax() == Syntax.OPEN_METRICS_0_0_1
        ? new ExpositionFormat(Syntax.OPEN_METRICS, format.escaping())
        : format;
  }

  /** The segments of a block, in order. */
  List<Segment> segments(Exposition.Block block) {
    Head head = head(block);
    boolean created = mayShowCreated(head);
    List<Segment> samples = new ArrayList<>();
    OwnFamily own = block.own();
    if (own != null) {
      samples.add(samples(own, created));
    }
    for (NamedFamily pushed : block.pushed()) {
      pushed.holders().forEachLeaf(leaf -> samples.add(samples(pushed, leaf, created)));
    }
    List<Segment> segments = new ArrayList<>();
    segments.add(new Segment.Fixed(header(block, head, samples)));
    segments.addAll(samples);
    byte[] footer = format.footer();
    if (footer.length > 0) {
      segments.add(new Segment.Fixed(footer));
    }
    return segments;
  }

  private byte[] header(Exposition.Block block, Head head, List<Segment> samples) {
    boolean isKept =
        format.equals(ExpositionFormat.PLAIN_TEXT)
            && block.own() == null
            && block.pushed().size() == 1
            && block.pushed().get(0).name().equals(block.name());
    return isKept ? block.pushed().get(0).header() : header(head, samples);
  }

  private Segment samples(OwnFamily own, boolean created) {
    return new Segment.Fixed(
        format.samples(own.name(), own.type(), own.family().getMetricList(), created));
  }

  private Segment samples(
      NamedFamily named, SortedTree.Leaf<GroupKey, Family> leaf, boolean created) {
    boolean looksTheSame = named.looksTheSame() || LeafSegment.isPlain(leaf);
    return new LeafSegment(
        leaf, new LeafMemo.Key(looksTheSame ? plainest : kept, created), memos, picture);
  }

  private static Head head(Exposition.Block block) {
    OwnFamily own = block.own();
    return own == null
        ? new Head(block.name(), ShownNames.type(block.pushed()), help(block.pushed()))
        : own.head();
  }

  /** Of several families under one name, the first that has a help. */
  private static @Nullable String help(List<NamedFamily> families) {
    String help = families.get(0).help();
    for (int i = 1; help == null && i < families.size(); i++) {
      help = families.get(i).help();
    }
    return help;
  }

  /** What stands before these samples. */
  private byte[] header(Head head, List<Segment> samples) {
    long length = 0;
    if (format.needsLength()) {
      try (Deflated.Compressor compressor = new Deflated.Compressor()) {
        for (Segment segment : samples) {
          length += length(segment, compressor);
        }
      }
    }
    return format.header(isBaseTaken(head) ? unknown(head) : head, length);
  }

  /** What is made for this is kept in the leaf's memo, or made again where that has no room. */
  private static long length(Segment segment, Deflated.Compressor compressor) {
    long length = 0;
    if (segment instanceof LeafSegment leaf) {
      for (int i = 0; i < leaf.pieces(); i++) {
        length += leaf.piece(i, compressor).length();
      }
    } else {
      for (int i = 0; i < segment.arrays(); i++) {
        length += segment.array(i).length;
      }
    }
    return length;
  }

  /** Whether the samples of one may be followed by times of creation: no other has that name. */
  private boolean mayShowCreated(Head head) {
    return format.syntax().isOpenMetrics()
        && !isBaseTaken(head)
        && !isTaken(OpenMetricsWriter.baseName(head.name(), head.type()) + "_created");
  }

  /** OpenMetrics calls the counter {@code x_total} {@code x}, but another family may be that. */
  private boolean isBaseTaken(Head head) {
    String base = OpenMetricsWriter.baseName(head.name(), head.type());
    return format.syntax().isOpenMetrics() && !base.equals(head.name()) && isTaken(base);
  }

  private static Head unknown(Head head) {
    return new Head(head.name(), MetricType.UNTYPED, head.help());
  }

  /** Whether the scrape shows some family under this name. */
  private boolean isTaken(String name) {
    return ownNames.contains(name) || names.type(name) != null;
  }
}
