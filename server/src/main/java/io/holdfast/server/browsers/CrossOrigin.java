package io.holdfast.server.browsers;

import io.holdfast.server.config.Options;
import io.holdfast.server.http.Exchange;
import java.util.regex.Pattern;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.jspecify.annotations.Nullable;

/**
 * The rule that tells browsers which sites' pages can read the API. The default is all sites, as
 * with the Pushgateway. Immutable.
 *
 * @param origins matches a whole origin; null for all
 */
public record CrossOrigin(@Nullable Pattern origins) {
  private static final int LONGEST_ORIGIN = 512;

  /**
   * Returns the rule for the origins that the expression matches.
   *
   * @param regex of {@code --web.cors.origin}
   */
  public static CrossOrigin of(String regex) {
    boolean isEvery = regex.equals(Options.Browsers.EVERY_ORIGIN);
    return new CrossOrigin(isEvery ? null : Pattern.compile(regex));
  }

  /**
   * Adds the headers that a browser needs before it gives the answer to a page of another origin.
   */
  public void allow(Exchange exchange) {
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
