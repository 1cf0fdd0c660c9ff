package io.holdfast.server.selector;

import io.holdfast.storage.GroupKey;
import java.util.List;

/**
 * A selector of groups by their labels: {@code {job="x",instance=~"web.*"}}. Immutable; any thread
 * may use it.
 */
public final class GroupSelector {
  private final List<Matcher> matchers;

  private GroupSelector(List<Matcher> matchers) {
    this.matchers = matchers;
  }

  /**
   * Reads a selector in Prometheus's syntax.
   *
   * @throws IllegalArgumentException if the text is none, with the column and what was expected
   */
  public static GroupSelector parse(String text) {
    return new GroupSelector(new SelectorParser(text).parse());
  }

  /** Returns whether the group meets every condition. */
  public boolean matches(GroupKey group) {
    for (Matcher matcher : matchers) {
      if (!matcher.matches(group.label(matcher.label()))) {
        return false;
      }
    }
    return true;
  }

  /** Returns whether the selector has no condition, so that every group matches. */
  public boolean matchesAll() {
    return matchers.isEmpty();
  }
}
