package io.holdfast.server.page;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.proto.NameRule;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class GroupPathTest {
  private static String path(String... namesAndValues) {
    TreeMap<String, String> labels = new TreeMap<>();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      labels.put(namesAndValues[i], namesAndValues[i + 1]);
    }
    return GroupPath.of(labels);
  }

  @Test
  void plainValues_areReadable_theJobFirst() {
    assertEquals(
        "/job/backup/instance/db1.example.org",
        path("instance", "db1.example.org", "job", "backup"));
  }

  @Test
  void whatPathsAreMadeOf_isInBase64() {
    assertEquals("/job@base64/YS9i", path("job", "a/b"));
    assertEquals("/job/a/x@base64/=", path("job", "a", "x", ""));
    assertEquals("/job/a/x@base64/Li4", path("job", "a", "x", ".."));
    assertEquals("/job/a/x@base64/YQpi", path("job", "a", "x", "a\nb"));
  }

  @Test
  void everythingElse_isEscaped() {
    assertEquals("/job/%C3%A9%20%27%22%24", path("job", "\u00e9 '\"$"));
    for (char c = 0; c < 0x300; c++) {
      String path = path("job", "x" + c + "y");
      assertTrue(path.matches("/job(@base64)?/[A-Za-z0-9_.~%-]+"), path);
    }
  }

  @Test
  void names_areEscaped_unlessTheyArePlain() {
    assertEquals("/job/a/U__instance_2f_db1_23_/v", path("job", "a", "instance/db1#", "v"));
    assertEquals("/job/a/U__x_27__3b_touch_20_y/v", path("job", "a", "x';touch y", "v"));
    assertEquals(
        "/job/a/U__U____x_2e_y/v".replace("_2e_", "__2e__"), path("job", "a", "U__x_2e_y", "v"));
    assertEquals("/job/a/%F4%8F%BF%BF/v", path("job", "a", "\udbff\udfff", "v"));
    assertEquals(GroupPath.NOWHERE, path("job", "a", "/\udbff\udfff", "v"));
  }

  @Test
  void pushes_nameOnlyWhatTheServerReads() {
    TreeMap<String, String> labels = new TreeMap<>(Map.of("job", "a", "x.y", "v"));
    assertEquals("/job/a/U__x_2e_y/v", GroupPath.pushed(labels, NameRule.UTF8));
    assertNull(GroupPath.pushed(labels, NameRule.LEGACY));
    labels = new TreeMap<>(Map.of("job", "a", "U__x_2e_y", "v"));
    assertEquals("/job/a/U__x_2e_y/v", GroupPath.pushed(labels, NameRule.LEGACY));
  }
}
