package io.holdfast.server.page;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

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
}
