package io.holdfast.server.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * Scrapers that stop reading in the middle of a large exposition. They hold up no other client, and
 * what they get in the end is the exposition as it was when they asked: nothing newer, nothing
 * missing.
 */
final class SlowScraperIT {
  private static final String PUSHED = "/metrics?collect%5B%5D=pushed";
  private static final String API = "/api/v1/metrics";
  private static final int GROUPS = 400;
  private static final int SERIES_EACH = 250;
  private static final int MANY_PUSHES = 300;

  /** More than the server has threads. */
  private static final int MANY_SCRAPERS = 50;

  @RegisterExtension final Processes processes = Processes.perTest();

  @TempDir Path store;

  private ServerProcess server;
  private String before;

  @BeforeEach
  void fill() throws IOException {
    server = processes.holdfast(store);
    pushAll(1, GROUPS);
    before = server.send(Step.get(PUSHED)).text();
    assertTrue(before.length() > 8 << 20, () -> before.length() + " (expected: some megabytes)");
  }

  @Test
  void scraperThatStops_holdsUpNobody_andGetsWhatItAskedFor() throws IOException {
    try (SlowScraper plain = new SlowScraper(server.port(), PUSHED, "identity");
        SlowScraper gzip = new SlowScraper(server.port(), PUSHED, "gzip")) {
      pushAll(2, MANY_PUSHES);
      String after = server.send(Step.get(PUSHED)).text();
      assertNotEquals(before, after);
      assertEquals(after, server.send(Step.get(PUSHED).with("Accept-Encoding: gzip")).text());

      assertEquals(before, plain.goOn());
      assertEquals(before, gzip.goOn());
    }
  }

  @Test
  void readerOfTheApiThatStops_holdsUpNobody_andGetsWhatItAskedFor() throws IOException {
    String all = server.send(Step.get(API)).text();
    try (SlowScraper slow = new SlowScraper(server.port(), API, "identity")) {
      pushAll(2, MANY_PUSHES);
      assertEquals(202, server.send(Step.delete("/metrics/job/slow/group/0")).status());
      assertNotEquals(all, server.send(Step.get(API)).text());
      assertEquals(all, slow.goOn());
    }
  }

  @Test
  void manyScrapersThatStop_holdUpNobody() throws IOException {
    List<SlowScraper> scrapers = new ArrayList<>();
    try {
      for (int i = 0; i < MANY_SCRAPERS; i++) {
        scrapers.add(new SlowScraper(server.port(), PUSHED, "identity"));
      }
      pushAll(2, MANY_PUSHES);
      assertNotEquals(before, server.send(Step.get(PUSHED)).text());
      assertEquals(before, scrapers.get(MANY_SCRAPERS - 1).goOn());
    } finally {
      for (SlowScraper scraper : scrapers) {
        scraper.close();
      }
    }
    assertEquals(200, server.send(Step.get("/-/ready")).status());
  }

  private void pushAll(int value, int groups) throws IOException {
    try (RawHttp http = new RawHttp(server.port())) {
      for (int group = 0; group < groups; group++) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < SERIES_EACH; i++) {
          text.append("slow_scrape_")
              .append(i % 5)
              .append("{series=\"with a label that takes some space on the wire ")
              .append(i)
              .append("\"} ")
              .append(value)
              .append('\n');
        }
        Step push = Step.put("/metrics/job/slow/group/" + group, text.toString());
        assertEquals(200, http.send(push).status());
      }
    }
  }
}
