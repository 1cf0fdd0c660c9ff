package io.holdfast.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.proto.NameRule;
import io.holdfast.proto.TextParser;
import io.holdfast.server.api.ApiHandler;
import io.holdfast.server.api.ClusterHandler;
import io.holdfast.server.browsers.CrossOrigin;
import io.holdfast.server.config.Flags;
import io.holdfast.server.config.Limits;
import io.holdfast.server.config.Options;
import io.holdfast.server.http.Answers;
import io.holdfast.server.http.Connections;
import io.holdfast.server.http.Uploads;
import io.holdfast.server.http.WebServer;
import io.holdfast.server.lifecycle.Health;
import io.holdfast.server.lifecycle.Lifecycle;
import io.holdfast.server.metrics.OwnMetrics;
import io.holdfast.server.page.Pages;
import io.holdfast.server.push.DeleteHandler;
import io.holdfast.server.push.PushHandler;
import io.holdfast.server.routing.Routes;
import io.holdfast.server.scrape.ScrapeHandler;
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
