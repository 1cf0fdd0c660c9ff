package io.holdfast.server.browsers;

import io.holdfast.server.http.Exchange;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import org.eclipse.jetty.http.HttpHeader;
import org.jspecify.annotations.Nullable;

/**
 * Tells whether a page of another site has made a browser send a request. The browser says so: in
 * {@code Sec-Fetch-Site}, or in {@code Origin} alone over plain HTTP. Other clients say nothing.
 */
public final class SameOrigin {
  public static final String REFUSAL =
      "Changes from pages of other sites are refused (expected: a request from this server's own"
          + " page, or from a client that is no browser).";

  private static final String HTTP_PORT = ":80";
  private static final String HTTPS_PORT = ":443";

  /** Of the external URL; empty if none is given. */
  private final String externalAuthority;

  /**
   * @param externalUrl empty, or where clients reach this server through a proxy
   */
  public SameOrigin(String externalUrl) {
    this.externalAuthority = externalUrl.isEmpty() ? "" : authority(externalUrl);
  }

  /** Whether the request certainly comes from another site. */
  boolean isForeign(Exchange exchange) {
    String site = exchange.request().getHeaders().get(BrowserGuard.FETCH_SITE);
    if (site != null) {
      return !site.equals("same-origin") && !site.equals("none");
    }
    String origin = exchange.header(HttpHeader.ORIGIN);
    return origin != null && !isOwn(origin, exchange.host());
  }

  /** Whether the request certainly comes from this server's own page. */
  public boolean isOwn(Exchange exchange) {
    String site = exchange.request().getHeaders().get(BrowserGuard.FETCH_SITE);
    if (site != null) {
      return site.equals("same-origin");
    }
    String origin = exchange.header(HttpHeader.ORIGIN);
    return origin != null && isOwn(origin, exchange.host());
  }

  /** A proxy may change the host, and the scheme that we see is that behind it. */
  private boolean isOwn(String origin, @Nullable String host) {
    String authority = authority(origin);
    return !authority.isEmpty()
        && ((host != null && authority.equals(withoutDefaultPort(host)))
            || authority.equals(externalAuthority));
  }

  /** Host and port, in lower case; empty for what has none, such as {@code null}. */
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
