package io.holdfast.server.routing;

import io.holdfast.server.gocompat.UrlPath;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * The routes by method and path, with the habits of upstream's router. A path with a missing or
 * extra slash at its end is redirected. A path in the wrong case is redirected too. A path that
 * exists for other methods is answered 405. Paths are byte strings, see {@link UrlPath}. One thread
 * fills the table before its use; any thread may look up.
 */
final class RouteTable {
  private static final String OPTIONS = "OPTIONS";

  private final Map<String, Methods> byMethod = new HashMap<>();

  private static final class Methods {
    final Map<String, Route> exact = new HashMap<>();
    final List<Parameters> parameters = new ArrayList<>();
  }

  /** A prefix that ends with a slash, before a first segment and the rest. */
  private record Parameters(String prefix, BiFunction<String, String, Route> route) {
    @Nullable Route match(String path) {
      if (!path.startsWith(prefix) || path.length() == prefix.length()) {
        return null;
      }
      int slash = path.indexOf('/', prefix.length());
      int end = slash < 0 ? path.length() : slash;
      return route.apply(path.substring(prefix.length(), end), path.substring(end));
    }
  }

  void add(String method, String path, Route route) {
    methods(method).exact.put(path, route);
  }

  /**
   * Adds a route with parameters.
   *
   * @param prefix ends with a slash
   * @param route made from the path's first segment after the prefix, never empty, and the rest:
   *     empty, or with a slash in front
   */
  void add(String method, String prefix, BiFunction<String, String, Route> route) {
    methods(method).parameters.add(new Parameters(prefix, route));
  }

  private Methods methods(String method) {
    return byMethod.computeIfAbsent(method, unused -> new Methods());
  }

  /**
   * Returns the route of a path.
   *
   * @param path absolute and clean
   * @param query appended to the location of a redirect: empty, or with a question mark in front
   */
  Route find(String method, String path, String query) {
    Methods methods = byMethod.get(method);
    if (methods != null) {
      Route match = match(methods, path);
      if (match != null) {
        return match;
      }
      String correct = path.equals("/") ? null : correct(methods, path);
      if (correct != null) {
        int status = method.equals("GET") ? 301 : 307;
        return new Route.Redirect(status, UrlPath.encode(correct) + query);
      }
    }
    String allow = allow(method, path);
    if (allow.isEmpty()) {
      return new Route.NotFound();
    }
    return method.equals(OPTIONS)
        ? new Route.AllowedMethods(allow)
        : new Route.MethodNotAllowed(allow, "Method Not Allowed");
  }

  private static @Nullable Route match(Methods methods, String path) {
    Route exact = methods.exact.get(path);
    if (exact != null) {
      return exact;
    }
    for (Parameters parameters : methods.parameters) {
      Route route = parameters.match(path);
      if (route != null) {
        return route;
      }
    }
    return null;
  }

  private static @Nullable String correct(Methods methods, String path) {
    String toggled = toggleSlash(path);
    if (methods.exact.containsKey(toggled)) {
      return toggled;
    }
    for (Parameters parameters : methods.parameters) {
      // Upstream's router takes the empty parameter for an extra slash, and redirects to a path
      // that does not exist. It does so only if a slash alone stands between two places where paths
      // part. After "@base64" that is not so.
      if (path.equals(parameters.prefix) && !path.endsWith(GroupingLabels.BASE64_SUFFIX + "/")) {
        return toggled;
      }
    }
    for (String exact : methods.exact.keySet()) {
      if (equalsIgnoreCase(exact, path) || equalsIgnoreCase(exact, toggled)) {
        return exact;
      }
    }
    for (Parameters parameters : methods.parameters) {
      int length = parameters.prefix.length();
      if (path.length() > length
          && equalsIgnoreCase(parameters.prefix, path.substring(0, length))) {
        return parameters.prefix + path.substring(length);
      }
    }
    return null;
  }

  private static String toggleSlash(String path) {
    return path.endsWith("/") ? path.substring(0, path.length() - 1) : path + "/";
  }

  private static boolean equalsIgnoreCase(String left, String right) {
    if (left.length() != right.length()) {
      return false;
    }
    for (int i = 0; i < left.length(); i++) {
      if (lowerCase(left.charAt(i)) != lowerCase(right.charAt(i))) {
        return false;
      }
    }
    return true;
  }

  private static char lowerCase(char c) {
    return c >= 'A' && c <= 'Z' ? (char) (c + ('a' - 'A')) : c;
  }

  private String allow(String method, String path) {
    TreeSet<String> allowed = new TreeSet<>();
    byMethod.forEach(
        (other, methods) -> {
          // A path that answers only OPTIONS does not exist for other methods.
          boolean isOther = !other.equals(method) && !other.equals(OPTIONS);
          if (isOther && match(methods, path) != null) {
            allowed.add(other);
          }
        });
    if (!allowed.isEmpty()) {
      allowed.add(OPTIONS);
    }
    return String.join(", ", allowed);
  }
}
