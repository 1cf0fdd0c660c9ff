package io.holdfast.server.push;

import io.holdfast.server.config.Options;
import io.holdfast.server.gocompat.GoDuration;
import io.holdfast.server.http.Exchange;
import java.time.Duration;
import java.util.List;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.util.Fields;
import org.jspecify.annotations.Nullable;

/**
 * The time after which the group of a push expires, unless another push comes. The time is in the
 * query parameter {@code ttl} or in the header {@code Holdfast-TTL}. Without both, {@code
 * --push.ttl} is the time.
 */
final class TimeToLive {
  static final String PARAMETER = "ttl";
  static final String HEADER = "Holdfast-TTL";

  private TimeToLive() {}

  /**
   * Returns the time to live of a push in milliseconds; 0 for never.
   *
   * @throws IllegalArgumentException if the request asks for none that it can have; the message is
   *     for the client
   */
  static long millisOf(Exchange exchange, Options.Expiry expiry) {
    String header = exchange.request().getHeaders().get(HEADER);
    String parameter = parameter(exchange.request());
    if (header != null && parameter != null && !header.equals(parameter)) {
      throw new IllegalArgumentException(
          "%s: \"%s\" (expected: \"%s\", as the parameter %s says; one of them is enough)"
              .formatted(HEADER, header, parameter, PARAMETER));
    }
    if (parameter != null) {
      return millis(PARAMETER, parameter, expiry);
    }
    return header == null ? expiry.ttl().toMillis() : millis(HEADER, header, expiry);
  }

  private static @Nullable String parameter(Request request) {
    String query = request.getHttpURI().getQuery();
    if (query == null || !query.contains(PARAMETER)) {
      return null;
    }
    Fields.Field field = Request.extractQueryParameters(request).get(PARAMETER);
    List<String> values = field == null ? List.of() : field.getValues();
    if (values.size() > 1) {
      throw new IllegalArgumentException(
          PARAMETER + ": given " + values.size() + " times (expected: once)");
    }
    return values.isEmpty() ? null : values.get(0);
  }

  static long millis(String place, String text, Options.Expiry expiry) {
    Duration ttl;
    try {
      ttl = GoDuration.parse(text);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(place + ": " + e.getMessage(), e);
    }
    boolean isLimited = !expiry.maxTtl().isZero();
    if (isLimited && (ttl.isZero() || ttl.compareTo(expiry.maxTtl()) > 0)) {
      throw new IllegalArgumentException(
          "%s: \"%s\" (expected: above 0 and at most %s, --push.max-ttl)"
              .formatted(place, text, GoDuration.format(expiry.maxTtl())));
    }
    // Less than a millisecond would mean never.
    return ttl.isZero() ? 0 : Math.max(1, ttl.toMillis());
  }
}
