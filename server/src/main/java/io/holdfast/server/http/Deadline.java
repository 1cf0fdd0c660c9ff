package io.holdfast.server.http;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.OffsetDateTime;
import org.jspecify.annotations.Nullable;

/**
 * The time until which a client waits for its change, as a header of the request gives it. A
 * delayed request must not take effect after its client has moved on to another node.
 *
 * @param end null if the request has no such header
 */
public record Deadline(@Nullable Instant end, InstantSource clock) {
  static final String HEADER = "Holdfast-Deadline";

  /** Precondition failed: nothing was changed, and a repetition of this request is of no use. */
  public static final int STATUS = 412;

  private static final double NANOS_PER_SECOND = 1e9;
  private static final double LATEST_UNIX_SECONDS = 1e11;

  /**
   * Returns the deadline of a request.
   *
   * @throws IllegalArgumentException if the header is not a time; the message is for the client
   */
  public static Deadline of(Exchange exchange, InstantSource clock) {
    return parse(exchange.request().getHeaders().get(HEADER), clock);
  }

  static Deadline parse(@Nullable String text, InstantSource clock) {
    if (text == null) {
      return new Deadline(null, clock);
    }
    try {
      return new Deadline(
          text.indexOf('T') < 0 ? ofUnixSeconds(text) : OffsetDateTime.parse(text).toInstant(),
          clock);
    } catch (DateTimeException | NumberFormatException e) {
      throw new IllegalArgumentException(
          HEADER
              + ": \""
              + text
              + "\" (expected: a time in Unix seconds or as in RFC 3339, 2026-01-31T12:00:00Z)",
          e);
    }
  }

  private static Instant ofUnixSeconds(String text) {
    double seconds = Double.parseDouble(text);
    if (!(seconds >= 0 && seconds < LATEST_UNIX_SECONDS)) {
      throw new NumberFormatException(text);
    }
    return Instant.EPOCH.plus(
        Duration.ofSeconds((long) seconds, (long) (seconds % 1 * NANOS_PER_SECOND)));
  }

  public boolean hasPassed() {
    return end != null && clock.instant().isAfter(end);
  }

  /** Returns the reason why a change after its deadline is refused. */
  public String reason() {
    return HEADER + ": " + end + " has passed on this node's clock; nothing was changed";
  }
}
