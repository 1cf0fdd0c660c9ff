package io.holdfast.storage;

import io.holdfast.proto.EscapingScheme;
import io.holdfast.proto.ExpositionFormat;
import io.holdfast.proto.ExpositionFormat.FamilyHeader;
import io.holdfast.proto.ExpositionFormat.Syntax;
import io.holdfast.proto.OpenMetricsWriter;
import io.holdfast.proto.metrics.MetricType;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The segments that a block of an exposition has in one format. A scheme that escapes names can
 * show several families under one name. Those families are one block, after {@link Lookalikes} has
 * settled which series are left out.
 *
 * <p>Most families have only plain names. Such families look the same under each escaping scheme,
 * so one memo serves all schemes.
 */
final class FormatPlan {
  private final ExpositionFormat format;

  /** The format under which leaves keep their memos for this format. */
  private final ExpositionFormat kept;

  /** The format for the memos of leaves that look the same under every escaping scheme. */
  private final ExpositionFormat plainest;

  private final ShownNames names;
  private final Set<String> ownNames;
  private final MemoRoom memos;
  private final @Nullable Snapshot snapshot;

  /**
   * Creates a plan.
   *
   * @param snapshot can be null if no message is needed
   */
  FormatPlan(
      ExpositionFormat format,
      ShownNames names,
      Set<String> ownNames,
      MemoRoom memos,
      @Nullable Snapshot snapshot) {
    this.format = format;
    this.kept = kept(format);
    this.plainest = plainest(format);
    this.names = names;
    this.ownNames = ownNames;
    this.memos = memos;
    this.snapshot = snapshot;
  }

  static ExpositionFormat plainest(ExpositionFormat format) {
    return new ExpositionFormat(kept(format).syntax(), EscapingScheme.UNDERSCORES);
  }

  static ExpositionFormat kept(ExpositionFormat format) {
    return format.syntax() == Syntax.OPEN_METRICS_0_0_1
        ? new ExpositionFormat(Syntax.OPEN_METRICS, format.escaping())
        : format;
  }

  /** Returns the segments of a block, in order. */
  List<Segment> segments(Exposition.Block block) {
    FamilyHeader header = headerOf(block);
    boolean created = mayShowCreated(header);
    List<Segment> samples = new ArrayList<>();
    SelfMetricFamily own = block.own();
    if (own != null) {
      samples.add(samples(own, created));
    }
    for (NamedFamily pushed : block.pushed()) {
      pushed.holders().forEachLeaf(leaf -> samples.add(samples(pushed, leaf, created)));
    }
    List<Segment> segments = new ArrayList<>();
    segments.add(new Segment.Fixed(header(block, header, samples)));
    segments.addAll(samples);
    byte[] footer = format.footer();
    if (footer.length > 0) {
      segments.add(new Segment.Fixed(footer));
    }
    return segments;
  }

  private byte[] header(Exposition.Block block, FamilyHeader header, List<Segment> samples) {
    boolean isKept =
        format.equals(ExpositionFormat.PLAIN_TEXT)
            && block.own() == null
            && block.pushed().size() == 1
            && block.pushed().get(0).name().equals(block.name());
    return isKept ? block.pushed().get(0).header() : header(header, samples);
  }

  private Segment samples(SelfMetricFamily own, boolean created) {
    return new Segment.Fixed(
        format.samples(own.name(), own.type(), own.family().getMetricList(), created));
  }

  private Segment samples(
      NamedFamily named, SortedTree.Leaf<GroupKey, Family> leaf, boolean created) {
    boolean looksTheSame = named.looksTheSame() || LeafSegment.isPlain(leaf);
    return new LeafSegment(
        leaf, new LeafMemo.Key(looksTheSame ? plainest : kept, created), memos, snapshot);
  }

  private static FamilyHeader headerOf(Exposition.Block block) {
    SelfMetricFamily own = block.own();
    return own == null
        ? new FamilyHeader(block.name(), ShownNames.type(block.pushed()), help(block.pushed()))
        : own.header();
  }

  /** Returns the first HELP text of several families under one name, or null. */
  private static @Nullable String help(List<NamedFamily> families) {
    String help = families.get(0).help();
    for (int i = 1; help == null && i < families.size(); i++) {
      help = families.get(i).help();
    }
    return help;
  }

  /** Returns the header before these samples. */
  private byte[] header(FamilyHeader header, List<Segment> samples) {
    long length = 0;
    if (format.needsLength()) {
      try (Deflated.Compressor compressor = new Deflated.Compressor()) {
        for (Segment segment : samples) {
          length += length(segment, compressor);
        }
      }
    }
    return format.header(isBaseTaken(header) ? unknown(header) : header, length);
  }

  /**
   * Returns the length of a segment. The rendered pieces stay in the leaf's memo, or are rendered
   * again if the memo has no room.
   */
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

  /**
   * Returns whether creation times may follow the samples of the family. The name must be free of
   * other families.
   */
  private boolean mayShowCreated(FamilyHeader header) {
    return format.syntax().isOpenMetrics()
        && !isBaseTaken(header)
        && !isTaken(OpenMetricsWriter.baseName(header.name(), header.type()) + "_created");
  }

  /**
   * Returns whether another family has the base name. OpenMetrics calls the counter {@code x_total}
   * {@code x}.
   */
  private boolean isBaseTaken(FamilyHeader header) {
    String base = OpenMetricsWriter.baseName(header.name(), header.type());
    return format.syntax().isOpenMetrics() && !base.equals(header.name()) && isTaken(base);
  }

  private static FamilyHeader unknown(FamilyHeader header) {
    return new FamilyHeader(header.name(), MetricType.UNTYPED, header.help());
  }

  /** Returns whether the scrape shows a family under this name. */
  private boolean isTaken(String name) {
    return ownNames.contains(name) || names.type(name) != null;
  }
}
