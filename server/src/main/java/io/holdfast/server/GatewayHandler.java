package io.holdfast.server;

import io.holdfast.server.api.ApiHandler;
import io.holdfast.server.api.ClusterHandler;
import io.holdfast.server.api.GroupsDeleteHandler;
import io.holdfast.server.api.GroupsHandler;
import io.holdfast.server.backup.BackupHandler;
import io.holdfast.server.config.Limit;
import io.holdfast.server.http.BadEncodingException;
import io.holdfast.server.http.BodyReader;
import io.holdfast.server.http.ByteBudget;
import io.holdfast.server.http.ContentEncoding;
import io.holdfast.server.http.Exchange;
import io.holdfast.server.http.Gunzip;
import io.holdfast.server.http.NonThrowingHandler;
import io.holdfast.server.http.SlowBodies;
import io.holdfast.server.lifecycle.Health;
import io.holdfast.server.metrics.SelfMetrics;
import io.holdfast.server.page.PageHandler;
import io.holdfast.server.push.DeleteHandler;
import io.holdfast.server.push.PushHandler;
import io.holdfast.server.routing.RequestTarget;
import io.holdfast.server.routing.Route;
import io.holdfast.server.routing.Routes;
import io.holdfast.server.scrape.ScrapeHandler;
import io.holdfast.storage.Refusal;
import java.util.Optional;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.thread.Invocable;

/**
 * The handler that answers every request. It finds the request's route and calls the handler of
 * that route. Never blocks.
 */
final class GatewayHandler extends Handler.Abstract.NonBlocking implements NonThrowingHandler {
  private static final int MAX_GZIP_HEADER_BYTES = 16 << 10;

  private final Routes routes;
  private final Health health;
  private final SelfMetrics metrics;
  private final SlowBodies slowBodies;
  private final Handlers handlers;

  /** The handlers of the routes that need more than a line of code. */
  record Handlers(
      PushHandler pushes,
      DeleteHandler deletes,
      ScrapeHandler scrapes,
      ApiHandler api,
      BackupHandler backups,
      GroupsHandler groups,
      GroupsDeleteHandler groupDeletes,
      ClusterHandler cluster,
      PageHandler pages) {}

  GatewayHandler(
      Routes routes, Health health, SelfMetrics metrics, SlowBodies slowBodies, Handlers handlers) {
    this.routes = routes;
    this.health = health;
    this.metrics = metrics;
    this.slowBodies = slowBodies;
    this.handlers = handlers;
  }

  @Override
  public boolean handle(Request request, Response response, Callback callback) {
    Exchange exchange = new Exchange(request, response, callback);
    if (health.sendsClientsAway()) {
      // A Service of Kubernetes chooses a ready node for each connection, and not for each request.
      // Without the end of the connection, repeats of a client would all reach this node.
      exchange.announceClose();
    }
    RequestTarget target = RequestTarget.of(request.getHttpURI());
    Route route = routes.find(request.getMethod(), target.path(), target.query());
    boolean isDecompressed =
        ContentEncoding.isGzip(exchange.header(HttpHeader.CONTENT_ENCODING))
            && !routes.isApi(target.path());
    if (isDecompressed && !(route instanceof Route.Push)) {
      new GzipCheck(exchange, route).start();
    } else {
      dispatch(exchange, route);
    }
    return true;
  }

  /**
   * The check of a gzip header before routing. Upstream begins to decompress before it routes, so a
   * wrong beginning is 400 on every route.
   *
   * <p>The body is read with the rules for pushes. Otherwise a client that sends such a body
   * slowly, to any route, would hold a connection that cannot be closed.
   */
  private final class GzipCheck implements BodyReader.Receiver {
    private final Exchange exchange;
    private final Route route;
    private final BodyReader body;

    GzipCheck(Exchange exchange, Route route) {
      this.exchange = exchange;
      this.route = route;
      // The limit on connections already counts more memory for each than such a body takes here.
      ByteBudget own = new ByteBudget(MAX_GZIP_HEADER_BYTES);
      this.body =
          new BodyReader(
              exchange.request(),
              new BodyReader.BodyLimits(MAX_GZIP_HEADER_BYTES, own, slowBodies),
              Invocable.InvocationType.BLOCKING,
              this);
    }

    void start() {
      body.run();
    }

    @Override
    public void received(byte[] beginning) {
      exchange.guarded(
          () -> {
            try {
              Gunzip.checkHeader(beginning);
              dispatch(exchange, route);
            } catch (BadEncodingException e) {
              exchange.refuse(400, e.reason());
            }
          });
    }

    @Override
    public void limitExceeded(Limit limit) {
      exchange.guarded(() -> end(limit));
    }

    private void end(Limit limit) {
      if (body.isGivenUp()) {
        exchange.announceClose();
        metrics.limitExceeded(limit);
        exchange.refuse(limit.status(), limit.explain("body: did not arrive in time"));
      } else {
        // The body is longer than any header needs to be, and this route does not use it. The
        // request passes.
        dispatch(exchange, route);
      }
    }

    @Override
    public void failed(Throwable cause) {
      if (body.client().isOpen()) {
        exchange.callback().failed(cause);
      } else {
        exchange.callback().succeeded();
      }
    }
  }

  private void dispatch(Exchange exchange, Route route) {
    route.accept(new Dispatch(exchange));
  }

  /** The visitor that serves one request by its route. */
  private final class Dispatch implements Route.Visitor {
    private final Exchange exchange;

    Dispatch(Exchange exchange) {
      this.exchange = exchange;
    }

    @Override
    public void push(Route.Push route) {
      handlers.pushes().handle(exchange, route);
    }

    @Override
    public void delete(Route.Delete route) {
      handlers.deletes().delete(exchange, route);
    }

    @Override
    public void wipe() {
      handlers.deletes().wipe(exchange);
    }

    @Override
    public void exportBackup() {
      handlers.backups().exportAll(exchange);
    }

    @Override
    public void importBackup() {
      handlers.backups().importAll(exchange);
    }

    @Override
    public void scrape() {
      handlers.scrapes().handle(exchange);
    }

    @Override
    public void apiStatus() {
      handlers.api().status(exchange);
    }

    @Override
    public void apiMetrics() {
      handlers.api().metrics(exchange);
    }

    @Override
    public void apiGroups() {
      handlers.groups().list(exchange);
    }

    @Override
    public void deleteGroups() {
      handlers.groupDeletes().delete(exchange);
    }

    @Override
    public void deleteGroupsDisabled() {
      handlers.groupDeletes().refuse(exchange);
    }

    @Override
    public void apiOptions() {
      handlers.api().options(exchange);
    }

    @Override
    public void cluster() {
      handlers.cluster().handle(exchange);
    }

    @Override
    public void healthy() {
      answerProbe("healthy", health.trouble(), 500);
    }

    @Override
    public void ready() {
      answerProbe("ready", health.unready(), 503);
    }

    private void answerProbe(String handler, Optional<Refusal> trouble, int statusInTrouble) {
      int status = trouble.isPresent() ? statusInTrouble : 200;
      metrics.requestAnswered(handler, exchange.method(), status);
      if (trouble.isPresent() && status == 503) {
        exchange.refuseProbe(trouble.get());
      } else if (trouble.isPresent()) {
        // The text is the Pushgateway's.
        exchange.refuse(status, trouble.get().text());
      } else {
        exchange.answer(status, "OK");
      }
    }

    @Override
    public void quit() {
      exchange.answer(200, "Requesting termination... Goodbye!");
      health.lifecycle().requestQuit();
    }

    @Override
    public void quitDisabled() {
      exchange.answer(403, "Lifecycle API is not enabled.");
    }

    @Override
    public void home() {
      handlers.pages().home(exchange);
    }

    @Override
    public void status() {
      handlers.pages().status(exchange);
    }

    @Override
    public void group(Route.Group route) {
      handlers.pages().group(exchange, route);
    }

    @Override
    public void groupDeletion(Route.GroupDeletion route) {
      handlers.pages().delete(exchange, route);
    }

    @Override
    public void wipeQuestion() {
      handlers.pages().wipeQuestion(exchange);
    }

    @Override
    public void pageWipe() {
      handlers.pages().wipe(exchange);
    }

    @Override
    public void foundQuestion() {
      handlers.pages().foundQuestion(exchange);
    }

    @Override
    public void pageDeleteFound() {
      handlers.pages().deleteFound(exchange);
    }

    @Override
    public void asset(Route.Asset route) {
      handlers.pages().asset(exchange, route);
    }

    @Override
    public void redirect(Route.Redirect route) {
      exchange.redirect(route.status(), route.location());
    }

    @Override
    public void notFound() {
      exchange.refuse(404, "404 page not found");
    }

    @Override
    public void allowedMethods(Route.AllowedMethods route) {
      exchange.response().getHeaders().put(HttpHeader.ALLOW, route.allow());
      exchange.answer(200);
    }

    @Override
    public void methodNotAllowed(Route.MethodNotAllowed route) {
      if (route.allow() == null) {
        exchange.answer(405, route.reason());
      } else {
        exchange.response().getHeaders().put(HttpHeader.ALLOW, route.allow());
        exchange.refuse(405, route.reason());
      }
    }

    @Override
    public void badRequest(Route.BadRequest route) {
      if (route.handler() != null) {
        metrics.requestAnswered(route.handler(), exchange.method(), 400);
        handlers.pushes().refuseBadPath(exchange, route.reason());
      }
      exchange.refuse(400, route.reason());
    }
  }
}
