package io.holdfast.server.routing;

import io.holdfast.proto.NameRule;
import io.holdfast.server.config.Options;
import io.holdfast.server.gocompat.UrlPath;
import io.holdfast.server.routing.GroupingLabels.BadLabelsException;
import java.util.SortedMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The search for the route of a request line. It works on the raw path. A canonical path would have
 * lost legal characters of a label value, such as an escaped slash or a semicolon.
 *
 * <p>Immutable; any thread may use it.
 */
public final class Routes {
  private static final Route GET_QUIT =
      new Route.MethodNotAllowed(null, "Only POST or PUT requests allowed.");

  /** The HTTP parser's replacement for bytes that are not UTF-8. The original bytes are lost. */
  private static final char REPLACEMENT = '\uFFFD';

  private final RouteTable pages = new RouteTable();
  private final RouteTable api = new RouteTable();
  private final String apiRoot;
  private final NameRule names;

  public Routes(Options.Web web, NameRule names) {
    this(
        web.paths().routePrefix(),
        web.paths().telemetry(),
        web.permissions().lifecycle(),
        web.permissions().adminApi(),
        names);
  }

  /**
   * Creates the routes.
   *
   * @param routePrefix empty, or begins with a slash and does not end with one
   * @param telemetryPath relative to the prefix
   * @param names for the names of grouping labels
   */
  public Routes(
      String routePrefix,
      String telemetryPath,
      boolean lifecycle,
      boolean adminApi,
      NameRule names) {
    this.names = names;
    String prefix = UrlPath.toByteString(routePrefix);
    apiRoot = prefix + "/api/v1/";
    if (adminApi) {
      api.add("PUT", "/admin/wipe", new Route.Wipe());
      api.add("GET", "/admin/export", new Route.Export());
      api.add("POST", "/admin/import", new Route.Import());
    }
    api.add("OPTIONS", "/", new Route.ApiOptions());
    api.add("OPTIONS", "/", (first, rest) -> new Route.ApiOptions());
    api.add("GET", "/status", new Route.ApiStatus());
    api.add("GET", "/metrics", new Route.ApiMetrics());
    api.add("GET", "/groups", new Route.ApiGroups());
    api.add(
        "DELETE",
        "/groups",
        adminApi ? new Route.DeleteGroups() : new Route.DeleteGroupsDisabled());
    api.add("GET", "/cluster", new Route.Cluster());
    api.add("HEAD", "/cluster", new Route.Cluster());

    pages.add("GET", prefix + "/", new Route.Home());
    pages.add("GET", prefix + "/status", new Route.Status());
    pages.add("GET", prefix + PagePaths.ASSETS, (name, rest) -> new Route.Asset(name + rest));
    if (adminApi) {
      pages.add("GET", prefix + PagePaths.WIPE, new Route.WipeQuestion());
      pages.add("POST", prefix + PagePaths.WIPE, new Route.PageWipe());
      pages.add("GET", prefix + PagePaths.FOUND, new Route.FoundQuestion());
      pages.add("POST", prefix + PagePaths.FOUND, new Route.PageDeleteFound());
    }
    pages.add("GET", prefix + "/-/healthy", new Route.Healthy());
    pages.add("GET", prefix + "/-/ready", new Route.Ready());
    pages.add("GET", "/-/quit", GET_QUIT);
    pages.add("GET", UrlPath.join(prefix, UrlPath.toByteString(telemetryPath)), new Route.Scrape());
    Route quit = lifecycle ? new Route.Quit() : new Route.QuitDisabled();
    pages.add("PUT", prefix + "/-/quit", quit);
    pages.add("POST", prefix + "/-/quit", quit);

    String job = prefix + "/metrics/job";
    addGroup(job + "/", false);
    addGroup(job + GroupingLabels.BASE64_SUFFIX + "/", true);
    String page = prefix + PagePaths.GROUP + "/job";
    addGroupPage(page + "/", false);
    addGroupPage(page + GroupingLabels.BASE64_SUFFIX + "/", true);
  }

  private void addGroupPage(String path, boolean isBase64) {
    // The page always escapes names, because the store can hold names from a time when the flag was
    // on.
    addGroup("GET", path, isBase64, NameRule.UTF8, "group", Route.Group::new);
    addGroup("POST", path, isBase64, NameRule.UTF8, "group", Route.GroupDeletion::new);
  }

  private void addGroup(String path, boolean isBase64) {
    addGroup("PUT", path, isBase64, names, "push", labels -> new Route.Push(labels, true));
    addGroup("POST", path, isBase64, names, "push", labels -> new Route.Push(labels, false));
    addGroup("DELETE", path, isBase64, names, "delete", Route.Delete::new);
  }

  private void addGroup(
      String method,
      String path,
      boolean isBase64,
      NameRule rule,
      String handler,
      Function<SortedMap<String, String>, Route> route) {
    pages.add(
        method,
        path,
        (job, labels) -> {
          try {
            return route.apply(GroupingLabels.read(job, isBase64, labels, rule));
          } catch (BadLabelsException e) {
            return new Route.BadRequest(String.valueOf(e.getMessage()), handler);
          }
        });
  }

  /**
   * Returns the route of a request.
   *
   * @param path the request target's path, escaped as on the wire
   * @param query the part after the question mark, escaped as on the wire; null if there is none
   */
  public Route find(String method, String path, @Nullable String query) {
    if (path.indexOf(REPLACEMENT) >= 0) {
      return new Route.BadRequest("path: not valid UTF-8 (expected: UTF-8, or escapes)", null);
    }
    String decoded = UrlPath.decode(path);
    if (decoded == null) {
      return new Route.BadRequest("400 Bad Request", null);
    }
    String suffix = query == null || query.isEmpty() ? "" : "?" + query;
    String clean = UrlPath.clean(decoded);
    if (!clean.equals(decoded)) {
      return new Route.Redirect(301, UrlPath.encode(clean) + suffix);
    }
    if (clean.startsWith(apiRoot)) {
      return api.find(method, clean.substring(apiRoot.length() - 1), suffix);
    }
    if ((clean + "/").equals(apiRoot)) {
      return new Route.Redirect(301, UrlPath.encode(apiRoot) + suffix);
    }
    return pages.find(method, clean, suffix);
  }

  /**
   * Returns whether the path belongs to the API, whose request bodies are never decompressed.
   *
   * @param path as in {@link #find}
   */
  public boolean isApi(String path) {
    String decoded = UrlPath.decode(path);
    return decoded != null && decoded.startsWith(apiRoot);
  }
}
