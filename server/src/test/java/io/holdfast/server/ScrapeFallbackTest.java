package io.holdfast.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.cluster.replication.ClusterStatus;
import io.holdfast.proto.NameRule;
import io.holdfast.proto.TextParser;
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
import io.holdfast.server.page.Pages;
import io.holdfast.server.routing.Routes;
import io.holdfast.storage.ContentLimits;
import io.holdfast.storage.GroupKey;
import io.holdfast.storage.PushPreparation;
import io.holdfast.storage.RocksGroupStore;
import io.holdfast.storage.StoreOptions;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What scrapers get while the disk cannot be read: here, because the store was closed. */
class ScrapeFallbackTest {
  private static final String PROTOBUF =
      "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited";

  @TempDir private Path directory;

  @Test
  void protobuf_isAnsweredWithText_openMetricsGoesOn() throws Exception {
    OwnMetrics metrics = new OwnMetrics("test", null);
    RocksGroupStore store =
        RocksGroupStore.open(
            new StoreOptions(
                directory.resolve("store"),
                10,
                0,
                Long.MAX_VALUE,
                InstantSource.system(),
                Map.of(),
                metrics),
            Runnable::run);
    store
        .submit(
            PushPreparation.prepare(
                GroupKey.of(new TreeMap<>(Map.of("job", "a"))),
                true,
                0,
                TextParser.parse("m 1\n".getBytes(StandardCharsets.UTF_8), NameRule.LEGACY),
                ContentLimits.ofText(1_000)))
        .get();
    WebServer server = new WebServer();
    try {
      start(server, store, metrics);
      assertEquals("application/vnd.google.protobuf", type(scrape(server, PROTOBUF)));

      store.close();

      HttpResponse<String> text = scrape(server, PROTOBUF);
      assertEquals("text/plain", type(text));
      assertTrue(text.body().contains("\nm{instance=\"\",job=\"a\"} 1\n"), text.body());
      HttpResponse<String> openMetrics =
          scrape(server, "application/openmetrics-text;version=1.0.0");
      assertEquals("application/openmetrics-text", type(openMetrics));
      assertTrue(
          openMetrics.body().contains("\nm{instance=\"\",job=\"a\"} 1.0\n"), openMetrics.body());
    } finally {
      server.stop();
      store.close();
    }
  }

  private static void start(WebServer server, RocksGroupStore store, OwnMetrics metrics)
      throws Exception {
    Flags.Result.Run parsed =
        (Flags.Result.Run) Flags.parse(new String[] {"--web.listen-address=127.0.0.1:0"});
    Options options = parsed.options();
    Limits limits = options.limits();
    Uploads uploads = new Uploads(limits.web().readTimeout());
    Connections connections = new Connections(64, limits.web(), uploads, metrics::limitExceeded);
    Answers answers =
        new Answers(1 << 20, limits.web().writeTimeout(), metrics::limitExceeded, System::nanoTime);
    PushHandler.Rules rules =
        new PushHandler.Rules(limits.pushes(1 << 30), uploads, options.pushes());
    Health health = new Health(new Lifecycle(), store);
    Supplier<ClusterStatus> cluster =
        () -> new ClusterStatus("", "", null, 1, 1, true, List.of(), null);
    Pages pages =
        new Pages(
            new Pages.Settings("", true, false, NameRule.LEGACY, Map.of(), Map.of(), Instant.EPOCH),
            InstantSource.system());
    GatewayHandler.Handlers handlers =
        new GatewayHandler.Handlers(
            new PushHandler(store, metrics, InstantSource.system(), rules),
            new DeleteHandler(store, metrics, InstantSource.system()),
            new ScrapeHandler(store, metrics, answers),
            new ApiHandler(store, metrics, answers, new CrossOrigin(null), new byte[0]),
            new ClusterHandler(cluster, health, metrics, new CrossOrigin(null)),
            new PageHandler(pages, options, health, cluster, metrics));
    Routes routes = new Routes(options.web(), options.pushes().names());
    server.start(
        options.web(),
        new GatewayHandler(routes, health, metrics, uploads, handlers),
        new WebServer.Guards(limits.web(), connections, uploads, metrics::limitExceeded),
        connections::sweep,
        null);
  }

  private static HttpResponse<String> scrape(WebServer server, String accept) throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + "/metrics"))
            .header("Accept", accept)
            .build();
    HttpResponse<String> response =
        HttpClient.newHttpClient().send(request, BodyHandlers.ofString());
    assertEquals(200, response.statusCode(), response::body);
    return response;
  }

  private static String type(HttpResponse<String> response) {
    String contentType = response.headers().firstValue("Content-Type").orElse("");
    return contentType.substring(0, contentType.indexOf(';'));
  }
}
