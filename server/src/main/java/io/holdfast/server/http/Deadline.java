package io.holdfast.server.http;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.OffsetDateTime;
import org.jspecify.annotations.Nullable;

/**
 * Until when a client waits for its change, as it says in a header of the request. A request that
 * was held up on its way must not take effect after the client has gone on elsewhere.
 *
 * @param end null if the client does not say
 */
public record Deadline(@Nullable Instant end, InstantSource clock) {
  static final String HEADER = "Holdfast-Deadline";

  /** Precondition failed: nothing was changed, and nobody should try this request again. */
  public static final int STATUS = 412;

  private static final double NANOS_PER_SECOND = 1e9;
  private static final double LATEST_UNIX_SECONDS = 1e11;

  /**
   * The deadline of a request.
   *
   * @throws IllegalArgumentException if its header is not a time, for the client
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

  /** Why a change is refused whose deadline has passed. */
  public String reason() {
    return HEADER + ": " + end + " has passed on this node's clock; nothing was changed";
  }
}
