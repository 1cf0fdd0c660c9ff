package io.holdfast.server.documents;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/**
 * Each alert of {@code deploy/prometheus/alerts.yml} has its section in the runbook, and no other
 * has one.
 */
class RunbookTest {
  private static final Pattern ALERT = Pattern.compile("- alert: (\\w+)");
  private static final Pattern SECTION =
      Pattern.compile(
          "### (\\w+)\n\n\\*\\*Meaning\\.\\*\\* .+?\n\\*\\*Check\\.\\*\\*\n- .+?\n\\*\\*Do\\.\\*\\*\n- ",
          Pattern.DOTALL);

  @Test
  void everyAlert_hasItsSection_inItsOrder() throws IOException {
    List<String> alerts = all(ALERT, Documents.read("deploy/prometheus/alerts.yml"));
    String operating = Documents.read("docs/operating.md");
    String runbook = operating.substring(operating.indexOf("\n## Runbook\n"));

    assertEquals(alerts, all(SECTION, runbook));
    assertTrue(alerts.size() > 10, alerts::toString);
  }

  private static List<String> all(Pattern pattern, String text) {
    List<String> found = new ArrayList<>();
    Matcher matcher = pattern.matcher(text);
    while (matcher.find()) {
      found.add(matcher.group(1));
    }
    return found;
  }
}
