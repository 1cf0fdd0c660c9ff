package io.holdfast.server.routing;

import org.eclipse.jetty.http.HttpURI;
import org.jspecify.annotations.Nullable;

/**
 * A request line's path and query, escaped as on the wire. A number sign is a plain character here,
 * as in Go. Jetty would cut the path at the number sign. A push to {@code /metrics/job/a#b} would
 * then replace the group of {@code /metrics/job/a}.
 */
public record RequestTarget(String path, @Nullable String query) {
  public static RequestTarget of(HttpURI uri) {
    String path = uri.getPath();
    String query = uri.getQuery();
    String fragment = uri.getFragment();
    if (fragment == null) {
      return new RequestTarget(path, query);
    }
    if (query != null) {
      return new RequestTarget(path, query + "#" + fragment);
    }
    String[] parts = fragment.split("\\?", 2);
    return new RequestTarget(path + "#" + parts[0], parts.length > 1 ? parts[1] : null);
  }
}
