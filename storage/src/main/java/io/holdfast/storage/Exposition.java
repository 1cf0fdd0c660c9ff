package io.holdfast.storage;

import java.util.ArrayList;
import java.util.List;
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
  private final int groups;
  private final long series;
  private final long shadowedSeries;

  Exposition(SortedTree<String, NamedFamily> names, int groups, long series, long shadowedSeries) {
    this.names = names;
    this.groups = groups;
    this.series = series;
    this.shadowedSeries = shadowedSeries;
  }

  /** What is shown of a store that has nothing. */
  public static Exposition empty() {
    return new Exposition(SortedTree.empty(), 0, 0, 0);
  }

  public int groups() {
    return groups;
  }

  /** Pushed series with the two push times of each group, the shadowed ones too. */
  public long series() {
    return series;
  }

  public long shadowedSeries() {
    return shadowedSeries;
  }

  /** What this group has under this name, exposed or not. */
  @Nullable Family family(String name, GroupKey group) {
    NamedFamily named = names.get(name);
    return named == null ? null : named.holders().get(group);
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
    if (shadowedSeries > 0) {
      names.forEach(
          named ->
              named
                  .holders()
                  .forEach(
                      family -> {
                        if (family.shadowedSeries() > 0 && shadowed.size() < most) {
                          shadowed.add(
                              new Shadowed(family.name(), family.group, family.shadowedSeries()));
                        }
                      }));
    }
    return shadowed;
  }

  /**
   * The text format 0.0.4, piece by piece.
   *
   * @param own the server's own metrics, in order of their names
   */
  public ExpositionReader text(List<OwnFamily> own) {
    return new PlainReader(blocks(own));
  }

  /** The same, compressed with gzip; unchanged parts keep their compressed form. */
  public ExpositionReader gzippedText(List<OwnFamily> own) {
    return new GzipReader(blocks(own));
  }

  /** One family of the output. */
  record Block(@Nullable NamedFamily pushed, @Nullable OwnFamily own) {
    byte[] header() {
      if (own != null) {
        return own.header();
      }
      return pushed == null ? new byte[0] : pushed.header();
    }
  }

  private List<Block> blocks(List<OwnFamily> own) {
    List<Block> blocks = new ArrayList<>(names.size() + own.size());
    int[] next = {0};
    names.forEach(
        pushed -> {
          while (next[0] < own.size() && own.get(next[0]).name().compareTo(pushed.name()) < 0) {
            addOwn(blocks, own.get(next[0]++));
          }
          OwnFamily joined = null;
          if (next[0] < own.size() && own.get(next[0]).name().equals(pushed.name())) {
            joined = own.get(next[0]++);
          }
          if (joined == null || (joined.yields() && pushed.isExposed())) {
            if (pushed.isExposed()) {
              blocks.add(new Block(pushed, null));
            }
          } else if (pushed.isExposed() && canJoin(pushed, joined)) {
            blocks.add(new Block(pushed, joined));
          } else {
            addOwn(blocks, joined);
          }
        });
    while (next[0] < own.size()) {
      addOwn(blocks, own.get(next[0]++));
    }
    return blocks;
  }

  /**
   * The check at the door sees to this, but not for what was pushed before the server had such a
   * family.
   */
  private static boolean canJoin(NamedFamily pushed, OwnFamily own) {
    return NamedFamily.areCompatible(pushed.type(), own.type());
  }

  private void addOwn(List<Block> blocks, OwnFamily own) {
    if (!own.yields() || !collides(own)) {
      blocks.add(new Block(null, own));
    }
  }

  private boolean collides(OwnFamily own) {
    for (String suffix : SuffixRule.SUFFIXES) {
      String base = SuffixRule.base(own.name(), suffix);
      NamedFamily under = base == null ? null : names.get(base);
      boolean isUnder = under != null && under.isExposed() && SuffixRule.owns(under.type(), suffix);
      NamedFamily over = names.get(own.name() + suffix);
      boolean isOver = over != null && over.isExposed() && SuffixRule.owns(own.type(), suffix);
      if (isUnder || isOver) {
        return true;
      }
    }
    return false;
  }
}
