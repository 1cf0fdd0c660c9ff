package io.holdfast.server.ctl;

import io.holdfast.server.gocompat.GoDuration;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The checks of a server: each is independent of the others, and none changes anything. */
final class Doctor {
  private static final double SLOW_COMMIT_SECONDS = 0.05;
  private static final int NEAR_PERCENT = 80;
  private static final int ATTEMPTS_PER_NODE = 4;
  private static final double LONG_LAG_SECONDS = 10;
  private static final long CLOCK_TOLERANCE_SECONDS = 2;
  private static final Duration SOON = Duration.ofDays(14);

  private final Console console;
  private final Server server;
  private final @Nullable Path store;
  private final Consumer<Finding> findings;

  /**
   * Creates the checks.
   *
   * @param store the store's directory on this machine; null to ask the server
   */
  Doctor(Console console, Server server, @Nullable Path store, Consumer<Finding> findings) {
    this.console = console;
    this.server = server;
    this.store = store;
    this.findings = findings;
  }

  /** Runs all checks. Fails only if the server cannot be reached at all. */
  void examine() throws Failure {
    Map<String, Object> status = status();
    Map<String, Object> flags = Json.object(status, "flags").orElse(Map.of());
    ready();
    SelfMetricsText metrics = metrics(Json.text(flags, "web.telemetry-path").orElse("/metrics"));
    cluster(flags);
    if (metrics.isEmpty()) {
      findings.accept(Finding.unknown("metrics", "the server's metrics cannot be read"));
    } else {
      disk(metrics);
      limits(metrics, flags);
      conflicts(metrics);
      certificate(metrics);
    }
    storeDirectory(Json.text(flags, "storage.path").orElse(""));
  }

  private Map<String, Object> status() throws Failure {
    long startedAt = console.nanos().getAsLong();
    Server.Answer answer = server.get("/api/v1/status");
    long millis = (console.nanos().getAsLong() - startedAt) / 1_000_000;
    Map<String, Object> status = Answers.content(server, "GET", "/api/v1/status", answer);
    String version =
        Json.object(status, "build_information")
            .flatMap(build -> Json.text(build, "version"))
            .orElse("unknown");
    findings.accept(
        Finding.ok(
            "server",
            "%s answers in %d ms, version %s".formatted(server.address(), millis, version)));
    clock(answer.header("Date").orElse(""));
    return status;
  }

  /** Compares this machine's clock with the server's, which an answer has to the second. */
  private void clock(String date) {
    Instant here = console.clock().instant();
    try {
      Instant there = ZonedDateTime.parse(date, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant();
      long seconds = Duration.between(there, here).toSeconds();
      findings.accept(
          Math.abs(seconds) <= CLOCK_TOLERANCE_SECONDS
              ? Finding.ok("clock", "this machine and the server agree to the second")
              : Finding.warning(
                  "clock",
                  "this machine is %d s %s the server (expected: the same time; see NTP)"
                      .formatted(Math.abs(seconds), seconds > 0 ? "ahead of" : "behind")));
    } catch (DateTimeParseException e) {
      findings.accept(Finding.unknown("clock", "the server's answers have no date"));
    }
  }

  private void ready() throws Failure {
    Server.Answer answer = server.get("/-/ready");
    findings.accept(
        Server.isSuccess(answer.status())
            ? Finding.ok("ready", "scrapes show every acknowledged change")
            : Finding.problem("ready", Server.firstLine(answer.body())));
  }

  private SelfMetricsText metrics(String path) throws Failure {
    Server.Answer answer = server.get(path + "?collect%5B%5D=self");
    return new SelfMetricsText(Server.isSuccess(answer.status()) ? answer.body() : "");
  }

  private void cluster(Map<String, Object> flags) throws Failure {
    Server.Answer answer = server.get(ClusterCommand.PATH);
    if (answer.status() == 404) {
      findings.accept(Finding.unknown("quorum", "the server knows no cluster"));
      return;
    }
    Map<String, Object> cluster = Answers.content(server, "GET", ClusterCommand.PATH, answer);
    long size = Json.number(cluster, "size");
    if (size <= 1) {
      findings.accept(Finding.ok("quorum", "the node is alone, and needs none"));
      return;
    }
    List<Map<String, Object>> members = Json.objects(cluster, "members");
    String count =
        "%d of %d nodes are in touch, %d must confirm a change"
            .formatted(members.size() + 1, size, Json.number(cluster, "write_quorum"));
    if (!Json.isTrue(cluster, "has_quorum")) {
      findings.accept(
          Finding.problem("quorum", count + " (expected: the other nodes started and reachable)"));
    } else if (members.size() + 1 < size) {
      findings.accept(Finding.warning("quorum", count + " (expected: all)"));
    } else {
      findings.accept(Finding.ok("quorum", count));
    }
    for (Map<String, Object> member : members) {
      peer(member, flags);
    }
    nodesBehindTheUrl(size);
  }

  private void peer(Map<String, Object> member, Map<String, Object> flags) {
    String name = "peer " + Json.text(member, "name").orElse("");
    String state = Json.text(member, "state").orElse("");
    double lag = Json.decimal(member, "lag_seconds").orElse(0.0);
    double offset = Math.abs(Json.decimal(member, "clock_offset_seconds").orElse(0.0));
    double most = seconds(Json.text(flags, "cluster.max-clock-skew").orElse("0"));
    String facts =
        String.format(Locale.ROOT, "%s, %.1f s behind, clock %.3f s off", state, lag, offset);
    if (most > 0 && offset > most / 2) {
      findings.accept(
          Finding.warning(
              name, facts + " (expected: less than half of --cluster.max-clock-skew; see NTP)"));
    } else if (!state.equals("ready") || lag > LONG_LAG_SECONDS) {
      String reason = Json.text(member, "reason").map(text -> ": " + text).orElse("");
      findings.accept(Finding.warning(name, facts + reason + " (expected: ready)"));
    } else {
      findings.accept(Finding.ok(name, facts));
    }
  }

  private static double seconds(String duration) {
    try {
      return GoDuration.parse(duration).toMillis() / 1e3;
    } catch (IllegalArgumentException e) {
      return 0;
    }
  }

  /** Asks again and again over new connections, which a balancer spreads over the nodes. */
  private void nodesBehindTheUrl(long size) {
    Set<String> seen = new TreeSet<>();
    int failures = 0;
    String lastFailure = "";
    long attempts = size * ATTEMPTS_PER_NODE;
    for (int i = 0; i < attempts && seen.size() < size; i++) {
      try {
        Server.Answer answer = server.getAnew(ClusterCommand.PATH);
        Map<String, Object> cluster = Answers.content(server, "GET", ClusterCommand.PATH, answer);
        Json.object(cluster, "node").flatMap(node -> Json.text(node, "name")).ifPresent(seen::add);
      } catch (Failure e) {
        failures++;
        lastFailure = e.reason();
      }
    }
    String text = "%s leads to %s".formatted(server.address(), String.join(", ", seen));
    if (failures > 0) {
      findings.accept(
          Finding.problem("balancer", text + "; " + failures + " requests failed: " + lastFailure));
    } else if (seen.size() == size) {
      findings.accept(Finding.ok("balancer", text));
    } else if (seen.size() == 1) {
      findings.accept(
          Finding.unknown("balancer", text + " alone: it is a node, or a balancer that stays"));
    } else {
      findings.accept(
          Finding.warning("balancer", text + " (expected: all %d nodes)".formatted(size)));
    }
  }

  private void disk(SelfMetricsText metrics) {
    if (metrics.value("pushgateway_store_writable").orElse(1) == 0) {
      findings.accept(
          Finding.problem(
              "disk", "the store takes no pushes: the disk is full or fails; see the log"));
    }
    double count = metrics.value("pushgateway_commit_duration_seconds_count").orElse(0);
    double sum = metrics.value("pushgateway_commit_duration_seconds_sum").orElse(0);
    if (count == 0) {
      findings.accept(Finding.unknown("disk latency", "nothing was written since the start"));
      return;
    }
    String text =
        String.format(
            Locale.ROOT, "a commit takes %.1f ms on average of %.0f", 1e3 * sum / count, count);
    findings.accept(
        sum / count > SLOW_COMMIT_SECONDS
            ? Finding.warning("disk latency", text + " (expected: less than 50 ms; a faster disk)")
            : Finding.ok("disk latency", text));
  }

  private void limits(SelfMetricsText metrics, Map<String, Object> flags) {
    List<String> near = new ArrayList<>();
    Map<String, Double[]> uses = new LinkedHashMap<>();
    use(
        uses,
        "connections",
        metrics.value("pushgateway_connections"),
        metrics.value("pushgateway_connections_limit"));
    use(
        uses,
        "write queue",
        metrics.value("pushgateway_write_queue_length"),
        metrics.value("pushgateway_write_queue_capacity"));
    Map<String, Double> bounds = metrics.byLabel("pushgateway_heap_limit_bytes", "use");
    metrics
        .byLabel("pushgateway_heap_bytes", "use")
        .forEach(
            (name, value) -> {
              Double bound = bounds.get(name);
              // Memos fill their room on purpose, and give way.
              if (bound != null && !name.equals("compressed")) {
                uses.put("heap of " + name, new Double[] {value, bound});
              }
            });
    String most = Json.text(flags, "push.max-groups").orElse("0");
    if (most.matches("[1-9][0-9]*")) {
      use(
          uses,
          "groups",
          metrics.value("pushgateway_groups"),
          OptionalDouble.of(Double.parseDouble(most)));
    }
    uses.forEach(
        (name, use) -> {
          if (use[1] > 0 && use[0] * 100 / use[1] >= NEAR_PERCENT) {
            near.add(String.format(Locale.ROOT, "%s at %.0f %%", name, use[0] * 100 / use[1]));
          }
        });
    metrics
        .byLabel("pushgateway_limit_exceeded_total", "flag")
        .forEach(
            (flag, value) -> {
              if (value > 0) {
                near.add(String.format(Locale.ROOT, "%s exceeded %.0f times", flag, value));
              }
            });
    findings.accept(
        near.isEmpty()
            ? Finding.ok("limits", "no limit is near, and none was exceeded since the start")
            : Finding.warning(
                "limits", String.join("; ", near) + " (expected: less load, or a higher flag)"));
  }

  private static void use(
      Map<String, Double[]> uses, String name, OptionalDouble value, OptionalDouble bound) {
    if (value.isPresent() && bound.isPresent()) {
      uses.put(name, new Double[] {value.getAsDouble(), bound.getAsDouble()});
    }
  }

  private void conflicts(SelfMetricsText metrics) {
    double shadowed = metrics.value("pushgateway_shadowed_series").orElse(0);
    findings.accept(
        shadowed > 0
            ? Finding.warning(
                "conflicts",
                String.format(
                    Locale.ROOT,
                    "scrapes leave out %.0f series that conflict with others (expected: none; the"
                        + " page names them)",
                    shadowed))
            : Finding.ok("conflicts", "scrapes show every series"));
  }

  private void certificate(SelfMetricsText metrics) {
    double expiry = metrics.value("pushgateway_web_certificate_expiry_timestamp_seconds").orElse(0);
    if (expiry > 0) {
      Duration left =
          Duration.between(console.clock().instant(), Instant.ofEpochSecond((long) expiry));
      String text = "the server's certificate is valid for " + left.toDays() + " days";
      findings.accept(
          left.compareTo(SOON) < 0
              ? Finding.warning("certificate", text + " (expected: a renewed one)")
              : Finding.ok("certificate", text));
    }
    if (metrics.value("pushgateway_web_config_last_reload_successful").orElse(1) == 0) {
      findings.accept(
          Finding.warning(
              "web config", "the file is bad, and its last good state in use; see the log"));
    }
  }

  private void storeDirectory(String flag) {
    Path directory = store;
    if (directory == null && isLocal() && flag.startsWith("/")) {
      directory = Path.of(flag);
    }
    if (directory == null || !Files.isDirectory(directory)) {
      findings.accept(
          Finding.unknown(
              "mount", "the store is elsewhere (expected: --store, on the node's machine)"));
      return;
    }
    findings.accept(StoreMount.space(directory));
    findings.accept(StoreMount.mount(directory));
  }

  private boolean isLocal() {
    try {
      String host = String.valueOf(server.address().root().getHost());
      return Arrays.stream(InetAddress.getAllByName(host)).allMatch(InetAddress::isLoopbackAddress);
    } catch (UnknownHostException e) {
      return false;
    }
  }
}
