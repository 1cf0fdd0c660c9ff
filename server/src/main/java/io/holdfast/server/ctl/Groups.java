package io.holdfast.server.ctl;

import io.holdfast.server.selector.GroupSelector;
import io.holdfast.storage.GroupKey;
import java.io.IOException;
import java.io.InputStream;
import java.net.URLEncoder;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The list of a server's groups: page by page from Holdfast, from the API of a Pushgateway. */
final class Groups {
  private static final String PATH = "/api/v1/groups";
  private static final int PAGE = 1_000;

  private final Server server;

  Groups(Server server) {
    this.server = server;
  }

  /** The receiver of groups; answers false for enough. */
  interface Receiver {
    boolean receive(GroupRow group) throws IOException;
  }

  /**
   * The groups that a command is about.
   *
   * @param selectors of which one must match; empty for all groups
   * @param olderThan null for any age
   * @param hasFailed null for both
   */
  record Filter(List<String> selectors, @Nullable String olderThan, @Nullable Boolean hasFailed) {
    /** Returns the parameters of a request: empty, or with an ampersand at the end. */
    String query() {
      StringBuilder query = new StringBuilder();
      selectors.forEach(
          each -> query.append("match[]=".replace("[]", "%5B%5D") + encoded(each) + "&"));
      if (olderThan != null) {
        query.append("older_than=").append(encoded(olderThan)).append('&');
      }
      if (hasFailed != null) {
        query.append("failed=").append(hasFailed).append('&');
      }
      return query.toString();
    }
  }

  static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  void read(Filter filter, Instant now, Receiver receiver) throws Failure, IOException {
    @Nullable String cursor = "";
    while (cursor != null) {
      String path =
          PATH
              + "?"
              + filter.query()
              + "limit="
              + PAGE
              + (cursor.isEmpty() ? "" : "&cursor=" + encoded(cursor));
      Server.Answer answer = server.get(path);
      if (answer.status() == 404 && cursor.isEmpty()) {
        readAll(filter, now, receiver);
        return;
      }
      if (!Server.isSuccess(answer.status())) {
        throw refused(answer);
      }
      Map<String, Object> data = data(answer);
      for (Map<String, Object> group : Json.objects(data, "groups")) {
        if (!receiver.receive(new GroupRow(group))) {
          return;
        }
      }
      cursor = Json.text(data, "next_cursor").orElse(null);
    }
  }

  private Failure refused(Server.Answer answer) {
    String reason = answer.body();
    try {
      reason = Json.text(Json.object(answer.body()), "error").orElse(reason);
    } catch (IOException e) {
      // A proxy has answered. Its words are the reason.
    }
    return answer.status() == 400
        ? Failure.usage(reason)
        : server.refused("GET", PATH, answer.status(), reason);
  }

  private Map<String, Object> data(Server.Answer answer) throws Failure {
    try {
      return Json.object(Json.object(answer.body()), "data").orElse(Map.of());
    } catch (IOException e) {
      throw Failure.of(
          server.address()
              + PATH
              + " is not the API of Holdfast (expected: its address as --url): "
              + e.getMessage());
    }
  }

  /** Reads all groups of a server without the list, and selects here. */
  private void readAll(Filter filter, Instant now, Receiver receiver) throws Failure, IOException {
    List<GroupSelector> selectors = new ArrayList<>();
    for (String text : filter.selectors) {
      selectors.add(GroupArguments.selector(text));
    }
    Duration olderThan =
        filter.olderThan == null ? null : ServerOptions.duration("--older-than", filter.olderThan);
    try (InputStream body =
            server.stream("GET", "/api/v1/metrics", BodyPublishers.noBody()).body();
        ApiGroup.Groups groups = new ApiGroup.Groups(body)) {
      for (Map<String, Object> group = groups.next(); group != null; group = groups.next()) {
        GroupRow row = GroupRow.of(group);
        GroupKey key = GroupKey.of(row.labels());
        boolean isSelected =
            (selectors.isEmpty() || selectors.stream().anyMatch(each -> each.matches(key)))
                && (filter.hasFailed == null || filter.hasFailed == !row.isLastPushSuccessful())
                && (olderThan == null
                    || row.lastAttempt().map(at -> at.plus(olderThan).isBefore(now)).orElse(true));
        if (isSelected && !receiver.receive(row)) {
          return;
        }
      }
    }
  }
}
