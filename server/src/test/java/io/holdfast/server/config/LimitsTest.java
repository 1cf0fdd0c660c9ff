package io.holdfast.server.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.server.lifecycle.StartException;
import io.holdfast.storage.ContentLimits;
import io.holdfast.storage.GroupLimits;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LimitsTest {
  private static final long MIB = 1 << 20;
  private static final long GIB = 1 << 30;

  @Test
  void defaults_areGenerous() {
    assertEquals(
        new Limits(
            new Limits.Web(
                0,
                Duration.ofMinutes(10),
                Duration.ofSeconds(30),
                Duration.ofMinutes(5),
                Duration.ofMinutes(1),
                64 << 10,
                200),
            new Limits.Push(
                0,
                0,
                0,
                1_000_000,
                128,
                1024,
                65_536,
                65_536,
                4096,
                new GroupLimits(1_000_000, 1_000_000)),
            new Limits.Memory(0, 0)),
        read());
  }

  @Test
  void everyFlag_isMapped() {
    assertEquals(
        new Limits(
            new Limits.Web(
                9,
                Duration.ofSeconds(1),
                Duration.ofSeconds(2),
                Duration.ofSeconds(3),
                Duration.ofSeconds(4),
                4096,
                10),
            new Limits.Push(
                1024, 2048, 3 << 20, Integer.MAX_VALUE, 4, 5, 6, 9, 10, new GroupLimits(7, 8)),
            new Limits.Memory(11, 12)),
        read(
            "--web.max-connections=9",
            "--web.idle-timeout=1s",
            "--web.read-header-timeout=2s",
            "--web.read-timeout=3s",
            "--web.write-timeout=4s",
            "--web.max-header-size=4096",
            "--web.max-header-fields=10",
            "--push.max-help-length=9",
            "--push.max-grouping-key-size=10",
            "--storage.max-memory=11",
            "--web.max-unread-bytes=12",
            "--push.max-body-size=1KiB",
            "--push.max-inflated-size=2kb",
            "--push.max-bytes-in-flight=3MiB",
            "--push.max-series=0",
            "--push.max-labels=4",
            "--push.max-name-length=5",
            "--push.max-label-value-length=6",
            "--push.max-groups=7",
            "--push.max-group-series=8"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--web.max-connections=-1 | \"-1\" (expected: a number from 0 to 999999999)",
        "--push.max-series=1e6 | \"1e6\" (expected: a number from 0 to 999999999)",
        "--push.max-body-size=2GiB | \"2GiB\" (expected: at most 1GiB)",
        "--push.max-body-size=1TiB | \"1TiB\" (expected: a size such as 4096,",
        "--push.max-body-size=-1 | \"-1\" (expected: a size such as 4096,",
        "--web.read-timeout=0 | \"0\" (expected: at least 1s)",
        "--web.max-header-size=100 | \"100\" (expected: at least 1KiB)",
        "--push.max-bytes-in-flight=1KiB --push.max-body-size=2KiB"
            + " | \"1KiB\" (expected: at least --push.max-body-size",
      })
  void nonsense_isRefused(String arguments, String reason) {
    Flags.Result result = Flags.parse(arguments.split(" ", -1));
    String message = assertInstanceOf(Flags.Result.Refuse.class, result).message();
    String flag = arguments.substring(0, arguments.indexOf('='));
    assertTrue(message.startsWith(flag + ": " + reason), message);
  }

  @Test
  void pushes_areDerivedFromTheHeap_withinReason() {
    assertPushes(read().pushes(64 * GIB), 256 * MIB, GIB);
    assertPushes(read().pushes(2 * GIB), 32 * MIB, 32 * MIB);
    assertPushes(read().pushes(16 * MIB), MIB, MIB);
  }

  private static void assertPushes(PushLimits limits, long body, long inFlight) {
    ContentLimits content = new ContentLimits(2 * body, 1_000_000, 128, 1024, 65_536, 65_536);
    assertEquals(new PushLimits((int) body, (int) body, inFlight, 4096, content), limits);
  }

  @Test
  void whatIsAllowedAlone_hasRoom() {
    PushLimits limits = read("--push.max-inflated-size=1GiB").pushes(2 * GIB);
    assertEquals(32 * MIB, limits.bodyBytes());
    assertEquals(GIB, limits.inflatedBytes());
    assertEquals(GIB, limits.inFlightBytes());
    assertEquals(2 * GIB, limits.content().textBytes());
  }

  @Test
  void connections_areDerivedFromHeapAndFiles() throws StartException {
    assertEquals(16_384, read().connections(64 * GIB, 1_000_000));
    assertEquals(10_000, read().connections(64 * GIB, 20_000));
    assertEquals(409, read().connections(128 * MIB, 20_000));
    assertEquals(64, read().connections(MIB, 20_000));
    assertEquals(20, read("--web.max-connections=20").connections(MIB, 20_000));
  }

  @Test
  void moreConnectionsThanFiles_refuseToStart() {
    Limits limits = read("--web.max-connections=1000");
    StartException refused =
        assertThrows(StartException.class, () -> limits.connections(GIB, 1024));
    assertTrue(
        String.valueOf(refused.getMessage())
            .startsWith("--web.max-connections: \"1000\" (expected: at most 408, because"),
        refused::toString);
  }

  private static Limits read(String... arguments) {
    return assertInstanceOf(Flags.Result.Run.class, Flags.parse(arguments)).options().limits();
  }
}
