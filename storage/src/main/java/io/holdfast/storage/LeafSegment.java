package io.holdfast.storage;

import static java.util.Objects.requireNonNull;

import io.holdfast.proto.EscapingScheme;
import io.holdfast.proto.ExpositionFormat;
import io.holdfast.proto.ExpositionFormat.Syntax;
import io.holdfast.proto.OpenMetricsConverter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The samples of one family name from the groups of one leaf. If the text in memory has all that
 * the format shows, the samples are made of that text. Otherwise the samples are made of the
 * messages. Rendered or compressed samples are kept in the leaf's memo.
 *
 * <p>Text comes from memory alone. Messages come from the disk: if the disk fails, or the store was
 * closed, the read throws {@link SnapshotException}.
 *
 * <p>Concurrency: confined to the reader of one scrape. Scrapes share only the memo.
 */
final class LeafSegment implements Segment {
  /** A piece is larger only if a single family is larger. */
  private static final int MAX_JOINED_BYTES = 1 << 20;

  private final SortedTree.Leaf<GroupKey, Family> leaf;
  private final LeafMemo.Key key;
  private final ExpositionFormat format;
  private final MemoRoom memos;
  private final @Nullable Snapshot snapshot;

  /** Whether no message is needed. */
  private final boolean isOfText;

  /** The index in the leaf at which each piece ends. */
  private final int[] ends;

  /** The pieces of the memo, or of a future memo once all pieces are there and fit. */
  private @Nullable Deflated @Nullable [] made;

  private int missing;
  private long madeBytes;

  /**
   * Creates a segment.
   *
   * @param key the plainest format with the same output for this leaf
   * @param snapshot can be null if no message is needed
   */
  LeafSegment(
      SortedTree.Leaf<GroupKey, Family> leaf,
      LeafMemo.Key key,
      MemoRoom memos,
      @Nullable Snapshot snapshot) {
    this.leaf = leaf;
    this.key = key;
    this.format = key.format();
    this.memos = memos;
    this.snapshot = snapshot;
    this.isOfText = format.syntax() == Syntax.TEXT || !needsMessages();
    this.ends = ends(leaf);
    Deflated[] known = LeafMemo.get(leaf, key);
    this.made = known == null ? new Deflated[ends.length] : known;
    this.missing = known == null ? ends.length : 0;
  }

  private static int[] ends(SortedTree.Leaf<GroupKey, Family> leaf) {
    int[] ends = new int[leaf.size()];
    int pieces = 0;
    long bytes = 0;
    for (int i = 0; i < leaf.size(); i++) {
      int next = leaf.value(i).exposed().length;
      if (bytes > 0 && bytes + next > MAX_JOINED_BYTES) {
        ends[pieces++] = i;
        bytes = 0;
      }
      bytes += next;
    }
    ends[pieces++] = leaf.size();
    return Arrays.copyOf(ends, pieces);
  }

  /** Returns whether the leaf looks the same under every escaping scheme. */
  static boolean isPlain(SortedTree.Leaf<GroupKey, Family> leaf) {
    for (int i = 0; i < leaf.size(); i++) {
      if (!leaf.value(i).looksTheSame()) {
        return false;
      }
    }
    return true;
  }

  /** Returns whether this format shows extras of the family, which its text lacks. */
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
   * Returns the samples of this family.
   *
   * @param message the message, if the family {@linkplain #needsMessage needs} it
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
    return isOfText ? leaf.size() : ends.length;
  }

  @Override
  public byte[] array(int i) {
    if (isOfText) {
      return samples(leaf.value(i), format, key.created(), null);
    }
    try (Deflated.Compressor compressor = new Deflated.Compressor()) {
      return piece(i, compressor).inflated();
    }
  }

  @Override
  public boolean isOfStore() {
    return isOfText && format.syntax() == Syntax.TEXT && isPlain(leaf);
  }

  /** Returns the bytes of the pieces outside the memo. The memo's own bytes are counted there. */
  @Override
  public long heldBytes() {
    return made == null || missing == 0 ? 0 : madeBytes;
  }

  @Override
  public int pieces() {
    return ends.length;
  }

  @Override
  public Deflated piece(int i, Deflated.Compressor compressor) {
    Deflated known = made == null ? null : made[i];
    if (known != null) {
      return known;
    }
    List<byte[]> arrays = rendered(i == 0 ? 0 : ends[i - 1], ends[i]);
    int total = arrays.stream().mapToInt(array -> array.length).sum();
    Deflated piece = compressor.compress(arrays, total);
    keep(i, piece);
    return piece;
  }

  /**
   * Keeps a piece for the memo. Without room in the memo the segment holds no pieces, because the
   * leaf can be most of the store.
   */
  private void keep(int i, Deflated piece) {
    Deflated[] some = made;
    if (some == null) {
      return;
    }
    some[i] = piece;
    missing--;
    madeBytes += piece.bytes().length;
    if (!memos.hasRoom(madeBytes)) {
      made = null;
    } else if (missing == 0) {
      memos.keep(leaf, key, some);
    }
  }

  private List<byte[]> rendered(int from, int to) {
    List<Family> needed = new ArrayList<>();
    for (int i = from; i < to; i++) {
      if (isExposed(i) && needsMessage(leaf.value(i), format)) {
        needed.add(leaf.value(i));
      }
    }
    List<StoredFamily> messages =
        needed.isEmpty()
            ? List.of()
            : requireNonNull(snapshot, "a snapshot, for messages").messages(needed);
    List<byte[]> arrays = new ArrayList<>(to - from);
    int next = 0;
    for (int i = from; i < to; i++) {
      if (isExposed(i)) {
        boolean isNeeded = needsMessage(leaf.value(i), format);
        arrays.add(
            samples(leaf.value(i), format, key.created(), isNeeded ? messages.get(next++) : null));
      }
    }
    return arrays;
  }

  private boolean isExposed(int i) {
    return leaf.value(i).exposed().length > 0;
  }
}
