package io.holdfast.server.page;

import static java.util.Objects.requireNonNull;

import io.holdfast.cluster.replication.ClusterStatus;
import io.holdfast.proto.Excerpt;
import io.holdfast.server.browsers.SameOrigin;
import io.holdfast.server.config.Options;
import io.holdfast.server.gocompat.UrlPath;
import io.holdfast.server.http.ContentEncoding;
import io.holdfast.server.http.Exchange;
import io.holdfast.server.lifecycle.Health;
import io.holdfast.server.metrics.SelfMetrics;
import io.holdfast.server.routing.Route;
import io.holdfast.storage.Change;
import io.holdfast.storage.Exposition;
import io.holdfast.storage.GroupKey;
import io.holdfast.storage.GroupStore;
import io.holdfast.storage.ReadResult;
import io.holdfast.storage.Refusal;
import io.holdfast.storage.SelectedGroups;
import io.holdfast.storage.Selection;
import io.holdfast.storage.Snapshot;
import io.holdfast.storage.SnapshotException;
import io.holdfast.storage.SnapshotRead;
import io.holdfast.storage.WriteOutcome;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.zip.GZIPOutputStream;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Request;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The handler of the web page. A node that is not fresh can refuse a scrape. The page is always
 * shown, and is then marked as stale.
 */
public final class PageHandler {
  private static final String HTML = "text/html; charset=utf-8";

  /** Only this server's own files are loaded, and no other site can embed the page. */
  private static final String CONTENT_SECURITY_POLICY =
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self';"
          + " form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

  private static final String FOR_EVER = "public, max-age=31536000, immutable";

  /** The characters that are safe between quotes in a shell. */
  private static final Pattern HOST = Pattern.compile("[a-zA-Z0-9.:_\\[\\]-]+");

  private static final String READ_ONLY =
      "Nothing can be deleted on this page (--web.read-only-page). The API can.";

  private static final String NO_SEARCH =
      "There is no search whose groups could be deleted. Search on the list of groups first.";

  private static final Pattern COUNT = Pattern.compile("[0-9]{1,9}");

  private static final Logger log = LoggerFactory.getLogger(PageHandler.class);

  private final Pages pages;
  private final Options options;
  private final Health health;
  private final Supplier<ClusterStatus> cluster;
  private final SelfMetrics metrics;
  private final SameOrigin origin;

  public PageHandler(
      Pages pages,
      Options options,
      Health health,
      Supplier<ClusterStatus> cluster,
      SelfMetrics metrics) {
    this.pages = pages;
    this.options = options;
    this.health = health;
    this.cluster = cluster;
    this.metrics = metrics;
    this.origin = new SameOrigin(options.web().paths().externalUrl());
  }

  /** Shows the list of groups. */
  public void home(Exchange exchange) {
    whenRead(
        exchange,
        (exposition, staleReason) ->
            send(
                exchange,
                "status",
                pages.groups(
                    node(staleReason), exposition, parameters(exchange), pushUrl(exchange))));
  }

  private boolean isReadOnly() {
    return !options.web().permissions().pageDeletes();
  }

  private GroupStore store() {
    return health.store();
  }

  /** Shows the state of this node. */
  public void status(Exchange exchange) {
    whenRead(
        exchange,
        (exposition, staleReason) -> {
          Pages.Storage storage =
              new Pages.Storage(
                  options.storage().path().toString(),
                  store().sizeBytes(),
                  exposition,
                  store().queueDepth());
          send(exchange, "status", pages.status(node(staleReason), storage));
        });
  }

  private interface Shown {
    void show(Exposition exposition, @Nullable String staleReason);
  }

  private void whenRead(Exchange exchange, Shown shown) {
    CompletableFuture<ReadResult> unused =
        store()
            .read()
            .whenComplete(
                (result, failure) -> exchange.later(() -> show(requireNonNull(result), shown)));
  }

  private void show(ReadResult result, Shown shown) {
    if (result instanceof ReadResult.Fresh fresh) {
      shown.show(fresh.exposition(), null);
    } else if (result instanceof ReadResult.Stale stale) {
      shown.show(stale.exposition(), stale.reason());
    } else if (result instanceof ReadResult.Unavailable unavailable) {
      shown.show(store().exposition(), unavailable.refusal().text());
    }
  }

  private Node node(@Nullable String staleReason) {
    return new Node(
        options.cluster() == null ? null : cluster.get(),
        health.unready().map(Refusal::text).orElse(null),
        staleReason,
        store().unwritable().map(Refusal::text).orElse(null));
  }

  /** Shows one group, or asks whether to delete it. */
  public void group(Exchange exchange, Route.Group route) {
    GroupKey key = GroupKey.of(route.groupingLabels());
    Map<String, String> parameters = parameters(exchange);
    if ("delete".equals(parameters.get("confirm"))) {
      exchange.later(() -> send(exchange, "group", question(key)));
      return;
    }
    CompletableFuture<Void> unused =
        store()
            .readSnapshot()
            .thenCompose(this::orWhatIsHere)
            .handle(
                (result, failure) -> {
                  exchange.later(() -> show(exchange, key, result, failure));
                  return null;
                });
  }

  private Pages.Page question(GroupKey key) {
    return isReadOnly()
        ? pages.message(403, node(null), "Delete", READ_ONLY)
        : pages.confirmDelete(node(null), key);
  }

  /** Asks whether to delete every group. */
  public void wipeQuestion(Exchange exchange) {
    exchange.later(() -> send(exchange, "status", wipeQuestion()));
  }

  private Pages.Page wipeQuestion() {
    return isReadOnly()
        ? pages.message(403, node(null), "Delete all groups", READ_ONLY)
        : pages.confirmWipe(node(null), store().exposition());
  }

  /** Asks whether to delete the groups that a search finds. */
  public void foundQuestion(Exchange exchange) {
    Map<String, String> parameters = parameters(exchange);
    if (isReadOnly() || !Pages.isFiltered(parameters)) {
      exchange.later(() -> send(exchange, "status", notAsked()));
      return;
    }
    whenRead(
        exchange,
        (exposition, staleReason) -> {
          int count = pages.select(exposition, parameters).size();
          send(exchange, "status", pages.confirmFound(node(staleReason), parameters, count, null));
        });
  }

  /** Returns the refusal of a deletion that is off, or has no search. */
  private Pages.Page notAsked() {
    return isReadOnly()
        ? pages.message(403, node(null), "Delete the groups found", READ_ONLY)
        : pages.message(400, node(null), "Not deleted", NO_SEARCH);
  }

  /**
   * Returns the read result, or the local snapshot in place of a refusal. The caller closes the
   * result.
   */
  private CompletableFuture<SnapshotRead> orWhatIsHere(SnapshotRead result) {
    return result instanceof SnapshotRead.Unavailable unavailable
        ? store()
            .snapshot()
            .thenApply(snapshot -> new SnapshotRead.Stale(snapshot, unavailable.refusal().text()))
        : CompletableFuture.completedFuture(result);
  }

  private void show(
      Exchange exchange, GroupKey key, @Nullable SnapshotRead result, @Nullable Throwable failure) {
    if (result instanceof SnapshotRead.Fresh fresh) {
      show(exchange, key, fresh.snapshot(), null);
    } else if (result instanceof SnapshotRead.Stale stale) {
      show(exchange, key, stale.snapshot(), stale.reason());
    } else {
      unreadable(exchange, SnapshotRead.refusal(failure));
    }
  }

  private void show(
      Exchange exchange, GroupKey key, Snapshot snapshot, @Nullable String staleReason) {
    Pages.Page page;
    try (snapshot) {
      page = pages.group(node(staleReason), snapshot, key, parameters(exchange), pushUrl(exchange));
    } catch (SnapshotException e) {
      unreadable(exchange, new Refusal(Refusal.Code.STORE_FAILED, String.valueOf(e.getMessage())));
      return;
    }
    send(exchange, "group", page);
  }

  private void unreadable(Exchange exchange, Refusal refusal) {
    exchange.markRefused(refusal);
    send(
        exchange,
        "group",
        pages.message(503, node(null), "Not readable now", "The group cannot be read: " + refusal));
  }

  /** Returns the address of pushes, with the host by which the page's user reaches this server. */
  private String pushUrl(Exchange exchange) {
    Options.Paths paths = options.web().paths();
    if (!paths.externalUrl().isEmpty()) {
      String url = paths.externalUrl();
      return (url.endsWith("/") ? url.substring(0, url.length() - 1) : url) + "/metrics";
    }
    String host = exchange.host();
    String scheme = exchange.request().isSecure() ? "https" : "http";
    boolean isUsable = host != null && HOST.matcher(host).matches();
    return scheme
        + "://"
        + (isUsable ? host : "localhost:" + Request.getLocalPort(exchange.request()))
        + UrlPath.encode(UrlPath.toByteString(paths.routePrefix()))
        + "/metrics";
  }

  /** Deletes one group. Only for requests of the page itself. */
  public void delete(Exchange exchange, Route.GroupDeletion route) {
    submit(exchange, new Change.Delete(GroupKey.of(route.groupingLabels())));
  }

  /** Deletes every group. Only for requests of the page itself. */
  public void wipe(Exchange exchange) {
    submit(exchange, new Change.Wipe());
  }

  /**
   * Deletes the groups that a search finds, if they are as many as the question has named. Only for
   * requests of the page itself.
   */
  public void deleteFound(Exchange exchange) {
    Map<String, String> parameters = parameters(exchange);
    String named = parameters.getOrDefault(FoundGroups.COUNT, "");
    if (isRefused(exchange)) {
      return;
    }
    if (!Pages.isFiltered(parameters) || !COUNT.matcher(named).matches()) {
      exchange.later(() -> send(exchange, "status", notAsked()));
      return;
    }
    int before = Integer.parseInt(named);
    exchange.whenSelected(
        store(),
        exposition -> pages.select(exposition, parameters),
        () -> false,
        selection -> deleteFound(exchange, parameters, before, selection));
  }

  private void deleteFound(
      Exchange exchange, Map<String, String> parameters, int before, Selection selection) {
    if (selection instanceof Selection.Unavailable unavailable) {
      answer(exchange, new WriteOutcome.Unavailable(unavailable.refusal()));
      return;
    }
    SelectedGroups groups = ((Selection.Selected) selection).groups();
    if (groups.size() != before) {
      send(exchange, "status", pages.confirmFound(node(null), parameters, groups.size(), before));
      return;
    }
    exchange.whenDecided(
        store().delete(groups, () -> false),
        outcome -> {
          if (!(outcome instanceof WriteOutcome.Unavailable)) {
            log.atInfo()
                .addKeyValue("groups", groups.size())
                .addKeyValue("search", Excerpt.of(exchange.request().getHttpURI().getQuery()))
                .addKeyValue("source", exchange.remoteAddress())
                .log("groups deleted by search");
          }
          exchange.later(() -> answer(exchange, outcome));
        },
        () -> {});
  }

  /** Refuses a deletion that is off, or that the page has not sent. Returns whether it has. */
  private boolean isRefused(Exchange exchange) {
    if (!isReadOnly() && origin.isOwn(exchange)) {
      return false;
    }
    String reason = isReadOnly() ? READ_ONLY : SameOrigin.REFUSAL;
    exchange.later(
        () -> send(exchange, "group", pages.message(403, node(null), "Not deleted", reason)));
    return true;
  }

  private void submit(Exchange exchange, Change change) {
    if (isRefused(exchange)) {
      return;
    }
    exchange.whenDecided(
        store().submit(change),
        outcome -> exchange.later(() -> answer(exchange, outcome)),
        () -> {});
  }

  private void answer(Exchange exchange, WriteOutcome outcome) {
    if (outcome instanceof WriteOutcome.Unavailable unavailable) {
      exchange.markRefused(unavailable.refusal());
      send(
          exchange,
          "group",
          pages.message(503, node(null), "Not deleted", "Not deleted: " + unavailable.refusal()));
    } else {
      metrics.requestAnswered("group", exchange.method(), 303);
      exchange.response().getHeaders().put(HttpHeader.LOCATION, pages.listAddress());
      exchange.answer(303);
    }
  }

  /** Sends a file of the page. */
  public void asset(Exchange exchange, Route.Asset route) {
    Assets.Asset asset = pages.assets().get(route.name()).orElse(null);
    metrics.requestAnswered("static", exchange.method(), asset == null ? 404 : 200);
    if (asset == null) {
      exchange.refuse(404, "404 page not found");
      return;
    }
    secure(exchange);
    exchange.response().getHeaders().put(HttpHeader.CACHE_CONTROL, FOR_EVER);
    answer(exchange, 200, asset.contentType(), asset.content());
  }

  private void send(Exchange exchange, String handler, Pages.Page page) {
    metrics.requestAnswered(handler, exchange.method(), page.status());
    secure(exchange);
    exchange.response().getHeaders().put(HttpHeader.CACHE_CONTROL, "no-cache");
    answer(exchange, page.status(), HTML, page.html());
  }

  private static void secure(Exchange exchange) {
    HttpFields.Mutable headers = exchange.response().getHeaders();
    headers.put("Content-Security-Policy", CONTENT_SECURITY_POLICY);
    headers.put("X-Content-Type-Options", "nosniff");
    // With "no-referrer", browsers would also hide the origin of the page's own forms.
    headers.put("Referrer-Policy", "same-origin");
  }

  private static void answer(Exchange exchange, int status, String contentType, byte[] body) {
    HttpFields.Mutable headers = exchange.response().getHeaders();
    headers.put(HttpHeader.VARY, HttpHeader.ACCEPT_ENCODING.asString());
    if (ContentEncoding.acceptsGzip(exchange.header(HttpHeader.ACCEPT_ENCODING))) {
      headers.put(HttpHeader.CONTENT_ENCODING, "gzip");
      exchange.answer(status, contentType, gzipped(body));
    } else {
      exchange.answer(status, contentType, body);
    }
  }

  private static byte[] gzipped(byte[] body) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(body.length / 4);
    try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
      gzip.write(body);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }

  /** Returns the parameters. Of several with one name, the last one counts. */
  private static Map<String, String> parameters(Exchange exchange) {
    Map<String, String> parameters = new HashMap<>();
    String query = exchange.request().getHttpURI().getQuery();
    if (query != null) {
      Request.extractQueryParameters(exchange.request())
          .forEach(
              field ->
                  parameters.put(
                      field.getName(), field.getValues().get(field.getValues().size() - 1)));
    }
    return parameters;
  }
}
