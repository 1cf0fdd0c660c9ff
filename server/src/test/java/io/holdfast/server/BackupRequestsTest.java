package io.holdfast.server;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.proto.metrics.BucketSpan;
import io.holdfast.proto.metrics.Histogram;
import io.holdfast.proto.metrics.LabelPair;
import io.holdfast.proto.metrics.Metric;
import io.holdfast.proto.metrics.MetricFamily;
import io.holdfast.proto.metrics.MetricType;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Exports and imports over HTTP, between two nodes that do not know each other. */
class BackupRequestsTest {
  private static final String EXPORT = "/api/v1/admin/export";
  private static final String IMPORT = "/api/v1/admin/import";
  private static final String REPLACE = IMPORT + "?mode=replace";

  private final HttpClient client = HttpClient.newHttpClient();

  @TempDir private Path directory;
  private @Nullable App from;
  private @Nullable App to;

  @BeforeEach
  void start() throws Exception {
    from = started("from");
    to = started("to");
  }

  @AfterEach
  void stop() {
    requireNonNull(from).close();
    requireNonNull(to).close();
  }

  private App started(String name, String... flags) throws Exception {
    String[] all = Arrays.copyOf(flags, flags.length + 2);
    all[flags.length] = "--web.enable-admin-api";
    all[flags.length + 1] = "--push.enable-utf8-names";
    return Nodes.started(directory.resolve(name), all);
  }

  private HttpResponse<byte[]> send(
      App app, String method, String path, byte[] body, String... headers)
      throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + app.port() + path))
            .method(method, BodyPublishers.ofByteArray(body));
    if (headers.length > 0) {
      request.headers(headers);
    }
    return client.send(request.build(), BodyHandlers.ofByteArray());
  }

  private int push(App app, String path, String body) throws IOException, InterruptedException {
    return send(app, "PUT", "/metrics/" + path, body.getBytes(StandardCharsets.UTF_8)).statusCode();
  }

  private String get(App app, String path) throws IOException, InterruptedException {
    return new String(send(app, "GET", path, new byte[0]).body(), StandardCharsets.UTF_8);
  }

  private byte[] exported(App app) throws IOException, InterruptedException {
    HttpResponse<byte[]> answer = send(app, "GET", EXPORT, new byte[0]);
    assertEquals(200, answer.statusCode());
    return answer.body();
  }

  private String imported(App app, String path, byte[] file)
      throws IOException, InterruptedException {
    HttpResponse<byte[]> answer = send(app, "POST", path, file);
    String body = new String(answer.body(), StandardCharsets.UTF_8);
    assertEquals(200, answer.statusCode(), body);
    return body;
  }

  private static String counts(int imported, int kept, int deleted, int expired) {
    return "{\"imported\":%d,\"kept\":%d,\"deleted\":%d,\"expired\":%d}"
        .formatted(imported, kept, deleted, expired);
  }

  /** Pushes one of everything that a group can have. */
  private void fill(App app) throws Exception {
    assertEquals(200, push(app, "job/a", "m{x=\"1\"} 3\n# HELP c \n# TYPE c counter\nc 4\n"));
    assertEquals(200, push(app, "job/a/path@base64/L3Zhcg?ttl=876000h", "m 1\n"));
    assertEquals(400, push(app, "job/a/path@base64/L3Zhcg?ttl=876000h", "m 1 1\n"));
    assertEquals(400, push(app, "job/failed?ttl=876000h", "m 1 1\n"));
    assertEquals(200, push(app, "job/utf-8/U__host_2e_name/ü", "{\"disk.used\",\"a b\"=\"\"} 1\n"));
    assertEquals(200, push(app, "job/looks-alike", "disk_used 1\n"));
    Histogram.Builder histogram =
        Histogram.newBuilder()
            .setSampleCount(3)
            .setSampleSum(2.5)
            .setSchema(3)
            .setZeroThreshold(0.001)
            .addPositiveSpan(BucketSpan.newBuilder().setOffset(2).setLength(2))
            .addPositiveDelta(1)
            .addPositiveDelta(1);
    MetricFamily family =
        MetricFamily.newBuilder()
            .setName("native")
            .setType(MetricType.HISTOGRAM)
            .addMetric(
                Metric.newBuilder()
                    .addLabel(LabelPair.newBuilder().setName("l").setValue("v"))
                    .setHistogram(histogram))
            .build();
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    family.writeDelimitedTo(body);
    HttpResponse<byte[]> answer =
        send(
            app,
            "POST",
            "/metrics/job/native",
            body.toByteArray(),
            "Content-Type",
            "application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily;"
                + " encoding=delimited");
    assertEquals(200, answer.statusCode());
  }

  /** Asserts that both nodes show equal groups, in every way. */
  private void assertEqual(App one, App other) throws Exception {
    assertEquals(get(one, "/api/v1/metrics"), get(other, "/api/v1/metrics"));
    String pushed = "/metrics?collect[]=pushed";
    assertEquals(get(one, pushed), get(other, pushed));
  }

  @Test
  void importedGroups_equalTheExported_inAnEmptyStore_andAfterARestart() throws Exception {
    App node = requireNonNull(from);
    fill(node);
    HttpResponse<byte[]> export = send(node, "GET", EXPORT, new byte[0]);
    assertEquals("application/gzip", export.headers().firstValue("Content-Type").orElse(""));
    String name = export.headers().firstValue("Content-Disposition").orElse("");
    assertTrue(
        name.matches("attachment; filename=\"holdfast-\\d{8}T\\d{6}Z\\.backup\\.gz\""), name);
    assertEquals(counts(6, 0, 0, 0), imported(requireNonNull(to), IMPORT, export.body()));
    assertEqual(node, requireNonNull(to));
    requireNonNull(to).close();
    to = started("to");
    assertEqual(node, requireNonNull(to));
    assertEquals(counts(0, 6, 0, 0), imported(requireNonNull(to), IMPORT, export.body()));
    assertEquals(counts(6, 0, 0, 0), imported(requireNonNull(to), REPLACE, export.body()));
    assertEqual(node, requireNonNull(to));
  }

  @Test
  void missing_keepsWhatIsNewer_andReplace_restoresExactly() throws Exception {
    App node = requireNonNull(from);
    App other = requireNonNull(to);
    push(other, "job/a", "older 1\n");
    push(other, "job/0", "first 1\n");
    fill(node);
    push(other, "job/failed", "newer 1\n");
    push(other, "job/z", "last 1\n");
    byte[] file = exported(node);
    assertEquals(counts(5, 1, 0, 0), imported(other, IMPORT, file));
    String scraped = get(other, "/metrics");
    assertFalse(scraped.contains("older{"), scraped);
    assertTrue(scraped.contains("newer{instance=\"\",job=\"failed\"} 1\n"), scraped);
    assertTrue(scraped.contains("first{instance=\"\",job=\"0\"} 1\n"), scraped);
    assertEquals(counts(6, 0, 2, 0), imported(other, REPLACE, file));
    assertEqual(node, other);
  }

  @Test
  void emptyBackup_withReplace_deletesEverything() throws Exception {
    App other = requireNonNull(to);
    fill(other);
    byte[] nothing = exported(requireNonNull(from));
    assertEquals(counts(0, 0, 0, 0), imported(other, IMPORT, nothing));
    assertEquals(counts(0, 0, 6, 0), imported(other, REPLACE, nothing));
    assertTrue(get(other, "/metrics").contains("pushgateway_groups 0\n"));
  }

  @Test
  void damagedFile_changesNothing_andLeavesNoFile() throws Exception {
    App node = requireNonNull(from);
    App other = requireNonNull(to);
    push(node, "job/a", "m 1\n");
    push(other, "job/b", "m 1\n");
    String before = get(other, "/api/v1/metrics");
    byte[] file = exported(node);
    for (int i = 10; i < file.length; i += 7) {
      byte[] damaged = file.clone();
      damaged[i] ^= 1;
      assertEquals(400, send(other, "POST", REPLACE, damaged).statusCode());
      assertEquals(400, send(other, "POST", REPLACE, Arrays.copyOf(file, i)).statusCode());
    }
    assertEquals(before, get(other, "/api/v1/metrics"));
    try (Stream<Path> files = Files.list(directory.resolve("to/store"))) {
      assertEquals(
          Set.of(),
          files
              .map(each -> each.getFileName().toString())
              .filter(each -> each.contains("import"))
              .collect(Collectors.toSet()));
    }
  }

  @Test
  void fileOfAnInterruptedImport_isDeleted_atTheNextStart() throws Exception {
    requireNonNull(to).close();
    Path left = Files.writeString(directory.resolve("to/store/import.spool"), "half a backup");
    to = started("to");
    assertFalse(Files.exists(left));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "?mode=all | 400 | mode: \"all\" (expected: missing or replace)",
        "?mode= | 400 | mode: \"\" (expected: missing or replace)",
        "?mode=missing&mode=replace | 400 | mode: given 2 times (expected: once)",
        "?dry_run=true | 400 | \"dry_run\" (expected: no parameter but mode)",
        "'' | 400 | backup: not a file of Holdfast's export (expected: the bytes of",
      })
  void badRequest_isRefused_withTheReason(String query, int status, String reason)
      throws Exception {
    HttpResponse<byte[]> answer =
        send(requireNonNull(to), "POST", IMPORT + query, "m 1\n".getBytes(StandardCharsets.UTF_8));
    assertEquals(status, answer.statusCode());
    String body = new String(answer.body(), StandardCharsets.UTF_8);
    assertTrue(body.startsWith(reason), body);
  }

  @Test
  void limits_holdForAnImport() throws Exception {
    fill(requireNonNull(from));
    byte[] file = exported(requireNonNull(from));
    requireNonNull(to).close();
    to = started("to", "--push.max-groups=3");
    HttpResponse<byte[]> answer = send(requireNonNull(to), "POST", IMPORT, file);
    assertEquals(429, answer.statusCode());
    assertEquals(
        "import: there would be 6 groups (expected: at most 3); the limit is --push.max-groups;"
            + " nothing was changed\n",
        new String(answer.body(), StandardCharsets.UTF_8));
    requireNonNull(to).close();
    to = started("to", "--push.max-name-length=5");
    answer = send(requireNonNull(to), "POST", IMPORT, file);
    assertEquals(413, answer.statusCode());
    String body = new String(answer.body(), StandardCharsets.UTF_8);
    assertTrue(body.contains("the limit is --push.max-name-length; nothing was"), body);
    assertTrue(get(requireNonNull(to), "/metrics").contains("pushgateway_groups 0\n"));
  }

  @Test
  void largeFile_isNoPush_andHasNoLimitOfOne() throws Exception {
    StringBuilder body = new StringBuilder();
    for (int i = 0; i < 3_000; i++) {
      body.append("m{x=\"").append(Integer.toHexString(i * 0x9e3779b9)).append("\"} 1\n");
    }
    push(requireNonNull(from), "job/a", body.toString());
    push(requireNonNull(from), "job/b", body.toString());
    requireNonNull(to).close();
    to = started("to", "--push.max-body-size=4KiB", "--push.max-bytes-in-flight=1MiB");
    byte[] file = exported(requireNonNull(from));
    assertTrue(file.length > 8 << 10, "bytes: " + file.length);
    assertEquals(counts(2, 0, 0, 0), imported(requireNonNull(to), IMPORT, file));
    assertEqual(requireNonNull(from), requireNonNull(to));
  }

  @Test
  void admin_isOff_unlessEnabled() throws Exception {
    try (App plain = Nodes.started(directory.resolve("plain"))) {
      assertEquals(404, send(plain, "GET", EXPORT, new byte[0]).statusCode());
      assertEquals(404, send(plain, "POST", IMPORT, new byte[0]).statusCode());
    }
  }

  @Test
  void export_underPushes_isOneMoment() throws Exception {
    App node = requireNonNull(from);
    // Each round pushes the groups in order: a backup of one moment has at most one step down.
    int groups = 20;
    for (int i = 0; i < groups; i++) {
      push(node, "job/g" + (10 + i), "round 0\n");
    }
    AtomicBoolean isEnough = new AtomicBoolean();
    Thread pusher =
        new Thread(
            () -> {
              for (int round = 1; !isEnough.get(); round++) {
                for (int i = 0; i < groups; i++) {
                  try {
                    push(node, "job/g" + (10 + i), "round " + round + "\n");
                  } catch (IOException | InterruptedException e) {
                    return;
                  }
                }
              }
            });
    pusher.start();
    try {
      Set<String> seen = new HashSet<>();
      for (int n = 0; n < 5; n++) {
        String result = imported(requireNonNull(to), REPLACE, exported(node));
        assertTrue(result.startsWith("{\"imported\":20,"), result);
        Matcher round =
            Pattern.compile("round\\{[^}]*} (\\d+)").matcher(get(requireNonNull(to), "/metrics"));
        int last = Integer.MAX_VALUE;
        int first = -1;
        while (round.find()) {
          int value = Integer.parseInt(round.group(1));
          first = first < 0 ? value : first;
          assertTrue(value <= last && value >= first - 1, round.group());
          last = value;
        }
        seen.add(first + "-" + last);
      }
      assertTrue(seen.size() > 1, seen.toString());
    } finally {
      isEnough.set(true);
      pusher.join();
    }
  }
}
