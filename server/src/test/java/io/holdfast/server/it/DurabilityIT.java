package io.holdfast.server.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * A change with an answer is on the disk. A killed process proves less: what it wrote and did not
 * sync outlives it, in the system's memory. So these tests read what the process asks of the
 * system: between each request and its answer, a sync of the store's write-ahead log has succeeded.
 */
final class DurabilityIT {
  private static final String WRITE_AHEAD_LOG = ".log";
  private static final int GROUPS = 50;

  @RegisterExtension static final Processes processes = Processes.perClass();

  @TempDir static Path directory;

  private static SystemCallLog calls;
  private static RawHttp http;

  @BeforeAll
  static void startTraced() throws IOException {
    calls = new SystemCallLog(directory.resolve("calls.txt"));
    int port = Port.free();
    List<String> command = new ArrayList<>(calls.prefix());
    command.addAll(
        HoldfastCommand.of(
            "--web.listen-address=127.0.0.1:" + port,
            "--storage.path=" + directory.resolve("store"),
            "--web.enable-admin-api"));
    processes.launch("holdfast", port, command).awaitReady("/-/ready");
    http = new RawHttp(port);
  }

  @AfterAll
  static void disconnect() {
    http.close();
  }

  @Test
  void pushesAndDeletes_answered_areSynced() throws IOException {
    for (int i = 0; i < GROUPS; i++) {
      String target = "/metrics/job/durable/group/" + i;
      assertSynced(200, Step.put(target, "durable_total 1\n"));
      assertSynced(200, Step.post(target, "durable_total 2\n"));
      assertSynced(202, Step.delete(target));
    }
  }

  @Test
  void refusedPush_answered_hasItsFailureTimeSynced() throws IOException {
    assertSynced(200, Step.put("/metrics/job/first", "# TYPE typed counter\ntyped 1\n"));
    assertSynced(400, Step.put("/metrics/job/second", "# TYPE typed gauge\ntyped 1\n"));
  }

  @Test
  void wipe_answered_isSynced() throws IOException {
    assertSynced(200, Step.put("/metrics/job/a", "m 1\n"));
    assertSynced(202, Step.wipe());
  }

  /** One client and one request at a time: no other request's sync can be taken for this one's. */
  private static void assertSynced(int status, Step step) throws IOException {
    int before = calls.syncs(WRITE_AHEAD_LOG);
    assertEquals(status, http.send(step).status(), step::toString);
    int after = calls.syncs(WRITE_AHEAD_LOG);
    assertTrue(after > before, () -> step + " was answered without a sync of the log");
  }
}
