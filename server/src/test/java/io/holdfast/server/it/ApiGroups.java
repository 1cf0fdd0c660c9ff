package io.holdfast.server.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What {@code /api/v1/metrics} answers, in a form that can be compared byte for byte: the groups,
 * as they came, in order; times that are well-formed are {@code T}, and push times 0 or 1. The
 * reasons of failed pushes, and what an escaping leaves out, which upstream does not tell, are not
 * in it.
 */
final class ApiGroups {
  private static final String HEAD = "{\"status\":\"success\",\"data\":[";
  private static final String TAIL = "]}";

  private static final Pattern TIME =
      Pattern.compile(
          "(\"time_stamp\":\")\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d"
              + "(?:\\.\\d{0,8}[1-9])?(?:Z|[+-]\\d\\d:\\d\\d)\"");
  private static final Pattern PUSH_TIME =
      Pattern.compile(
          "(\"push_(?:failure_)?time_seconds\":\\{.*?\"metrics\":\\[\\{\"labels\":\\{.*?\\},"
              + "\"value\":\")(?!0\")[^\"]*\"",
          Pattern.DOTALL);

  private static final Pattern REASON =
      Pattern.compile("\"last_push_failure_reason\":\"(?:[^\"\\\\]|\\\\.)*+\",");

  private static final Pattern LEFT_OUT = Pattern.compile(",\"left_out_series\":\\{[^}]*}");

  private ApiGroups() {}

  /** Without the group of one job. */
  static String canonical(String json, String exceptJob) {
    List<String> groups = new ArrayList<>();
    for (String group : groups(json)) {
      if (!group.contains("\"job\":\"" + exceptJob + "\"")) {
        // The same character. Upstream escapes it in place of bytes that are not UTF-8.
        String timeless = TIME.matcher(group.replace("\\ufffd", "\ufffd")).replaceAll("$1T\"");
        String common = LEFT_OUT.matcher(REASON.matcher(timeless).replaceAll("")).replaceAll("");
        groups.add(PUSH_TIME.matcher(common).replaceAll("$11\""));
      }
    }
    Collections.sort(groups);
    return String.join("\n", groups);
  }

  /** Each group's object, as it is written. */
  static List<String> groups(String json) {
    assertTrue(json.startsWith(HEAD), json);
    assertTrue(json.endsWith(TAIL), json);
    List<String> groups = new ArrayList<>();
    Matcher token = Pattern.compile("\"(?:[^\"\\\\]|\\\\.)*+\"|[{}]").matcher(json);
    int depth = 0;
    int start = 0;
    for (token.region(HEAD.length(), json.length() - TAIL.length()); token.find(); ) {
      if (token.group().equals("{")) {
        start = depth++ == 0 ? token.start() : start;
      } else if (token.group().equals("}") && --depth == 0) {
        groups.add(json.substring(start, token.end()));
      }
    }
    assertEquals(0, depth, json);
    assertEquals(json, HEAD + String.join(",", groups) + TAIL);
    return groups;
  }
}
