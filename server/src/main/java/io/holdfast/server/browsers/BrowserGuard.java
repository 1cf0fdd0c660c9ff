package io.holdfast.server.browsers;

import io.holdfast.server.config.FlagTable;
import io.holdfast.server.http.Exchange;
import io.holdfast.server.http.NonThrowingHandler;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/**
 * The guard against requests that pages of other sites make browsers send. The guard refuses
 * pushes, deletes and {@code /-/quit} alike, before the route is looked at. Requests of other
 * programs pass unchanged.
 *
 * <h2>Two rules</h2>
 *
 * A request that changes something and comes from another site is 403 ({@link SameOrigin}).
 *
 * <p>A browser's request to a host name that a stranger can own is 421 ({@link KnownHosts}). By DNS
 * rebinding, a page of such a name counts as this server's own page. A server with passwords or TLS
 * needs no such rule. A browser sends a password only to a name for which its user typed the
 * password. Over TLS, the server has no certificate for a stranger's name.
 *
 * <h2>The marks of a browser</h2>
 *
 * Jobs push to host names that this machine does not know, such as names of a Kubernetes service.
 * Such pushes must pass. So the marks of a browser are headers that a page's script can neither
 * omit nor change. No client library sends them:
 *
 * <ul>
 *   <li>{@code Origin}: with every request that changes something;
 *   <li>{@code Sec-Fetch-Site}: over TLS and to localhost;
 *   <li>{@code Accept-Language}, for reads over plain HTTP, where browsers send neither. The {@code
 *       fetch} of Node.js sends it too, with {@code Sec-Fetch-Mode} and without a site. No browser
 *       sends that pair.
 * </ul>
 *
 * {@code User-Agent} is no mark: PowerShell's begins with {@code Mozilla/}, and scripts can set it
 * in Firefox and Safari. {@code Referer} is no mark: a page can suppress it. The route makes no
 * difference. Otherwise a page could read at {@code /metrics} the data that other routes deny.
 */
public final class BrowserGuard extends Handler.Wrapper implements NonThrowingHandler {
  static final String FETCH_SITE = "Sec-Fetch-Site";
  private static final String FETCH_MODE = "Sec-Fetch-Mode";

  /** The longest name in DNS. */
  private static final int LONGEST_NAME = 253;

  private static final Set<String> READING = Set.of("GET", "HEAD", "OPTIONS");

  /** The reason why a browser's request was refused. */
  public enum Reason {
    FOREIGN_SITE,
    UNKNOWN_HOST
  }

  /**
   * The rules that decide about a request.
   *
   * @param hasUsers whether requests need a password, at this moment
   */
  public record Rules(SameOrigin origin, KnownHosts hosts, BooleanSupplier hasUsers) {}

  private final NonThrowingHandler next;
  private final Rules rules;
  private final Consumer<Reason> refused;

  /**
   * Creates the guard before a handler.
   *
   * @param refused told of the reason of each refusal
   */
  public BrowserGuard(NonThrowingHandler next, Rules rules, Consumer<Reason> refused) {
    super(false, next);
    this.next = next;
    this.rules = rules;
    this.refused = refused;
  }

  @Override
  public boolean handle(Request request, Response response, Callback callback) {
    Exchange exchange = new Exchange(request, response, callback);
    boolean isReading = READING.contains(request.getMethod());
    if (!isReading && rules.origin.isForeign(exchange)) {
      refused.accept(Reason.FOREIGN_SITE);
      exchange.refuse(403, SameOrigin.REFUSAL);
      return true;
    }
    if (isBrowser(request.getHeaders(), isReading)
        && !request.isSecure()
        && !rules.hosts.isKnown(exchange.host())
        && !rules.hasUsers.getAsBoolean()) {
      refused.accept(Reason.UNKNOWN_HOST);
      exchange.refuse(421, unknown(String.valueOf(exchange.host())));
      return true;
    }
    return next.handle(request, response, callback);
  }

  private static boolean isBrowser(HttpFields headers, boolean isReading) {
    if (headers.contains(HttpHeader.ORIGIN) || headers.contains(FETCH_SITE)) {
      return true;
    }
    return isReading
        && headers.contains(HttpHeader.ACCEPT_LANGUAGE)
        && !headers.contains(FETCH_MODE);
  }

  private static String unknown(String authority) {
    String name = KnownHosts.host(authority);
    String host = name.length() > LONGEST_NAME ? name.substring(0, LONGEST_NAME) : name;
    return "host: \""
        + host
        + "\" is no name that this server knows, so that another site's page may have sent this"
        + " (expected: an address, a name without a dot, or one given by --"
        + FlagTable.ALLOWED_HOST
        + " or --"
        + FlagTable.EXTERNAL_URL
        + "). If it is this server's name, start it with --"
        + FlagTable.ALLOWED_HOST
        + "="
        + host;
  }
}
