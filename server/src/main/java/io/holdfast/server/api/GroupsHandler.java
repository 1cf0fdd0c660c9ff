package io.holdfast.server.api;

import static java.util.Objects.requireNonNull;

import io.holdfast.server.browsers.CrossOrigin;
import io.holdfast.server.http.Exchange;
import io.holdfast.server.metrics.SelfMetrics;
import io.holdfast.storage.Exposition;
import io.holdfast.storage.GroupKey;
import io.holdfast.storage.GroupStore;
import io.holdfast.storage.GroupSummary;
import io.holdfast.storage.ReadResult;
import java.time.InstantSource;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The handler that lists groups, page by page, without their metrics. Each page is of one
 * exposition. A cursor names the last group of the page before, so it stays good while groups come
 * and go: a group that was there all the time is on exactly one page.
 */
public final class GroupsHandler {
  private static final String JSON = "application/json";
  private static final String LIMIT = "limit";
  private static final String CURSOR = "cursor";
  private static final int DEFAULT_LIMIT = 1_000;

  private static final int MAX_LIMIT = 10_000;

  /** Bounds the memory of a page whose groups have long keys. */
  private static final int MAX_KEY_BYTES = 2 << 20;

  private static final Set<String> PARAMETERS =
      Stream.concat(GroupFilter.PARAMETERS.stream(), Stream.of(LIMIT, CURSOR))
          .collect(Collectors.toUnmodifiableSet());

  private final GroupStore store;
  private final SelfMetrics metrics;
  private final CrossOrigin origins;
  private final InstantSource clock;

  public GroupsHandler(
      GroupStore store, SelfMetrics metrics, CrossOrigin origins, InstantSource clock) {
    this.store = store;
    this.metrics = metrics;
    this.origins = origins;
    this.clock = clock;
  }

  /**
   * The page that a request asks for.
   *
   * @param after the last group of the page before; null for the first page
   */
  private record Page(GroupFilter filter, int limit, @Nullable GroupKey after) {
    static Page read(Map<String, List<String>> parameters) {
      for (String name : parameters.keySet()) {
        if (!PARAMETERS.contains(name)) {
          throw new IllegalArgumentException(
              "\"" + name + "\" (expected: match[], older_than, failed, limit or cursor)");
        }
      }
      return new Page(
          GroupFilter.read(parameters),
          limit(GroupFilter.single(parameters, LIMIT)),
          cursor(GroupFilter.single(parameters, CURSOR)));
    }

    private static int limit(@Nullable String text) {
      if (text == null) {
        return DEFAULT_LIMIT;
      }
      if (!text.matches("[0-9]{1,5}")
          || Integer.parseInt(text) < 1
          || Integer.parseInt(text) > MAX_LIMIT) {
        throw new IllegalArgumentException(
            LIMIT + ": \"" + text + "\" (expected: a number from 1 to " + MAX_LIMIT + ")");
      }
      return Integer.parseInt(text);
    }

    private static @Nullable GroupKey cursor(@Nullable String text) {
      try {
        return text == null ? null : GroupKey.decode(Base64.getUrlDecoder().decode(text));
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException(
            CURSOR + ": \"" + text + "\" (expected: the next_cursor of the page before)", e);
      }
    }
  }

  public void list(Exchange exchange) {
    origins.allow(exchange);
    Page page;
    try {
      page = Page.read(GroupFilter.parameters(exchange.request()));
    } catch (IllegalArgumentException e) {
      answer(exchange, 400, ApiError.of("bad_data", String.valueOf(e.getMessage())));
      return;
    }
    CompletableFuture<ReadResult> unused =
        store
            .read()
            .whenComplete(
                (result, failure) ->
                    exchange.later(() -> list(exchange, page, requireNonNull(result))));
  }

  private void list(Exchange exchange, Page page, ReadResult result) {
    if (result instanceof ReadResult.Fresh fresh) {
      list(exchange, page, fresh.exposition());
    } else if (result instanceof ReadResult.Stale stale) {
      exchange.markStale(stale.reason());
      list(exchange, page, stale.exposition());
    } else if (result instanceof ReadResult.Unavailable unavailable) {
      exchange.markRefused(unavailable.refusal());
      answer(exchange, 503, ApiError.of("unavailable", unavailable.refusal().toString()));
    }
  }

  private void list(Exchange exchange, Page page, Exposition exposition) {
    // One group more than the page tells whether there is another page.
    List<GroupSummary> found =
        exposition.summaries(
            page.after, page.limit + 1, group -> page.filter.selects(group, clock.instant()));
    List<GroupSummary> shown = found.subList(0, Math.min(page.limit, within(found)));
    boolean hasMore = found.size() > shown.size();
    String next =
        hasMore
            ? Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(shown.get(shown.size() - 1).key().encoded())
            : null;
    answer(exchange, 200, GroupsJson.of(exposition, shown, next));
  }

  /** Returns how many groups fit on a page, at least one. */
  private static int within(List<GroupSummary> groups) {
    long bytes = 0;
    for (int i = 0; i < groups.size(); i++) {
      bytes += groups.get(i).key().size();
      if (bytes > MAX_KEY_BYTES) {
        return Math.max(1, i);
      }
    }
    return groups.size();
  }

  private void answer(Exchange exchange, int status, byte[] body) {
    metrics.requestAnswered("api/v1/groups", exchange.method(), status);
    exchange.answer(status, JSON, body);
  }
}
