package io.holdfast.storage;

import java.util.ArrayList;
import java.util.List;

/**
 * The groups that a delete selects, in order of their keys. Each group has the newest version that
 * it had in the exposition from which it was selected. A later delete of the selection leaves newer
 * versions, however late the delete is. Immutable; any thread may use it.
 */
public final class SelectedGroups {
  /** Bounds how long pushes wait for a commit that deletes groups. */
  static final int MAX_GROUPS_PER_CHANGE = 50_000;

  /**
   * Bounds the message to a peer, which has 4 MiB at most with all it carries. Only long keys reach
   * the bound. The list of nodes is beside it, with eight bytes for a group at most.
   */
  static final int MAX_BYTES_PER_CHANGE = 7 << 19;

  /**
   * A selected group.
   *
   * @param floor the newest version of the group
   */
  record Selected(GroupKey key, Version floor) {}

  private final List<Selected> groups;

  /**
   * Creates a selection.
   *
   * @param groups in order of their keys
   */
  SelectedGroups(List<Selected> groups) {
    this.groups = groups;
  }

  public int size() {
    return groups.size();
  }

  List<Selected> groups() {
    return groups;
  }

  /**
   * Returns the parts of the selection of which each fits into one change. A selection of up to
   * {@link #MAX_GROUPS_PER_CHANGE} groups has one part, unless its keys are very long.
   */
  public List<SelectedGroups> pieces() {
    List<SelectedGroups> pieces = new ArrayList<>();
    int from = 0;
    long bytes = 0;
    for (int i = 0; i < groups.size(); i++) {
      long more = DeletesMessage.bytes(groups.get(i), i == from ? null : groups.get(i - 1));
      if (i - from == MAX_GROUPS_PER_CHANGE || (i > from && bytes + more > MAX_BYTES_PER_CHANGE)) {
        pieces.add(new SelectedGroups(groups.subList(from, i)));
        from = i;
        bytes = 0;
        more = DeletesMessage.bytes(groups.get(i), null);
      }
      bytes += more;
    }
    if (from < groups.size()) {
      pieces.add(new SelectedGroups(groups.subList(from, groups.size())));
    }
    return pieces;
  }
}
