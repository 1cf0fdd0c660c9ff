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
 * Refuses what pages of other sites make browsers send, before the route is looked at: pushes,
 * deletes and {@code /-/quit} alike. Requests of other programs pass unchanged.
 *
 * <h2>Two rules</h2>
 *
 * A request that changes something and comes from another site is 403 ({@link SameOrigin}).
 *
 * <p>A browser's request to a host name that a stranger can own is 421 ({@link KnownHosts}): by DNS
 * rebinding, a page of that name counts as this server's own. With passwords this rule is not
 * needed, because no browser sends one to a name for which nobody has typed it. Nor over TLS: no
 * certificate of ours is for a stranger's name.
 *
 * <h2>What shows a browser</h2>
 *
 * Jobs push to names that this machine does not know, such as those of a service in Kubernetes or
 * of a balancer, and must not notice any of this. So the marks are those that a page's script can
 * neither leave out nor change, and that no client library sends:
 *
 * <ul>
 *   <li>{@code Origin}: with every request that changes something;
 *   <li>{@code Sec-Fetch-Site}: over TLS and to localhost;
 *   <li>{@code Accept-Language}, for reads over plain HTTP, where browsers send neither. Node's own
 *       {@code fetch} sends it too, with {@code Sec-Fetch-Mode} and no site, which no browser does.
 * </ul>
 *
 * Not {@code User-Agent}: PowerShell's begins with {@code Mozilla/}, and scripts may set it in
 * Firefox and Safari. Not {@code Referer}: a page may forbid it. The route does not matter either,
 * or a page could read at {@code /metrics} what it may not read elsewhere.
 */
public final class BrowserGuard extends Handler.Wrapper implements NonThrowingHandler {
  static final String FETCH_SITE = "Sec-Fetch-Site";
  private static final String FETCH_MODE = "Sec-Fetch-Mode";

  /** Of DNS. */
  private static final int LONGEST_NAME = 253;

  private static final Set<String> READING = Set.of("GET", "HEAD", "OPTIONS");

  /** Why a browser's request was refused. */
  public enum Reason {
    FOREIGN_SITE,
    UNKNOWN_HOST
  }

  /**
   * Whose requests are whose.
   *
   * @param hasUsers whether requests need a password, at this moment
   */
  public record Rules(SameOrigin origin, KnownHosts hosts, BooleanSupplier hasUsers) {}

  private final NonThrowingHandler next;
  private final Rules rules;
  private final Consumer<Reason> refused;

  /**
   * @param refused hears why
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
