package io.holdfast.server.webconfig;

import io.holdfast.server.access.Credentials;
import io.holdfast.server.access.PasswordChecks;
import io.holdfast.server.access.PasswordChecks.Answer;
import io.holdfast.server.access.RateLimit;
import io.holdfast.server.access.TokenBucket;
import io.holdfast.server.access.Users;
import io.holdfast.server.http.Exchange;
import io.holdfast.server.http.NonThrowingHandler;
import io.holdfast.server.metrics.WebConfigMetrics;
import io.holdfast.server.metrics.WebConfigMetrics.Reason;
import io.holdfast.storage.Refusal;
import java.util.Map;
import java.util.function.LongSupplier;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/**
 * The handler that accepts or refuses requests before their route is looked at. Every route is
 * protected alike, as with the Pushgateway. Never blocks.
 *
 * <p>The order is the exporter-toolkit's: rate limit, headers, password. So a request with a wrong
 * password counts against the limit, and its answer has the headers. An answer to a request beyond
 * the limit has no such headers.
 */
final class AccessHandler extends Handler.Wrapper {
  private static final Refusal TOO_MANY =
      new Refusal(
          Refusal.Code.TOO_MANY_CREDENTIALS, "too many passwords are waiting to be checked");

  private final NonThrowingHandler next;
  private final PasswordChecks passwords;
  private final WebConfigMetrics metrics;
  private final LongSupplier nanos;
  private volatile Rules rules;

  /** The rules for a request. One request uses one set of rules. */
  private record Rules(Map<String, String> headers, Users users, @Nullable TokenBucket bucket) {}

  AccessHandler(
      NonThrowingHandler next,
      WebConfig config,
      PasswordChecks passwords,
      WebConfigMetrics metrics,
      LongSupplier nanos) {
    super(false, next);
    this.next = next;
    this.passwords = passwords;
    this.metrics = metrics;
    this.nanos = nanos;
    this.rules = rules(config, null);
  }

  /** Returns whether requests need a password now. */
  boolean hasUsers() {
    return !rules.users().isEmpty();
  }

  /** Uses a configuration from the next request on. One thread at a time calls this. */
  void use(WebConfig config) {
    rules = rules(config, rules.bucket());
  }

  /** Returns the rules. An unchanged rate limit keeps its bucket. */
  private Rules rules(WebConfig config, @Nullable TokenBucket before) {
    RateLimit limit = config.rateLimit();
    TokenBucket bucket = null;
    if (limit != null) {
      bucket =
          before != null && before.limit().equals(limit) ? before : new TokenBucket(limit, nanos);
    }
    return new Rules(config.headers(), config.users(), bucket);
  }

  @Override
  public boolean handle(Request request, Response response, Callback callback) {
    Exchange exchange = new Exchange(request, response, callback);
    Rules now = rules;
    if (now.bucket() != null && !now.bucket().tryTake()) {
      metrics.requestRefused(Reason.RATE_LIMIT);
      exchange.refuse(429, "Too Many Requests");
      return true;
    }
    now.headers().forEach(response.getHeaders()::put);
    if (now.users().isEmpty()) {
      return next.handle(request, response, callback);
    }
    Credentials credentials = Credentials.parse(exchange.header(HttpHeader.AUTHORIZATION));
    if (credentials == null) {
      refuse(exchange);
    } else {
      go(
          exchange,
          passwords.check(
              now.users(),
              credentials,
              Request.getRemoteAddr(request),
              answer -> goLater(exchange, answer)));
    }
    return true;
  }

  private void go(Exchange exchange, Answer answer) {
    switch (answer) {
      case RIGHT -> next.handle(exchange.request(), exchange.response(), exchange.callback());
      case WRONG -> refuse(exchange);
      case LATER -> {}
      case TOO_MANY -> {
        metrics.requestRefused(Reason.TOO_MANY_CREDENTIALS);
        exchange.refuseForNow(TOO_MANY);
      }
    }
  }

  /**
   * Goes on with a request on another thread. The thread that checked its password goes on with the
   * next check.
   */
  private void goLater(Exchange exchange, Answer answer) {
    exchange
        .request()
        .getComponents()
        .getExecutor()
        .execute(() -> exchange.guarded(() -> go(exchange, answer)));
  }

  private void refuse(Exchange exchange) {
    metrics.requestRefused(Reason.CREDENTIALS);
    exchange.response().getHeaders().put(HttpHeader.WWW_AUTHENTICATE, "Basic");
    exchange.refuse(401, "Unauthorized");
  }
}
