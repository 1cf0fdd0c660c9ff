package io.holdfast.server.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.testkit.SmallDisk;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * A disk that somebody else fills up while jobs push. Pushes are refused with the reason, scrapes
 * go on, nothing acknowledged is lost, and when there is space again no operator has to act.
 */
final class FullDiskIT {
  private static final int DISK_MEGABYTES = 96;
  private static final long LITTLE_SPACE = 8L << 20;
  private static final int GROUPS = 20;
  private static final int REFUSALS = 200;
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  @RegisterExtension final Processes processes = Processes.perTest();

  @TempDir Path directory;

  private final ExecutorService threads = Executors.newSingleThreadExecutor();

  /** What each group's counter must be: the last value that was acknowledged. */
  private final Map<String, String> acknowledged = new TreeMap<>();

  private SmallDisk disk;
  private ServerProcess server;

  @BeforeEach
  void start() throws IOException {
    disk = new SmallDisk(directory.resolve("disk"), DISK_MEGABYTES);
    server =
        processes.holdfast(
            disk.root().resolve("store"),
            // What fills the disk is one long value.
            "--push.max-label-value-length=0");
    assertEquals(200, server.send(push(0, 0, "")).status());
    assertWritable("1");
    acknowledged.put(series(0), "0");
  }

  @AfterEach
  void release() throws IOException {
    threads.shutdownNow();
    server.reap();
    disk.close();
  }

  @Test
  void littleSpace_refusesPushes_takesDeletes_andRecovers() throws Exception {
    Future<RawHttp.Response> refusal = threads.submit(() -> pushUntilRefused(""));
    disk.fillUpTo(LITTLE_SPACE);
    assertRefusal(refusal.get(PATIENCE.toSeconds(), TimeUnit.SECONDS));

    for (int i = 0; i < REFUSALS; i++) {
      assertRefusal(server.send(push(i % GROUPS, -1, "")));
    }
    assertServed(server);
    assertWritable("0");
    assertEquals(1, warnings(), server::output);

    assertEquals(202, server.send(Step.delete(target(0))).status());
    acknowledged.remove(series(0));
    assertServed(server);

    disk.makeSpace();
    awaitPushesTaken();
    server.kill9();
    assertServed(processes.holdfast(disk.root().resolve("store")));
  }

  @Test
  void noSpaceAtAll_refusesPushes_andRecovers() throws Exception {
    String large = "filler{l=\"" + "x".repeat(3 << 20) + "\"} 1\n";
    Future<RawHttp.Response> refusal = threads.submit(() -> pushUntilRefused(large));
    disk.fill();
    assertRefusal(refusal.get(PATIENCE.toSeconds(), TimeUnit.SECONDS));

    for (int i = 0; i < REFUSALS; i++) {
      assertRefusal(server.send(push(i % GROUPS, -1, "")));
    }
    assertServed(server);
    assertWritable("0");
    Awaitility.await("opened again, without space for pushes")
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(50))
        .until(() -> server.send(push(0, -1, "")).text().contains("is full"));
    assertFalse(server.output().contains("store opened again; pushes accepted"), server::output);

    disk.makeSpace();
    awaitPushesTaken();
    server.kill9();
    assertServed(processes.holdfast(disk.root().resolve("store")));
  }

  /** One group after the other, with a value that grows. */
  private RawHttp.Response pushUntilRefused(String more) throws IOException {
    try (RawHttp http = new RawHttp(server.port())) {
      for (long value = 1; ; value++) {
        int group = (int) (value % GROUPS);
        RawHttp.Response response = http.send(push(group, value, more));
        if (response.status() != 200) {
          return response;
        }
        acknowledged.put(series(group), Long.toString(value));
      }
    }
  }

  /** How many lines of the log want somebody's attention. */
  /** Counts the warnings of the store. Refused requests have lines of their own. */
  private long warnings() {
    return server
        .output()
        .lines()
        .filter(line -> line.matches(".* level=(warn|error) .*"))
        .filter(line -> !line.contains("request refused with 503"))
        .count();
  }

  private void awaitPushesTaken() throws IOException {
    Awaitility.await("pushes are taken again")
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(50))
        .until(() -> server.send(push(1, 999_999, "")).status() == 200);
    acknowledged.put(series(1), "999999");
    assertServed(server);
    assertWritable("1");
  }

  private static void assertRefusal(RawHttp.Response response) {
    assertEquals(503, response.status(), response::text);
    assertTrue(Integer.parseInt(response.header("retry-after")) > 0, response::toString);
    boolean namesTheDisk =
        response.text().contains("disk") || response.text().contains("No space left on device");
    assertTrue(namesTheDisk, response::text);
  }

  private void assertWritable(String expected) throws IOException {
    assertEquals(expected, server.scrape().values().get("pushgateway_store_writable{}"));
  }

  private void assertServed(ServerProcess by) throws IOException {
    Map<String, String> served = new TreeMap<>(by.scrape().values());
    served.keySet().removeIf(series -> !series.startsWith("disk_total{"));
    assertEquals(acknowledged, served);
  }

  private static Step push(int group, long value, String more) {
    return Step.put(target(group), "# TYPE disk_total counter\ndisk_total " + value + "\n" + more);
  }

  private static String target(int group) {
    return "/metrics/job/disk/group/" + group;
  }

  private static String series(int group) {
    return "disk_total{group=\"" + group + "\",instance=\"\",job=\"disk\"}";
  }
}
