package io.holdfast.storage;

import static java.util.Objects.requireNonNull;

import io.holdfast.proto.EscapingScheme;
import io.holdfast.proto.ExpositionFormat;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * All that a scrape shows, as of one commit. Immutable. Families are in order of their names,
 * groups in order of their keys, series in order of their labels. Nodes with equal groups therefore
 * show equal bytes.
 *
 * <p>An exposition costs only the memory of the content that has changed since.
 */
public final class Exposition {
  private final SortedTree<String, NamedFamily> names;
  private final Details details;
  private final int groups;
  private final Counts counts;

  /**
   * The numbers of series and groups.
   *
   * @param all all series with the two push times of each group, including shadowed series
   * @param leftOut for each of {@link Looks#SCHEMES}, how many exposed series the scheme leaves out
   * @param expiredGroups how many groups this node has expired since the store was opened
   */
  record Counts(long all, long shadowed, long[] leftOut, long expiredGroups) {}

  private final Heap heap;

  /**
   * The heap that the exposition takes.
   *
   * @param memoryBytes the heap that the groups take
   * @param replacedBytes the heap of replaced content since the store was opened; an older
   *     exposition keeps at most the difference alive
   * @param memos the memos for all expositions of the store
   */
  record Heap(long memoryBytes, long replacedBytes, MemoRoom memos) {
    static final Heap NONE = new Heap(0, 0, MemoRoom.NONE);
  }

  /**
   * The details of groups that no metric shows.
   *
   * @param failureReasons the reason of the last failed push, for each group that has one
   * @param expiryTimes milliseconds since 1970, for each group that expires
   */
  record Details(
      SortedTree<GroupKey, String> failureReasons, SortedTree<GroupKey, Long> expiryTimes) {
    static final Details NONE = new Details(SortedTree.empty(), SortedTree.empty());
  }

  /** Creates an exposition. */
  Exposition(
      SortedTree<String, NamedFamily> names,
      Details details,
      int groups,
      Counts counts,
      Heap heap) {
    this.names = names;
    this.details = details;
    this.groups = groups;
    this.counts = counts;
    this.heap = heap;
  }

  /** Returns the exposition of an empty store. */
  public static Exposition empty() {
    return new Exposition(
        SortedTree.empty(),
        Details.NONE,
        0,
        new Counts(0, 0, new long[Looks.SCHEMES.size()], 0),
        Heap.NONE);
  }

  public int groups() {
    return groups;
  }

  /**
   * Returns the number of series with the two push times of each group, including shadowed series.
   */
  public long series() {
    return counts.all;
  }

  public long shadowedSeries() {
    return counts.shadowed;
  }

  /**
   * Returns how many series a scrape with this scheme leaves out. Under this scheme they look like
   * other series with older claims. Under their own names they are exposed, apart from the {@link
   * #shadowedSeries}.
   */
  public long leftOutSeries(EscapingScheme scheme) {
    int index = Looks.indexOf(scheme);
    return index < 0 ? 0 : counts.leftOut[index];
  }

  /**
   * Returns how many series of one family a scheme leaves out. The family must come from the
   * snapshot of this exposition.
   */
  public int leftOutSeries(StoredFamily family, EscapingScheme scheme) {
    int index = Looks.indexOf(scheme);
    NamedFamily named = names.get(family.name());
    if (index < 0 || named == null) {
      return 0;
    }
    Family shown = family.shown();
    return named.isLeftOut(index) ? shown.exposedSeries() : shown.leftOutSeries(index);
  }

  /** Returns the bytes of heap that the groups take. */
  public long memoryBytes() {
    return heap.memoryBytes;
  }

  /**
   * Returns the bytes of heap that memos take for the next scrapes of this or a later exposition.
   */
  public long memoBytes() {
    return heap.memos.memoryBytes();
  }

  /**
   * Returns the bytes of heap that changes have replaced since the store was opened. An exposition
   * keeps alive at most the difference to a later exposition's count.
   */
  public long replacedBytes() {
    return heap.replacedBytes;
  }

  /** Returns the family of this group with this name, exposed or not. */
  @Nullable Family family(String name, GroupKey group) {
    NamedFamily named = names.get(name);
    return named == null ? null : named.holders().get(group);
  }

  /**
   * Returns all groups in order of their keys, without their metrics. The cost is in proportion to
   * the number of groups. Nothing is read from the disk.
   */
  public List<GroupSummary> summaries() {
    NamedFamily pushes = names.get(PushTimes.PUSH_TIME);
    NamedFamily failures = names.get(PushTimes.PUSH_FAILURE_TIME);
    List<GroupSummary> summaries = new ArrayList<>(groups);
    if (pushes != null && failures != null) {
      List<Family> failed = new ArrayList<>(groups);
      failures.holders().forEach(failed::add);
      // Every group has both push times, so the two trees have equal keys.
      pushes
          .holders()
          .forEach(push -> summaries.add(new GroupSummary(push, failed.get(summaries.size()))));
    }
    return summaries;
  }

  /**
   * Returns the first groups behind a key that meet a condition, in order of their keys. The cost
   * is in proportion to the groups that are asked about.
   *
   * @param after need not exist; null to begin with the first group
   * @param limit the highest number of returned groups
   */
  public List<GroupSummary> summaries(
      @Nullable GroupKey after, int limit, Predicate<GroupSummary> condition) {
    List<GroupSummary> found = new ArrayList<>();
    NamedFamily pushes = names.get(PushTimes.PUSH_TIME);
    NamedFamily failures = names.get(PushTimes.PUSH_FAILURE_TIME);
    if (pushes == null || failures == null || limit == 0) {
      return found;
    }
    Predicate<Family> isEnough =
        push -> {
          Family failure = requireNonNull(failures.holders().get(push.group));
          GroupSummary group = new GroupSummary(push, failure);
          if (condition.test(group)) {
            found.add(group);
          }
          return found.size() == limit;
        };
    if (after == null) {
      pushes.holders().first(isEnough);
    } else {
      pushes.holders().first(after, isEnough);
    }
    return found;
  }

  /**
   * Selects groups for a delete. The cost is in proportion to all groups.
   *
   * @see Change.DeleteSelected
   */
  public SelectedGroups select(Predicate<GroupSummary> condition) {
    return new SelectedGroups(
        summaries(null, Integer.MAX_VALUE, condition).stream()
            .map(group -> new SelectedGroups.Selected(group.key(), group.newest()))
            .toList());
  }

  /** Returns this group without its metrics, or empty if the group does not exist. */
  public Optional<GroupSummary> summary(GroupKey group) {
    Family push = family(PushTimes.PUSH_TIME, group);
    Family failure = family(PushTimes.PUSH_FAILURE_TIME, group);
    return push == null || failure == null
        ? Optional.empty()
        : Optional.of(new GroupSummary(push, failure));
  }

  /** Returns why the last failed push of the group failed, or empty if there is no known reason. */
  public Optional<String> failureReason(GroupKey group) {
    return Optional.ofNullable(details.failureReasons.get(group));
  }

  /** Returns when the group expires unless another push comes; empty if the group never does. */
  public Optional<Instant> expiresAt(GroupKey group) {
    return Optional.ofNullable(details.expiryTimes.get(group)).map(Instant::ofEpochMilli);
  }

  /** Returns how many groups this node has expired since the store was opened. */
  public long expiredGroups() {
    return counts.expiredGroups;
  }

  /**
   * Returns the sizes of some groups. For few groups, the cost is in proportion to the number of
   * family names.
   */
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

  /**
   * Returns the groups that have shadowed series. If there is any, the cost is in proportion to all
   * families.
   */
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

  /**
   * Returns which series of the family are shadowed. The family must come from the snapshot of this
   * exposition.
   */
  public Shadows shadows(StoredFamily family) {
    return Shadows.of(family.shown(), names);
  }

  /**
   * A family with shadowed series.
   *
   * @param series how many of its series are shadowed
   */
  public record Shadowed(String family, GroupKey group, int series) {}

  /**
   * Returns the first families with shadowed series. If there is any, the cost is in proportion to
   * the whole store.
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
   * Returns a reader of the text format 0.0.4, piece by piece.
   *
   * @param own the self metrics, in order of their names
   */
  public ExpositionReader text(List<SelfMetricFamily> own) {
    return reader(new ExpositionRequest(ExpositionFormat.PLAIN_TEXT, false), own);
  }

  /**
   * Returns a reader of the text format 0.0.4, compressed with gzip. Unchanged parts keep their
   * compressed form.
   */
  public ExpositionReader gzippedText(List<SelfMetricFamily> own) {
    return reader(new ExpositionRequest(ExpositionFormat.PLAIN_TEXT, true), own);
  }

  /**
   * Returns a reader of any format that {@linkplain #needsMessages needs no messages}, piece by
   * piece. Content that has not changed since the last scrape is not compressed again.
   *
   * @param own the self metrics, in order of their names
   */
  public ExpositionReader reader(ExpositionRequest request, List<SelfMetricFamily> own) {
    return reader(request, own, null);
  }

  ExpositionReader reader(
      ExpositionRequest request, List<SelfMetricFamily> own, @Nullable Snapshot snapshot) {
    Set<String> ownNames = own.stream().map(SelfMetricFamily::name).collect(Collectors.toSet());
    ShownNames shown = new ShownNames(names, request.format().escaping());
    FormatPlan plan = new FormatPlan(request.format(), shown, ownNames, heap.memos, snapshot);
    SegmentCursor cursor =
        new SegmentCursor(blocks(shown, own), plan::segments, request.format().end());
    return request.isGzip() ? new GzipReader(cursor) : new PlainReader(cursor);
  }

  /**
   * Returns whether a scrape in this format must be made from a {@link Snapshot}. Memory has only
   * the text, and some exposed family has extras. The cost is in proportion to the number of family
   * names.
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

  /** Removes the memos for scrapes in this format. */
  public void forget(ExpositionFormat format) {
    // The two formats can be equal.
    heap.memos.forget(new HashSet<>(List.of(FormatPlan.kept(format), FormatPlan.plainest(format))));
  }

  /**
   * A family of the output.
   *
   * @param name the shown name
   * @param pushed the families under this name; several if a scheme makes their names equal
   */
  record Block(String name, List<NamedFamily> pushed, @Nullable SelfMetricFamily own) {}

  private List<Block> blocks(ShownNames shown, List<SelfMetricFamily> own) {
    List<Block> blocks = new ArrayList<>(names.size() + own.size());
    int[] next = {0};
    shown.forEach(
        (name, pushed) -> {
          while (next[0] < own.size() && own.get(next[0]).name().compareTo(name) < 0) {
            addOwn(blocks, own.get(next[0]++), shown);
          }
          SelfMetricFamily joined = null;
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
   * Returns whether the families can share a block. The consistency check ensures this for new
   * pushes. A family can be older than the server's own family of that name.
   */
  private static boolean canJoin(List<NamedFamily> pushed, SelfMetricFamily own) {
    return NamedFamily.areCompatible(ShownNames.type(pushed), own.type());
  }

  private static void addOwn(List<Block> blocks, SelfMetricFamily own, ShownNames shown) {
    if (!own.yields() || !SuffixRule.collides(shown::type, own.name(), own.type())) {
      blocks.add(new Block(own.name(), List.of(), own));
    }
  }
}
