package io.holdfast.server.logging;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.LoggingEvent;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.slf4j.event.KeyValuePair;

class LogLineTest {
  private static final LogLine LOGFMT = new LogLine(Logging.Format.LOGFMT, false);
  private static final LogLine JSON = new LogLine(Logging.Format.JSON, false);
  private static final String HOSTILE = "a\"b\\c\r\nlevel=error\t\0\u001b[31m\u2028\u0085\ud800";

  @Test
  void render_logfmt() {
    LoggingEvent event = event("store open");
    event.addKeyValuePair(new KeyValuePair("groups", 12));
    event.addKeyValuePair(new KeyValuePair("took", Duration.ofMillis(1500)));
    event.addKeyValuePair(new KeyValuePair("path", "my data/"));
    event.addKeyValuePair(new KeyValuePair("empty", ""));
    event.addKeyValuePair(new KeyValuePair("none", null));

    assertEquals(
        "ts=2026-01-02T03:04:05.678Z caller=Store level=info msg=\"store open\" groups=12"
            + " took=1.5s path=\"my data/\" empty=\"\" none=null",
        LOGFMT.render(event));
  }

  @Test
  void render_json() {
    LoggingEvent event = event("store open");
    event.addKeyValuePair(new KeyValuePair("groups", 12));
    event.addKeyValuePair(new KeyValuePair("ready", true));
    event.addKeyValuePair(new KeyValuePair("ratio", Double.NaN));
    event.addKeyValuePair(new KeyValuePair("path", "my data/"));
    event.addKeyValuePair(new KeyValuePair("none", null));

    assertEquals(
        "{\"ts\":\"2026-01-02T03:04:05.678Z\",\"caller\":\"Store\",\"level\":\"info\","
            + "\"msg\":\"store open\",\"groups\":12,\"ready\":true,\"ratio\":\"NaN\","
            + "\"path\":\"my data/\",\"none\":null}",
        JSON.render(event));
  }

  @Test
  void render_hostileText_isEscapedOnOneLine() {
    LoggingEvent event = event(HOSTILE);
    event.addKeyValuePair(new KeyValuePair("k e=y\n", HOSTILE));
    String escaped = "\"a\\\"b\\\\c\\r\\nlevel=error\\t\\u0000\\u001b[31m\\u2028\\u0085\\ud800\"";

    String logfmt = LOGFMT.render(event);
    assertTrue(logfmt.endsWith(" msg=" + escaped + " k_e_y_=" + escaped), logfmt);
    String json = JSON.render(event);
    assertTrue(json.endsWith(",\"msg\":" + escaped + ",\"k e=y\\n\":" + escaped + "}"), json);
  }

  @Test
  void render_everyCharacter_isOneLine() {
    StringBuilder all = new StringBuilder();
    for (int c = 0; c <= 0xffff; c++) {
      all.append((char) c);
    }
    LoggingEvent event = event(all.toString());

    for (String line : new String[] {LOGFMT.render(event), JSON.render(event)}) {
      assertEquals(1, line.split("\\R", -1).length);
      assertFalse(line.chars().anyMatch(Character::isISOControl));
    }
  }

  @Test
  void render_readableText_isKept() {
    assertTrue(
        LOGFMT
            .render(event("gr\u00f6\u00dfe \ud83d\ude00"))
            .contains("gr\u00f6\u00dfe \ud83d\ude00"));
  }

  @Test
  void render_keysOfTheLineItself_areRenamed() {
    LoggingEvent event = event("m");
    event.addKeyValuePair(new KeyValuePair("level", "x"));
    event.addKeyValuePair(new KeyValuePair("level", "y"));

    String line = LOGFMT.render(event);
    assertTrue(line.endsWith(" logged_level=x logged_logged_level=y"), line);
  }

  @Test
  void render_throwable_isOneKey() {
    LoggingEvent event = event("m", new IllegalStateException("a\nb", new IOException("disk")));

    String line = LOGFMT.render(event);
    assertTrue(
        line.endsWith(
            " msg=m err=\"java.lang.IllegalStateException: a\\nb: java.io.IOException: disk\""),
        line);
  }

  @Test
  void render_throwableAtDebug_hasItsStackTraceOnTheSameLine() {
    LoggingEvent event = event("m", new IllegalStateException("a"));

    String line = new LogLine(Logging.Format.LOGFMT, true).render(event);
    assertTrue(line.contains(" err=\"java.lang.IllegalStateException: a\" stack=\""), line);
    assertTrue(line.contains("at io.holdfast.server.logging.LogLineTest."), line);
    assertEquals(1, line.lines().count());
  }

  @Test
  void render_longValue_isCut_andSaysHowLongItWas() {
    LoggingEvent event = event("x".repeat(60_000));
    event.addKeyValuePair(new KeyValuePair("k", "\u0001".repeat(5_000)));

    for (LogLine line : List.of(LOGFMT, new LogLine(Logging.Format.JSON, false))) {
      String rendered = line.render(event);
      assertTrue(rendered.contains("xxx... (60000 characters)"), rendered);
      assertTrue(rendered.contains("\\u0001... (5000 characters)"), rendered);
      assertTrue(rendered.length() < 7 * LogLine.LONGEST_VALUE + 200, rendered);
    }
  }

  private static LoggingEvent event(String message) {
    return event(message, null);
  }

  private static LoggingEvent event(String message, Throwable thrown) {
    var logger = new LoggerContext().getLogger("io.holdfast.storage.Store");
    var event = new LoggingEvent("", logger, Level.INFO, message, thrown, null);
    event.setInstant(Instant.parse("2026-01-02T03:04:05.678Z"));
    return event;
  }
}
