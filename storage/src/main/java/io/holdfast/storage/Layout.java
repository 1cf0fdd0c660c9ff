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
 * What a block of an exposition is made of in one format.
 *
 * <h2>Names that the text format does not allow</h2>
 *
 * <p>Families are known, and their conflicts settled, by the names that text shows. Names that look
 * the same there are one family even if they would look different here: {@code a.b} and {@code a_b}
 * of two groups come as two families then, one behind the other ({@link UnplainFamily}). As nothing
 * is there twice in text, nothing is where names are shown as they are. The other way of escaping
 * can make one name of two, though: of those one is left out.
 *
 * <p>Most families have no such names. They look the same with each escaping scheme, and what is
 * kept of them serves all.
 */
final class Layout {
  private final ExpositionFormat format;

  /** The one under which leaves keep what they look like in this format, ... */
  private final ExpositionFormat kept;

  /** ... and under which those do that look the same with every escaping scheme. */
  private final ExpositionFormat plainest;

  private final SortedTree<String, NamedFamily> names;
  private final Set<String> ownNames;
  private final @Nullable Picture picture;

  /**
   * @param picture may be absent if no message is needed
   */
  Layout(
      ExpositionFormat format,
      SortedTree<String, NamedFamily> names,
      Set<String> ownNames,
      @Nullable Picture picture) {
    this.format = format;
    this.kept = kept(format);
    this.plainest = plainest(format);
    this.names = names;
    this.ownNames = ownNames;
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
    NamedFamily pushed = block.pushed();
    OwnFamily own = block.own();
    List<Segment> segments = new ArrayList<>();
    String name = pushed == null ? null : shownName(pushed);
    if (pushed == null || pushed.name().equals(name)) {
      addFamily(own, pushed, name, segments);
      return segments;
    }
    if (name == null) {
      new UnplainFamily(this, pushed, own).addTo(segments);
      return segments;
    }
    if (own != null) {
      addFamily(own, null, null, segments);
    }
    addFamily(null, pushed, name, segments);
    return segments;
  }

  /** The one name that all holders have in this format, before it is escaped; null if none is. */
  private @Nullable String shownName(NamedFamily pushed) {
    HolderCounts counts = pushed.counts();
    if (format.escaping() == EscapingScheme.UNDERSCORES || counts.unplain() == 0) {
      return pushed.name();
    }
    if (format.escaping() != EscapingScheme.ALLOW_UTF8) {
      return null;
    }
    String spelling = counts.spellings().firstKey();
    if (spelling == null) {
      return pushed.name();
    }
    Integer spelt = counts.spellings().get(spelling);
    return spelt != null && spelt == pushed.holders().size() ? spelling : null;
  }

  private void addFamily(
      @Nullable OwnFamily own,
      @Nullable NamedFamily pushed,
      @Nullable String name,
      List<Segment> segments) {
    Head head = head(own, pushed, name);
    boolean created = mayShowCreated(head);
    List<Segment> samples = new ArrayList<>();
    if (own != null) {
      samples.add(samples(own, created));
    }
    if (pushed != null) {
      pushed.holders().forEachLeaf(leaf -> samples.add(samples(leaf, created)));
    }
    if (own == null && pushed != null && format.equals(ExpositionFormat.PLAIN_TEXT)) {
      addFamily(pushed.header(), samples, segments);
    } else {
      addFamily(header(head, samples), samples, segments);
    }
  }

  Segment samples(OwnFamily own, boolean created) {
    return new Segment.Fixed(
        format.samples(own.name(), own.type(), own.family().getMetricList(), created));
  }

  private Segment samples(SortedTree.Leaf<GroupKey, Family> leaf, boolean created) {
    boolean looksPlain =
        format.escaping() == EscapingScheme.UNDERSCORES || LeafSegment.isPlain(leaf);
    return new LeafSegment(leaf, looksPlain ? plainest : kept, created, picture);
  }

  private static Head head(
      @Nullable OwnFamily own, @Nullable NamedFamily pushed, @Nullable String name) {
    if (own != null) {
      return own.head();
    }
    if (pushed == null || name == null) {
      throw new IllegalArgumentException("a block of nothing");
    }
    return new Head(name, pushed.type(), pushed.help());
  }

  /** What stands before these samples. */
  byte[] header(Head head, List<Segment> samples) {
    long length = 0;
    if (format.needsLength()) {
      try (Deflated.Compressor compressor = new Deflated.Compressor()) {
        for (int i = 0; i < samples.size(); i++) {
          // Kept from here on, so that nothing is made twice.
          if (samples.get(i) instanceof LeafSegment leaf) {
            samples.set(i, new Segment.Compressed(leaf.deflated(compressor)));
          }
          length += length(samples.get(i));
        }
      }
    }
    return format.header(isBaseTaken(head) ? unknown(head) : head, length);
  }

  private static long length(Segment segment) {
    long length = 0;
    if (segment instanceof Segment.Compressed compressed) {
      for (Deflated piece : compressed.pieces()) {
        length += piece.length();
      }
    } else {
      for (int i = 0; i < segment.arrays(); i++) {
        length += segment.array(i).length;
      }
    }
    return length;
  }

  void addFamily(byte[] header, List<Segment> samples, List<Segment> segments) {
    segments.add(new Segment.Fixed(header));
    segments.addAll(samples);
    byte[] footer = format.footer();
    if (footer.length > 0) {
      segments.add(new Segment.Fixed(footer));
    }
  }

  ExpositionFormat format() {
    return format;
  }

  @Nullable Picture picture() {
    return picture;
  }

  /** Whether the samples of one may be followed by times of creation: no other has that name. */
  boolean mayShowCreated(Head head) {
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

  /** Whether some family has this name, or looks in text as if it had. */
  boolean isTaken(String name) {
    NamedFamily pushed = names.get(EscapingScheme.UNDERSCORES.metricName(name));
    return ownNames.contains(name) || (pushed != null && pushed.isExposed());
  }

  /** Whether a family of this name and type would get in another's way. */
  boolean collides(String name, MetricType type) {
    return isTaken(name) || SuffixRule.collides(names, name, type);
  }
}
