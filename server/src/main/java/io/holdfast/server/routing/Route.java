package io.holdfast.server.routing;

import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/** What a request line asks for. */
public sealed interface Route {
  /**
   * Store the metrics of the body.
   *
   * @param groupingLabels never empty: holds {@code job}; values may be empty
   * @param replace whether all of the group's metrics are replaced (PUT), not only those of the
   *     same name (POST)
   */
  public record Push(SortedMap<String, String> groupingLabels, boolean replace) implements Route {}

  /**
   * Delete a group.
   *
   * @param groupingLabels as in {@link Push}
   */
  record Delete(SortedMap<String, String> groupingLabels) implements Route {}

  record Wipe() implements Route {}

  record Scrape() implements Route {}

  /** Flags, build and start of this node, for programs. */
  record ApiStatus() implements Route {}

  /** All groups, for programs. */
  record ApiMetrics() implements Route {}

  /** Whether pages of other origins may ask the API, whatever the path. */
  record ApiOptions() implements Route {}

  /** What this node knows of the others. */
  record Cluster() implements Route {}

  record Healthy() implements Route {}

  record Ready() implements Route {}

  record Quit() implements Route {}

  /** 403, {@code Lifecycle API is not enabled.} */
  record QuitDisabled() implements Route {}

  /** The web page's list of groups. */
  record Home() implements Route {}

  /** The web page on this node. */
  record Status() implements Route {}

  /**
   * The web page of one group.
   *
   * @param groupingLabels as in {@link Push}
   */
  record Group(SortedMap<String, String> groupingLabels) implements Route {}

  /**
   * The web page deletes a group.
   *
   * @param groupingLabels as in {@link Push}
   */
  record GroupDeletion(SortedMap<String, String> groupingLabels) implements Route {}

  /** The web page asks whether to delete every group. */
  record WipeQuestion() implements Route {}

  /** The web page deletes every group. */
  record PageWipe() implements Route {}

  /** A file that the web page needs. */
  record Asset(String name) implements Route {}

  /**
   * The path is spelt differently.
   *
   * @param status 301 or 307
   * @param location path and query, escaped
   */
  record Redirect(int status, String location) implements Route {}

  /** 404, {@code 404 page not found} and a line feed. */
  record NotFound() implements Route {}

  /**
   * 200 without a body: the answer to OPTIONS.
   *
   * @param allow for the header of that name
   */
  record AllowedMethods(String allow) implements Route {}

  /**
   * 405.
   *
   * @param allow for the header of that name; null if there is to be none, and nothing but the
   *     reason
   * @param reason for the body, without a line feed
   */
  record MethodNotAllowed(@Nullable String allow, String reason) implements Route {}

  /**
   * 400.
   *
   * @param reason for the body, without a line feed
   * @param handler the handler that counts the request ({@code push} or {@code delete}); null if
   *     none does
   */
  record BadRequest(String reason, @Nullable String handler) implements Route {}
}
