package io.holdfast.server;

import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.jspecify.annotations.Nullable;

/**
 * Tells browsers which sites' pages may read the API: all of them by default, as with the
 * Pushgateway. Immutable.
 *
 * @param origins matches a whole origin; null for all
 */
record CrossOrigin(@Nullable Pattern origins) {
  static final String EVERY_ORIGIN = ".*";
  private static final int LONGEST_ORIGIN = 512;

  /**
   * @param regex of {@code --web.cors.origin}
   * @throws IllegalArgumentException if it is none
   */
  static CrossOrigin of(String regex) {
    try {
      return new CrossOrigin(regex.equals(EVERY_ORIGIN) ? null : Pattern.compile(regex));
    } catch (PatternSyntaxException e) {
      throw new IllegalArgumentException(
          "\"" + regex + "\" (expected: a regular expression; " + e.getDescription() + ")", e);
    }
  }

  /** Adds what a browser must be told before a page of another origin may ask. */
  void allow(Exchange exchange) {
    HttpFields.Mutable headers = exchange.response().getHeaders();
    headers.put(HttpHeader.CACHE_CONTROL, "no-cache, no-store, must-revalidate");
    String allowed = "*";
    if (origins != null) {
      headers.put(HttpHeader.VARY, HttpHeader.ORIGIN.asString());
      String origin = exchange.header(HttpHeader.ORIGIN);
      if (origin == null
          || origin.length() > LONGEST_ORIGIN
          || !origins.matcher(origin).matches()) {
        return;
      }
      allowed = origin;
    }
    headers.put("Access-Control-Allow-Headers", "Accept, Authorization, Content-Type, Origin");
    headers.put("Access-Control-Allow-Methods", "GET, POST, DELETE, OPTIONS");
    headers.put("Access-Control-Allow-Origin", allowed);
    headers.put("Access-Control-Expose-Headers", "Date");
  }
}
