package io.holdfast.server.browsers;

import io.holdfast.server.http.Exchange;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import org.eclipse.jetty.http.HttpHeader;
import org.jspecify.annotations.Nullable;

/**
 * The rule that detects a browser's request for a page of another site. Browsers mark such requests
 * with {@code Sec-Fetch-Site}, or over plain HTTP with {@code Origin} alone. Other clients send no
 * such header.
 */
public final class SameOrigin {
  public static final String REFUSAL =
      "Changes from pages of other sites are refused (expected: a request from this server's own"
          + " page, or from a client that is no browser).";

  private static final String HTTP_PORT = ":80";
  private static final String HTTPS_PORT = ":443";

  /** The authority of the external URL; empty if no URL is given. */
  private final String externalAuthority;

  /**
   * Creates the rule.
   *
   * @param externalUrl the address of this server for clients behind a proxy, or empty
   */
  public SameOrigin(String externalUrl) {
    this.externalAuthority = externalUrl.isEmpty() ? "" : authority(externalUrl);
  }

  /** Returns whether the request certainly comes from another site. */
  boolean isForeign(Exchange exchange) {
    String site = exchange.request().getHeaders().get(BrowserGuard.FETCH_SITE);
    if (site != null) {
      return !site.equals("same-origin") && !site.equals("none");
    }
    String origin = exchange.header(HttpHeader.ORIGIN);
    return origin != null && !isOwn(origin, exchange.host());
  }

  /** Returns whether the request certainly comes from this server's own page. */
  public boolean isOwn(Exchange exchange) {
    String site = exchange.request().getHeaders().get(BrowserGuard.FETCH_SITE);
    if (site != null) {
      return site.equals("same-origin");
    }
    String origin = exchange.header(HttpHeader.ORIGIN);
    return origin != null && isOwn(origin, exchange.host());
  }

  /**
   * Returns whether the origin is this server. The scheme is not compared, because a proxy can
   * change it. A proxy can change the host too, so the external URL counts as well.
   */
  private boolean isOwn(String origin, @Nullable String host) {
    String authority = authority(origin);
    return !authority.isEmpty()
        && ((host != null && authority.equals(withoutDefaultPort(host)))
            || authority.equals(externalAuthority));
  }

  /**
   * Returns host and port, in lower case. Returns an empty text for a URL without a host, such as
   * {@code null}.
   */
  private static String authority(String url) {
    try {
      String authority = new URI(url).getRawAuthority();
      return authority == null ? "" : withoutDefaultPort(authority);
    } catch (URISyntaxException e) {
      return "";
    }
  }

  private static String withoutDefaultPort(String authority) {
    String lower = authority.toLowerCase(Locale.ROOT);
    String port = lower.endsWith(HTTP_PORT) ? HTTP_PORT : HTTPS_PORT;
    return lower.endsWith(port) ? lower.substring(0, lower.length() - port.length()) : lower;
  }
}
