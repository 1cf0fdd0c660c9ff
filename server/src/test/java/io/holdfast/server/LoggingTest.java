package io.holdfast.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.server.logging.ForeignLines;
import io.holdfast.server.logging.Logging;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

class LoggingTest {
  private final PrintStream standardError = System.err;
  private final ByteArrayOutputStream written = new ByteArrayOutputStream();

  @BeforeEach
  void captureStandardError() {
    System.setErr(new PrintStream(written, true, StandardCharsets.UTF_8));
  }

  @AfterEach
  void releaseStandardError() {
    System.setErr(standardError);
    // As QuietLogging.
    Logging.configure(Logging.Level.WARN, Logging.Format.LOGFMT);
  }

  @Test
  void configure_debug_showsOursAtDebugAndOthersAtWarn() {
    Logging.configure(Logging.Level.DEBUG, Logging.Format.LOGFMT);
    logAll();

    List<String> lines = lines();
    assertEquals(
        List.of(
            "ours debug", "ours info", "ours warn", "ours error", "others warn", "others error"),
        lines.stream().map(line -> line.replaceAll(".* msg=\"(.*)\".*", "$1")).toList());
    assertTrue(lines.get(0).contains(" caller=Ours level=debug "), lines.get(0));
  }

  @Test
  void configure_info_showsOursAtInfo() {
    Logging.configure(Logging.Level.INFO, Logging.Format.JSON);
    logAll();

    assertEquals(5, lines().size());
    assertTrue(lines().get(0).contains("\"level\":\"info\",\"msg\":\"ours info\""));
  }

  @Test
  void configure_error_silencesWarningsOfOthers() {
    Logging.configure(Logging.Level.ERROR, Logging.Format.LOGFMT);
    logAll();

    assertEquals(2, lines().size());
  }

  @Test
  void log_keyValuePairs_areKeys() {
    Logging.configure(Logging.Level.INFO, Logging.Format.LOGFMT);
    LoggerFactory.getLogger("io.holdfast.Ours").atInfo().addKeyValue("n", 1).log("{} ready", "all");

    assertTrue(lines().get(0).endsWith(" level=info msg=\"all ready\" n=1"), lines().get(0));
  }

  @Test
  void libraries_haveSomeLinesAMinuteEach_ours_all() {
    Logging.configure(Logging.Level.INFO, Logging.Format.LOGFMT);
    for (String name : List.of("org.eclipse.jetty.X", "com.hazelcast.Y", "io.holdfast.Ours")) {
      for (int i = 0; i < 300; i++) {
        LoggerFactory.getLogger(name).warn("flood");
      }
    }

    assertEquals(2 * ForeignLines.LINES_PER_LOGGER + 300, lines().size());
  }

  @Test
  void requestsWithLongHosts_leaveAShortLog(@TempDir Path directory) throws Exception {
    Logging.configure(Logging.Level.INFO, Logging.Format.LOGFMT);
    String host = "x".repeat(60_000);
    try (App app = Nodes.started(directory)) {
      for (String beginning : List.of("Host: x\r\nHost: ", "Host: x^")) {
        for (int i = 0; i < 300; i++) {
          try (RawConnection client = new RawConnection(app.port())) {
            client.send("GET / HTTP/1.1\r\n" + beginning + host + "\r\n\r\n");
            assertEquals(400, client.answer().status());
          }
        }
      }
    }

    assertTrue(written.size() < 600_000, () -> "bytes: " + written.size());
  }

  private static void logAll() {
    for (String name : List.of("ours", "others")) {
      Logger logger =
          LoggerFactory.getLogger(name.equals("ours") ? "io.holdfast.Ours" : "org.eclipse.jetty.X");
      logger.debug("{} debug", name);
      logger.info("{} info", name);
      logger.warn("{} warn", name);
      logger.error("{} error", name);
    }
  }

  private List<String> lines() {
    return written.toString(StandardCharsets.UTF_8).lines().toList();
  }
}
