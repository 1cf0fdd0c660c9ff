package io.holdfast.storage;

import io.holdfast.proto.EscapingScheme;
import io.holdfast.proto.ExpositionFormat;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What a scrape shows: an immutable picture of all groups after some commit. Families are in order
 * of their names, groups in order of their keys, series in order of their labels, so that nodes
 * with the same groups show the same bytes.
 *
 * <p>Taking and keeping one costs nothing but the memory of what has changed since.
 */
public final class Exposition {
  private final SortedTree<String, NamedFamily> names;
  private final SortedTree<GroupKey, String> failureReasons;
  private final int groups;
  private final Counts counts;

  /**
   * How many series there are.
   *
   * @param all with the two push times of each group, the shadowed ones too
   * @param leftOut of what is not shadowed, how many each of {@link Looks#SCHEMES} leaves out
   */
  record Counts(long all, long shadowed, long[] leftOut) {}

  private final Heap heap;

  /**
   * The heap that belongs to it.
   *
   * @param memoryBytes that the groups take
   * @param replacedBytes that groups had taken and that changes have replaced, since the store was
   *     opened: as much more than here is kept alive by an older exposition
   * @param memos for all expositions of the store
   */
  record Heap(long memoryBytes, long replacedBytes, MemoRoom memos) {
    static final Heap NONE = new Heap(0, 0, MemoRoom.NONE);
  }

  /**
   * @param failureReasons why the last failed push failed, of the groups that have one
   */
  Exposition(
      SortedTree<String, NamedFamily> names,
      SortedTree<GroupKey, String> failureReasons,
      int groups,
      Counts counts,
      Heap heap) {
    this.names = names;
    this.failureReasons = failureReasons;
    this.groups = groups;
    this.counts = counts;
    this.heap = heap;
  }

  /** What is shown of a store that has nothing. */
  public static Exposition empty() {
    return new Exposition(
        SortedTree.empty(),
        SortedTree.empty(),
        0,
        new Counts(0, 0, new long[Looks.SCHEMES.size()]),
        Heap.NONE);
  }

  public int groups() {
    return groups;
  }

  /** Pushed series with the two push times of each group, the shadowed ones too. */
  public long series() {
    return counts.all;
  }

  public long shadowedSeries() {
    return counts.shadowed;
  }

  /**
   * How many series a scrape with this scheme leaves out, because others look the same there and
   * have the older claims. Under their own names they are shown, but for the {@link
   * #shadowedSeries}.
   */
  public long leftOutSeries(EscapingScheme scheme) {
    int index = Looks.indexOf(scheme);
    return index < 0 ? 0 : counts.leftOut[index];
  }

  /** How many series of one family, read from the picture that shows this, a scheme leaves out. */
  public int leftOutSeries(StoredFamily family, EscapingScheme scheme) {
    int index = Looks.indexOf(scheme);
    NamedFamily named = names.get(family.name());
    if (index < 0 || named == null) {
      return 0;
    }
    Family shown = family.shown();
    return named.isLeftOut(index) ? shown.exposedSeries() : shown.leftOutSeries(index);
  }

  /** Bytes of heap that the groups take. */
  public long memoryBytes() {
    return heap.memoryBytes;
  }

  /** Bytes of heap that are kept for the next scrapes of this or a later exposition. */
  public long memoBytes() {
    return heap.memos.memoryBytes();
  }

  /**
   * Bytes of heap that changes have replaced since the store was opened. An exposition keeps alive
   * no more than a later one counts above it.
   */
  public long replacedBytes() {
    return heap.replacedBytes;
  }

  /** What this group has under this name, exposed or not. */
  @Nullable Family family(String name, GroupKey group) {
    NamedFamily named = names.get(name);
    return named == null ? null : named.holders().get(group);
  }

  /**
   * All groups without their metrics, in order of their keys. In proportion to their number, and
   * nothing but memory is read.
   */
  public List<GroupSummary> summaries() {
    NamedFamily pushes = names.get(PushTimes.PUSH_TIME);
    NamedFamily failures = names.get(PushTimes.PUSH_FAILURE_TIME);
    List<GroupSummary> summaries = new ArrayList<>(groups);
    if (pushes != null && failures != null) {
      List<Family> failed = new ArrayList<>(groups);
      failures.holders().forEach(failed::add);
      // Every group has both, so the two trees have the same keys.
      pushes
          .holders()
          .forEach(push -> summaries.add(new GroupSummary(push, failed.get(summaries.size()))));
    }
    return summaries;
  }

  /** This group without its metrics, if it is there. */
  public Optional<GroupSummary> summary(GroupKey group) {
    Family push = family(PushTimes.PUSH_TIME, group);
    Family failure = family(PushTimes.PUSH_FAILURE_TIME, group);
    return push == null || failure == null
        ? Optional.empty()
        : Optional.of(new GroupSummary(push, failure));
  }

  /** Why the last failed push of the group failed, if one did and that is known. */
  public Optional<String> failureReason(GroupKey group) {
    return Optional.ofNullable(failureReasons.get(group));
  }

  /** How much some groups have. In proportion to the number of family names, for few groups. */
  public Map<GroupKey, GroupSize> sizes(Collection<GroupKey> some) {
    Map<GroupKey, GroupSize> sizes = new HashMap<>();
    some.forEach(key -> sizes.put(key, GroupSize.NOTHING));
    names.forEach(
        named -> {
          if (named.holders().size() > sizes.size()) {
            for (Map.Entry<GroupKey, GroupSize> size : sizes.entrySet()) {
              Family family = named.holders().get(size.getKey());
              size.setValue(family == null ? size.getValue() : size.getValue().with(family));
            }
          } else {
            named
                .holders()
                .forEach(
                    family ->
                        sizes.computeIfPresent(family.group, (key, size) -> size.with(family)));
          }
        });
    return sizes;
  }

  /** The groups of which a scrape leaves something out. In proportion to all families if any. */
  public Set<GroupKey> shadowedGroups() {
    Set<GroupKey> shadowed = new HashSet<>();
    forEachShadowed(family -> shadowed.add(family.group));
    return shadowed;
  }

  private void forEachShadowed(Consumer<Family> action) {
    if (counts.shadowed == 0) {
      return;
    }
    Consumer<Family> ifShadowed =
        family -> {
          if (family.shadowedSeries() > 0) {
            action.accept(family);
          }
        };
    names.forEach(named -> named.holders().forEach(ifShadowed));
  }

  /** Which series of the family, read from the picture that shows this, a scrape leaves out. */
  public Shadows shadows(StoredFamily family) {
    return Shadows.of(family.shown(), names);
  }

  /**
   * A family of a group that is kept, but not or not wholly exposed.
   *
   * @param series how many of its series are not exposed
   */
  public record Shadowed(String family, GroupKey group, int series) {}

  /**
   * The first ones in order. In proportion to everything that is stored, if anything is shadowed.
   */
  public List<Shadowed> shadowed(int most) {
    List<Shadowed> shadowed = new ArrayList<>();
    forEachShadowed(
        family -> {
          if (shadowed.size() < most) {
            shadowed.add(new Shadowed(family.name(), family.group, family.shadowedSeries()));
          }
        });
    return shadowed;
  }

  /**
   * The text format 0.0.4, piece by piece.
   *
   * @param own the server's own metrics, in order of their names
   */
  public ExpositionReader text(List<OwnFamily> own) {
    return reader(new ExpositionRequest(ExpositionFormat.PLAIN_TEXT, false), own);
  }

  /** The same, compressed with gzip; unchanged parts keep their compressed form. */
  public ExpositionReader gzippedText(List<OwnFamily> own) {
    return reader(new ExpositionRequest(ExpositionFormat.PLAIN_TEXT, true), own);
  }

  /**
   * Any format that {@linkplain #needsMessages needs no messages}, piece by piece. What has not
   * changed since the last time is not compressed again.
   *
   * @param own the server's own metrics, in order of their names
   */
  public ExpositionReader reader(ExpositionRequest request, List<OwnFamily> own) {
    return reader(request, own, null);
  }

  ExpositionReader reader(
      ExpositionRequest request, List<OwnFamily> own, @Nullable Picture picture) {
    Set<String> ownNames = own.stream().map(OwnFamily::name).collect(Collectors.toSet());
    ShownNames shown = new ShownNames(names, request.format().escaping());
    Layout layout = new Layout(request.format(), shown, ownNames, heap.memos, picture);
    SegmentCursor cursor =
        new SegmentCursor(blocks(shown, own), layout::segments, request.format().end());
    return request.isGzip() ? new GzipReader(cursor) : new PlainReader(cursor);
  }

  /**
   * Whether a scrape in this format must be made from a {@link Picture}: memory has the text alone,
   * and here something is shown that text does not say. In proportion to the names of families.
   */
  public boolean needsMessages(ExpositionFormat format) {
    NamedFamily needing = names.first(named -> named.isExposed() && needsMessages(named, format));
    return needing != null;
  }

  private static boolean needsMessages(NamedFamily named, ExpositionFormat format) {
    return switch (format.syntax()) {
      case TEXT -> false;
      case OPEN_METRICS, OPEN_METRICS_0_0_1 -> named.counts().withExtras() > 0;
      case PROTOBUF, PROTOBUF_TEXT, PROTOBUF_COMPACT_TEXT -> true;
    };
  }

  /** Lets go of what was kept for scrapes in this format, of what is still the same since. */
  public void forget(ExpositionFormat format) {
    // The two may be one.
    heap.memos.forget(new HashSet<>(List.of(Layout.kept(format), Layout.plainest(format))));
  }

  /**
   * One family of the output.
   *
   * @param name as it is shown
   * @param pushed what is shown under it; several where a scheme makes their names alike
   */
  record Block(String name, List<NamedFamily> pushed, @Nullable OwnFamily own) {}

  private List<Block> blocks(ShownNames shown, List<OwnFamily> own) {
    List<Block> blocks = new ArrayList<>(names.size() + own.size());
    int[] next = {0};
    shown.forEach(
        (name, pushed) -> {
          while (next[0] < own.size() && own.get(next[0]).name().compareTo(name) < 0) {
            addOwn(blocks, own.get(next[0]++), shown);
          }
          OwnFamily joined = null;
          if (next[0] < own.size() && own.get(next[0]).name().equals(name)) {
            joined = own.get(next[0]++);
          }
          if (joined == null || joined.yields()) {
            blocks.add(new Block(name, pushed, null));
          } else if (canJoin(pushed, joined)) {
            blocks.add(new Block(name, pushed, joined));
          } else {
            addOwn(blocks, joined, shown);
          }
        });
    while (next[0] < own.size()) {
      addOwn(blocks, own.get(next[0]++), shown);
    }
    return blocks;
  }

  /**
   * The check at the door sees to this, but not for what was pushed before the server had such a
   * family.
   */
  private static boolean canJoin(List<NamedFamily> pushed, OwnFamily own) {
    return NamedFamily.areCompatible(ShownNames.type(pushed), own.type());
  }

  private static void addOwn(List<Block> blocks, OwnFamily own, ShownNames shown) {
    if (!own.yields() || !SuffixRule.collides(shown::type, own.name(), own.type())) {
      blocks.add(new Block(own.name(), List.of(), own));
    }
  }
}
