package io.holdfast.server;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.holdfast.cluster.replication.ClusterStatus;
import io.holdfast.proto.NameRule;
import io.holdfast.server.api.ApiHandler;
import io.holdfast.server.api.ClusterHandler;
import io.holdfast.server.api.GroupsDeleteHandler;
import io.holdfast.server.api.GroupsHandler;
import io.holdfast.server.backup.BackupHandler;
import io.holdfast.server.browsers.CrossOrigin;
import io.holdfast.server.config.Flags;
import io.holdfast.server.config.Limits;
import io.holdfast.server.config.Options;
import io.holdfast.server.http.Answers;
import io.holdfast.server.http.ClientWatch;
import io.holdfast.server.http.Clocks;
import io.holdfast.server.http.Connections;
import io.holdfast.server.http.SlowBodies;
import io.holdfast.server.http.WebServer;
import io.holdfast.server.lifecycle.Health;
import io.holdfast.server.lifecycle.Lifecycle;
import io.holdfast.server.metrics.SelfMetrics;
import io.holdfast.server.page.PageHandler;
import io.holdfast.server.page.Pages;
import io.holdfast.server.push.DeleteHandler;
import io.holdfast.server.push.PushHandler;
import io.holdfast.server.routing.Routes;
import io.holdfast.server.scrape.ScrapeHandler;
import io.holdfast.server.tls.SecureConnections;
import io.holdfast.server.tls.TestAuthority;
import io.holdfast.server.webconfig.Gatekeeper;
import io.holdfast.storage.BackupReader;
import io.holdfast.storage.RocksGroupStore;
import io.holdfast.storage.StoreOptions;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A store behind a server in this process. The test has the store, and can hold its writer. */
final class ServedStore implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final RocksGroupStore store;
  private static final Clocks CLOCKS = new Clocks(InstantSource.system(), System::nanoTime);

  private final SelfMetrics metrics = new SelfMetrics("test", null, System::nanoTime);
  private final WebServer server = new WebServer();
  private final @Nullable Gatekeeper gatekeeper;

  private ServedStore(Path directory, @Nullable Path webConfig, String... flags) throws Exception {
    this.gatekeeper =
        webConfig == null ? null : Gatekeeper.open(webConfig, metrics.ofWebConfig(), CLOCKS);
    this.store =
        RocksGroupStore.open(
            new StoreOptions(
                directory.resolve("store"),
                new StoreOptions.Surroundings(InstantSource.system(), System::nanoTime, metrics),
                StoreOptions.Capacity.ofQueue(100),
                StoreOptions.Rules.NONE,
                null),
            Runnable::run);
    serve(directory, gatekeeper == null ? null : gatekeeper.connections(), flags);
  }

  static ServedStore start(Path directory, String... flags) throws Exception {
    return new ServedStore(directory, null, flags);
  }

  /** Serves HTTP/1.1 and HTTP/2 over TLS, with a certificate that no client knows. */
  static ServedStore startSecure(Path directory, String... flags) throws Exception {
    TestAuthority.create(directory, "authority").issueServer("server");
    Path config =
        Files.writeString(
            directory.resolve("web.yml"),
            "tls_server_config:\n  cert_file: server.crt\n  key_file: server.key\n");
    return new ServedStore(directory, config, flags);
  }

  private void serve(Path directory, @Nullable SecureConnections secure, String... flags)
      throws Exception {
    List<String> arguments = new ArrayList<>(List.of(flags));
    arguments.add("--web.listen-address=127.0.0.1:0");
    Flags.Result.Run parsed = (Flags.Result.Run) Flags.parse(arguments.toArray(String[]::new));
    Options options = parsed.options();
    Limits limits = options.limits();
    SlowBodies slowBodies = new SlowBodies(limits.web().readTimeout(), System::nanoTime);
    Connections connections = new Connections(64, limits.web(), slowBodies, metrics::limitExceeded);
    Answers answers =
        new Answers(1 << 20, limits.web().writeTimeout(), metrics::limitExceeded, System::nanoTime);
    PushHandler.Rules rules =
        new PushHandler.Rules(limits.pushes(1 << 30), slowBodies, options.pushes());
    Health health = new Health(new Lifecycle(), store);
    Supplier<ClusterStatus> cluster =
        () -> new ClusterStatus("", "", null, 1, 1, true, List.of(), null);
    Pages pages =
        new Pages(
            new Pages.Settings("", true, false, NameRule.LEGACY, Map.of(), Map.of(), Instant.EPOCH),
            InstantSource.system());
    GatewayHandler.Handlers handlers =
        new GatewayHandler.Handlers(
            new PushHandler(store, metrics, CLOCKS, rules),
            new DeleteHandler(store, metrics, CLOCKS),
            new ScrapeHandler(store, metrics, answers, CLOCKS),
            new ApiHandler(store, metrics, answers, new CrossOrigin(null), new byte[0]),
            new BackupHandler(
                store, metrics, answers, CLOCKS, backupTerms(directory, limits, slowBodies)),
            new GroupsHandler(store, metrics, new CrossOrigin(null), InstantSource.system()),
            new GroupsDeleteHandler(store, metrics, CLOCKS),
            new ClusterHandler(cluster, health, metrics, new CrossOrigin(null)),
            new PageHandler(pages, options, health, cluster, metrics));
    Routes routes = new Routes(options.web(), options.pushes().names());
    server.start(
        options.web().listening(),
        new GatewayHandler(routes, health, metrics, slowBodies, handlers),
        new WebServer.ConnectionGuards(
            limits.web(),
            connections,
            slowBodies,
            metrics::limitExceeded,
            metrics::requestRefused,
            System::nanoTime),
        () -> {
          slowBodies.endOverdue();
          connections.sweep();
        },
        secure);
  }

  private static BackupHandler.Terms backupTerms(
      Path directory, Limits limits, SlowBodies slowBodies) {
    return new BackupHandler.Terms(
        directory,
        new BackupReader.Limits(
            limits.pushes(1 << 30).content(), Integer.MAX_VALUE, Integer.MAX_VALUE),
        Integer.MAX_VALUE,
        Long.MAX_VALUE,
        slowBodies);
  }

  RocksGroupStore store() {
    return store;
  }

  int port() {
    return server.port();
  }

  /** Holds the writer between two changes until the result is closed. */
  Held holdWriter() throws InterruptedException {
    CountDownLatch isHeld = new CountDownLatch(1);
    CountDownLatch release = new CountDownLatch(1);
    var unused =
        store.note(
            metadata -> {
              isHeld.countDown();
              try {
                release.await();
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
              return metadata;
            });
    isHeld.await();
    return new Held(release);
  }

  /** A writer that stands still. */
  final class Held implements AutoCloseable {
    private final CountDownLatch release;

    private Held(CountDownLatch release) {
      this.release = release;
    }

    /** Waits until a change waits, and until its age makes the writer look. */
    void awaitWaiting() {
      await().atMost(PATIENCE).until(() -> store.queueDepth() == 1);
      long since = System.nanoTime();
      await()
          .atMost(PATIENCE)
          .until(() -> System.nanoTime() - since > ClientWatch.FIRST_LOOK.toNanos());
    }

    @Override
    public void close() {
      release.countDown();
    }
  }

  /** Scrapes over plain HTTP. */
  HttpResponse<String> scrape(String accept) throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port() + "/metrics"))
            .header("Accept", accept)
            .build();
    HttpResponse<String> response =
        HttpClient.newHttpClient().send(request, BodyHandlers.ofString());
    assertEquals(200, response.statusCode(), response::body);
    return response;
  }

  @Override
  public void close() {
    server.stop();
    store.close();
    if (gatekeeper != null) {
      gatekeeper.close();
    }
  }
}
