package io.holdfast.server;

import static java.util.Objects.requireNonNull;

import com.sun.management.UnixOperatingSystemMXBean;
import io.holdfast.cluster.ClusterNode;
import io.holdfast.cluster.ClusterOptions;
import io.holdfast.cluster.replication.ClusterClock;
import io.holdfast.cluster.replication.ClusterStatus;
import io.holdfast.proto.HeapMeter;
import io.holdfast.server.GatewayHandler.Handlers;
import io.holdfast.server.api.ApiHandler;
import io.holdfast.server.api.ClusterHandler;
import io.holdfast.server.api.GroupsDeleteHandler;
import io.holdfast.server.api.GroupsHandler;
import io.holdfast.server.api.StatusJson;
import io.holdfast.server.backup.BackupHandler;
import io.holdfast.server.browsers.BrowserGuard;
import io.holdfast.server.browsers.CrossOrigin;
import io.holdfast.server.browsers.KnownHosts;
import io.holdfast.server.browsers.SameOrigin;
import io.holdfast.server.config.FlagTable;
import io.holdfast.server.config.Limits;
import io.holdfast.server.config.Options;
import io.holdfast.server.config.PushLimits;
import io.holdfast.server.gocompat.GoDuration;
import io.holdfast.server.gocompat.UrlPath;
import io.holdfast.server.http.AnswerTracking;
import io.holdfast.server.http.Answers;
import io.holdfast.server.http.Clocks;
import io.holdfast.server.http.Connections;
import io.holdfast.server.http.SlowBodies;
import io.holdfast.server.http.WebServer;
import io.holdfast.server.lifecycle.BuildInfo;
import io.holdfast.server.lifecycle.Health;
import io.holdfast.server.lifecycle.Lifecycle;
import io.holdfast.server.lifecycle.StartException;
import io.holdfast.server.metrics.ClusterMetrics;
import io.holdfast.server.metrics.SelfMetrics;
import io.holdfast.server.metrics.SelfMetrics.HeapUse;
import io.holdfast.server.migration.FileMigration;
import io.holdfast.server.migration.MigrationException;
import io.holdfast.server.page.PageHandler;
import io.holdfast.server.page.Pages;
import io.holdfast.server.push.DeleteHandler;
import io.holdfast.server.push.PushHandler;
import io.holdfast.server.routing.Routes;
import io.holdfast.server.scrape.ScrapeHandler;
import io.holdfast.server.webconfig.Gatekeeper;
import io.holdfast.storage.BackupReader;
import io.holdfast.storage.GroupLimits;
import io.holdfast.storage.GroupStore;
import io.holdfast.storage.RocksGroupStore;
import io.holdfast.storage.StoreException;
import io.holdfast.storage.StoreOptions;
import io.holdfast.storage.StoreOptions.Replicated;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.eclipse.jetty.server.Handler;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A complete node. Several nodes can run in one process, with their own ports and directories.
 *
 * <pre>
 * WebServer
 *   ServerConnector ...            one for each --web.listen-address
 *   GracefulHandler                counts what is under way, for the shutdown
 *     AccessHandler                with --web.config.file: rate limit, headers, passwords
 *       BrowserGuard               refuses what pages of other sites send
 *         GatewayHandler           routes on the raw path
 *           PushHandler            --> GroupStore.submit
 *           ScrapeHandler          --> GroupStore.read
 *           ApiHandler             --> GroupStore.readSnapshot
 *           BackupHandler          --> GroupStore.readSnapshot, submit
 *           ClusterHandler         --> ClusterNode.status
 *           PageHandler            --> GroupStore.read, readSnapshot, submit
 *
 * GroupStore                       alone: RocksGroupStore
 *                                  in a cluster: ClusterNode --> RocksGroupStore, other nodes
 *
 * start:  self metrics, web config, store (reads everything), migration of a Pushgateway's file,
 *         cluster (does not wait for peers), listen, ready as soon as the store is
 * close:  unready, wait --shutdown.drain, finish requests, stop listening, leave the cluster, close
 *         the store
 * </pre>
 *
 * <p>One thread starts the node. A shutdown hook may close the node at any time, even during the
 * start.
 */
public final class App implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(App.class);

  /**
   * The number of changes that can wait for the writer: some batches, and less than a second of
   * work.
   */
  private static final int QUEUE_CAPACITY = 8192;

  private static final long MINIMUM_FREE_BYTES = 16L << 20;

  private static final Path HOST_NAME = Path.of("/proc/sys/kernel/hostname");
  private static final Path RESOLVER = Path.of("/etc/resolv.conf");

  private static final ClusterStatus ALONE =
      new ClusterStatus("", "", null, 1, 1, true, List.of(), null);

  private final Options options;
  private final Clocks clocks = new Clocks(Clock.systemUTC(), System::nanoTime);
  private final Instant startedAt = clocks.wall().instant();
  private final long heapBytes = Runtime.getRuntime().maxMemory();
  private final Lifecycle lifecycle = new Lifecycle();
  private @Nullable WebServer web;
  private @Nullable Gatekeeper gatekeeper;
  private @Nullable RocksGroupStore store;
  private @Nullable ClusterNode node;

  App(Options options) {
    this.options = options;
  }

  /**
   * Starts the node and returns when the node serves requests.
   *
   * @throws StoreException if the store cannot be opened
   * @throws MigrationException if a Pushgateway's file was given and cannot be migrated
   * @throws StartException if the node cannot listen, or cannot take part in the cluster
   */
  void start() throws StoreException, StartException, MigrationException {
    ClusterOptions cluster = options.cluster();
    String nodeName = cluster == null ? null : cluster.discovery().nodeName();
    // Before the web server, whose code Preload may still be loading.
    SelfMetrics metrics = new SelfMetrics(BuildInfo.version(), nodeName, clocks.nanos());
    WebServer starting = new WebServer();
    web = starting;
    openWebConfig(metrics);
    if (cluster == null) {
      startAlone(starting, metrics);
    } else {
      startAsOneOf(cluster, starting, metrics);
    }
    lifecycle.advance(Lifecycle.State.READY);
    log.atInfo()
        .addKeyValue("address", starting.listening())
        .log(cluster == null ? "ready" : "listening");
  }

  private void startAlone(WebServer server, SelfMetrics metrics)
      throws StoreException, StartException, MigrationException {
    RocksGroupStore opened = open(storeOptions(metrics, clocks.wall(), null), server);
    serve(server, new Health(lifecycle, opened), metrics, () -> ALONE);
  }

  private void startAsOneOf(ClusterOptions cluster, WebServer server, SelfMetrics metrics)
      throws StoreException, StartException, MigrationException {
    ClusterMetrics counters = metrics.ofCluster();
    ClusterClock versions = new ClusterClock(clocks.wall(), clocks.nanos());
    Replicated replicated = new Replicated(cluster.quorum().bootstrap());
    RocksGroupStore opened = open(storeOptions(metrics, versions, replicated), server);
    ClusterNode started = node(cluster, opened, versions, counters, server.threads());
    node = started;
    Health health = new Health(lifecycle, started.groups());
    counters.observe(started::status, started::refusedMessages, () -> health.unready().isEmpty());
    serve(server, health, metrics, started::status);
  }

  /** Opens the store. Migrates a Pushgateway's file into a new store. */
  private RocksGroupStore open(StoreOptions how, WebServer server)
      throws StoreException, MigrationException {
    RocksGroupStore opened = RocksGroupStore.open(how, server.threads());
    store = opened;
    PushLimits limits = options.limits().pushes(heapBytes);
    FileMigration.run(
        options.persistence().file(),
        opened,
        new FileMigration.Terms(
            limits.inflatedBytes(), limits.content().textBytes(), clocks.nanos()));
    return opened;
  }

  /**
   * Opens the web config file. The store opens later, so that a mistake in the file shows before a
   * large store is read.
   */
  private void openWebConfig(SelfMetrics metrics) throws StartException {
    Path file = options.web().configFile();
    if (file != null) {
      gatekeeper = Gatekeeper.open(file, metrics.ofWebConfig(), clocks);
    }
  }

  private static ClusterNode node(
      ClusterOptions cluster,
      RocksGroupStore store,
      ClusterClock clock,
      ClusterMetrics counters,
      Executor callbackExecutor)
      throws StartException {
    try {
      return ClusterNode.start(cluster, store, clock, counters, callbackExecutor);
    } catch (UncheckedIOException e) {
      throw new StartException(
          "cannot take part in the cluster: " + requireNonNull(e.getCause()).getMessage(), e);
    }
  }

  private StoreOptions storeOptions(
      SelfMetrics metrics, InstantSource versions, @Nullable Replicated replicated) {
    return new StoreOptions(
        options.storage().path(),
        new StoreOptions.Surroundings(versions, clocks.nanos(), metrics),
        new StoreOptions.Capacity(
            QUEUE_CAPACITY, MINIMUM_FREE_BYTES, options.limits().memory().groups(heapBytes)),
        new StoreOptions.Rules(SelfMetrics.RESERVED, options.limits().push().groups()),
        replicated);
  }

  private void serve(
      WebServer server, Health health, SelfMetrics metrics, Supplier<ClusterStatus> cluster)
      throws StartException {
    GroupStore groups = health.store();
    metrics.observe(groups);
    Limits.Web limits = options.limits().web();
    int most = options.limits().connections(heapBytes, maxFiles());
    SlowBodies slowBodies = new SlowBodies(limits.readTimeout(), clocks.nanos());
    Connections connections = new Connections(most, limits, slowBodies, metrics::limitExceeded);
    metrics.observeConnections(connections::open, most);
    PushLimits pushes = options.limits().pushes(heapBytes);
    CrossOrigin origins = CrossOrigin.of(options.web().browsers().corsOrigin());
    PushHandler pushHandler =
        new PushHandler(
            groups, metrics, clocks, new PushHandler.Rules(pushes, slowBodies, options.pushes()));
    Answers answers =
        new Answers(
            options.limits().memory().unread(heapBytes),
            limits.writeTimeout(),
            metrics::limitExceeded,
            clocks.nanos());
    answers.follow(() -> groups.exposition().replacedBytes());
    metrics.observe(heapUses(groups, pushHandler, answers));
    Handlers handlers =
        new Handlers(
            pushHandler,
            new DeleteHandler(groups, metrics, clocks),
            new ScrapeHandler(groups, metrics, answers, clocks),
            new ApiHandler(groups, metrics, answers, origins, status()),
            new BackupHandler(groups, metrics, answers, clocks, backupTerms(slowBodies)),
            new GroupsHandler(groups, metrics, origins, clocks.wall()),
            new GroupsDeleteHandler(groups, metrics, clocks),
            new ClusterHandler(cluster, health, metrics, origins),
            new PageHandler(pages(), options, health, cluster, metrics));
    GatewayHandler gateway =
        new GatewayHandler(
            new Routes(options.web(), options.pushes().names()),
            health,
            metrics,
            slowBodies,
            handlers);
    BrowserGuard browsers = new BrowserGuard(gateway, browserRules(), metrics::browserRefused);
    WebServer.ConnectionGuards guards =
        new WebServer.ConnectionGuards(
            limits,
            connections,
            slowBodies,
            metrics::limitExceeded,
            metrics::requestRefused,
            clocks.nanos());
    Runnable housekeeping =
        () -> {
          slowBodies.endOverdue();
          answers.endOverdue();
          connections.sweep();
        };
    if (gatekeeper == null) {
      Handler tracked = new AnswerTracking(browsers, answers);
      server.start(options.web().listening(), tracked, guards, housekeeping, null);
    } else {
      Handler tracked = new AnswerTracking(gatekeeper.guard(browsers), answers);
      server.start(
          options.web().listening(), tracked, guards, housekeeping, gatekeeper.connections());
      gatekeeper.follow();
    }
  }

  private BackupHandler.Terms backupTerms(SlowBodies slowBodies) {
    PushLimits pushes = options.limits().pushes(heapBytes);
    GroupLimits groups = options.limits().push().groups();
    return new BackupHandler.Terms(
        options.storage().path(),
        new BackupReader.Limits(
            pushes.content(), groups.seriesPerGroup(), pushes.groupingKeyBytes()),
        groups.groups(),
        options.limits().memory().groups(heapBytes),
        slowBodies);
  }

  private BrowserGuard.Rules browserRules() {
    Options.Web how = options.web();
    Gatekeeper passwords = gatekeeper;
    return new BrowserGuard.Rules(
        new SameOrigin(how.paths().externalUrl()),
        new KnownHosts(
            how.browsers().allowedHosts(),
            how.paths().externalUrl(),
            KnownHosts.ofThisMachine(HOST_NAME, RESOLVER)),
        () -> passwords != null && passwords.hasUsers());
  }

  private List<HeapUse> heapUses(GroupStore groups, PushHandler pushes, Answers answers) {
    long forGroups = options.limits().memory().groups(heapBytes);
    long inFlight = options.limits().pushes(heapBytes).inFlightBytes();
    return List.of(
        new HeapUse("groups", () -> groups.exposition().memoryBytes(), forGroups),
        new HeapUse("compressed", () -> groups.exposition().memoBytes(), forGroups),
        new HeapUse("pushes", pushes::heapBytes, inFlight * HeapMeter.BYTES_PER_BYTE),
        new HeapUse("answers", answers::heldBytes, answers.mostBytes()),
        new HeapUse("old_groups", answers::oldGroupBytes, answers.mostGroupBytes()));
  }

  private static long maxFiles() {
    return ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix
        ? unix.getMaxFileDescriptorCount()
        : Long.MAX_VALUE;
  }

  /** Returns the flags in the form in which Go would print the parsed values. */
  private byte[] status() {
    Map<String, String> flags = new HashMap<>(options.effective());
    flags.put(FlagTable.LOG_LEVEL.name(), options.log().level().name().toLowerCase(Locale.ROOT));
    flags.put(
        FlagTable.PERSISTENCE_INTERVAL.name(), GoDuration.format(options.persistence().interval()));
    flags.put(FlagTable.ROUTE_PREFIX.name(), options.web().paths().routePrefix());
    return StatusJson.of(flags, BuildInfo.labels(), startedAt);
  }

  private Pages pages() {
    Map<String, String> build = new LinkedHashMap<>();
    build.put("Version", BuildInfo.version());
    build.put("Java", Runtime.version().toString());
    Options.Web web = options.web();
    return new Pages(
        new Pages.Settings(
            UrlPath.encode(UrlPath.toByteString(web.paths().pagePrefix())),
            web.permissions().pageDeletes(),
            web.permissions().adminApi(),
            options.pushes().names(),
            build,
            options.effective(),
            startedAt),
        clocks.wall());
  }

  /**
   * Returns the port of the first listen address. If that address asked for port 0, returns the
   * real port.
   */
  int port() {
    return requireNonNull(web, "web").port();
  }

  /** Returns a future that completes when a client has asked over HTTP to end the process. */
  CompletableFuture<Void> quitRequested() {
    return lifecycle.quitRequested();
  }

  /**
   * Returns a future that completes with the reason when the node has failed for good. Only after
   * the start.
   */
  CompletableFuture<String> failure() {
    return requireNonNull(store, "store").failure();
  }

  /** Ends the node in order. A second call does nothing. */
  @Override
  public void close() {
    if (lifecycle.advance(Lifecycle.State.DRAINING)) {
      log.atInfo().addKeyValue("drain", options.shutdownDrain()).log("shutting down");
      drain();
      if (web != null) {
        web.stop();
      }
      if (gatekeeper != null) {
        gatekeeper.close();
      }
      if (node != null) {
        node.close();
      } else if (store != null) {
        store.close();
      }
      lifecycle.advance(Lifecycle.State.STOPPED);
      log.info("stopped");
    }
  }

  private void drain() {
    try {
      Thread.sleep(options.shutdownDrain().toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
