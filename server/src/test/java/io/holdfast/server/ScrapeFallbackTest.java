package io.holdfast.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.proto.NameRule;
import io.holdfast.proto.TextParser;
import io.holdfast.storage.ContentLimits;
import io.holdfast.storage.GroupKey;
import io.holdfast.storage.PushPreparation;
import io.holdfast.storage.RocksGroupStore;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What scrapers get while the disk cannot be read: here, because the store was closed. */
class ScrapeFallbackTest {
  private static final String PROTOBUF =
      "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited";

  @TempDir private Path directory;

  @Test
  void protobuf_isAnsweredWithText_openMetricsGoesOn() throws Exception {
    try (ServedStore served = ServedStore.start(directory)) {
      push(served.store());
      assertEquals("application/vnd.google.protobuf", type(served.scrape(PROTOBUF)));

      served.store().close();

      HttpResponse<String> text = served.scrape(PROTOBUF);
      assertEquals("text/plain", type(text));
      assertTrue(text.body().contains("\nm{instance=\"\",job=\"a\"} 1\n"), text.body());
      HttpResponse<String> openMetrics =
          served.scrape("application/openmetrics-text;version=1.0.0");
      assertEquals("application/openmetrics-text", type(openMetrics));
      assertTrue(
          openMetrics.body().contains("\nm{instance=\"\",job=\"a\"} 1.0\n"), openMetrics.body());
    }
  }

  private static void push(RocksGroupStore store) throws Exception {
    store
        .submit(
            PushPreparation.prepare(
                GroupKey.of(new TreeMap<>(Map.of("job", "a"))),
                true,
                0,
                TextParser.parse("m 1\n".getBytes(StandardCharsets.UTF_8), NameRule.LEGACY),
                ContentLimits.ofText(1_000)))
        .get();
  }

  private static String type(HttpResponse<String> response) {
    String contentType = response.headers().firstValue("Content-Type").orElse("");
    return contentType.substring(0, contentType.indexOf(';'));
  }
}
