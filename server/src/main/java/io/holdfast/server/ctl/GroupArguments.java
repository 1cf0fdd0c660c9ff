package io.holdfast.server.ctl;

import io.holdfast.proto.GoQuote;
import io.holdfast.proto.NameRule;
import io.holdfast.server.page.GroupPath;
import io.holdfast.server.selector.GroupSelector;
import io.holdfast.storage.GroupKey;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/** The arguments that name groups: {@code NAME=VALUE} for a key, {@code {...}} for a selector. */
final class GroupArguments {
  static final String EXPECTED =
      "(expected: labels such as job=backup, or a selector such as" + " '{job=\"backup\"}')";

  private GroupArguments() {}

  /** Returns the labels of a group. */
  static SortedMap<String, String> labels(List<String> arguments) throws Failure {
    if (arguments.isEmpty()) {
      throw Failure.usage("no label (expected: all labels of a group, such as job=backup)");
    }
    SortedMap<String, String> labels = new TreeMap<>();
    for (String argument : arguments) {
      int equals = argument.indexOf('=');
      if (equals <= 0 || argument.startsWith("{")) {
        throw Failure.usage("\"" + argument + "\" (expected: a label such as job=backup)");
      }
      String name = argument.substring(0, equals);
      if (!NameRule.UTF8.isLabelName(name) || name.startsWith("__")) {
        throw Failure.usage(GoQuote.quote(name) + " is no label name (expected: one such as job)");
      }
      if (labels.put(name, argument.substring(equals + 1)) != null) {
        throw Failure.usage("the label " + name + " is given twice (expected: once)");
      }
    }
    if (labels.getOrDefault("job", "").isEmpty()) {
      throw Failure.usage("no job (expected: job=NAME among the labels of the group)");
    }
    return labels;
  }

  /** Returns the path of a group below the server's address. */
  static String path(SortedMap<String, String> labels) throws Failure {
    String path = GroupPath.pushed(labels, NameRule.UTF8);
    if (path == null) {
      throw Failure.of(
          GroupKey.of(labels) + " has a label name that no path can have (expected: another name)");
    }
    return "/metrics" + path;
  }

  /**
   * Returns the selectors that the arguments are. Labels without braces are one selector for all
   * groups that have them.
   */
  static List<String> selectors(List<String> arguments) throws Failure {
    List<String> selectors = new ArrayList<>();
    SortedMap<String, String> labels = new TreeMap<>();
    for (String argument : arguments) {
      if (argument.stripLeading().startsWith("{")) {
        GroupSelector unused = selector(argument);
        selectors.add(argument);
      } else {
        int equals = argument.indexOf('=');
        if (equals <= 0) {
          throw Failure.usage("\"" + argument + "\" " + EXPECTED);
        }
        labels.put(argument.substring(0, equals), argument.substring(equals + 1));
      }
    }
    if (!labels.isEmpty()) {
      StringBuilder selector = new StringBuilder();
      labels.forEach(
          (name, value) ->
              selector.append(',').append(quote(name)).append('=').append(quote(value)));
      selectors.add("{" + selector.substring(1) + "}");
    }
    return selectors;
  }

  /** Returns a string of a selector. Unlike in messages, no text is too long. */
  private static String quote(String text) {
    return '"' + text.replace("\\", "\\\\").replace("\n", "\\n").replace("\"", "\\\"") + '"';
  }

  /** Reads a selector, so that a mistake is told before the first request. */
  static GroupSelector selector(String text) throws Failure {
    try {
      return GroupSelector.parse(text);
    } catch (IllegalArgumentException e) {
      throw Failure.usage(String.valueOf(e.getMessage()));
    }
  }
}
