package io.holdfast.server.api;

import com.fasterxml.jackson.core.JsonGenerator;
import io.holdfast.proto.Excerpt;
import io.holdfast.server.gocompat.GoJson;
import io.holdfast.server.http.ClientWatch;
import io.holdfast.server.http.Clocks;
import io.holdfast.server.http.Deadline;
import io.holdfast.server.http.Exchange;
import io.holdfast.server.metrics.SelfMetrics;
import io.holdfast.storage.Exposition;
import io.holdfast.storage.GroupStore;
import io.holdfast.storage.Refusal;
import io.holdfast.storage.SelectedGroups;
import io.holdfast.storage.Selection;
import io.holdfast.storage.WriteOutcome;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The handler that deletes the groups that a request selects. The selection is from an exposition
 * with every acknowledged change, so it takes a node that is fresh. The answer means that all
 * selected groups are durably deleted. Any thread may use it.
 */
public final class GroupsDeleteHandler {
  private static final String JSON = "application/json";
  private static final String DRY_RUN = "dry_run";

  private static final Set<String> PARAMETERS =
      Stream.concat(GroupFilter.PARAMETERS.stream(), Stream.of(DRY_RUN))
          .collect(Collectors.toUnmodifiableSet());

  private static final Logger log = LoggerFactory.getLogger(GroupsDeleteHandler.class);

  private final GroupStore store;
  private final SelfMetrics metrics;
  private final Clocks clocks;

  public GroupsDeleteHandler(GroupStore store, SelfMetrics metrics, Clocks clocks) {
    this.store = store;
    this.metrics = metrics;
    this.clocks = clocks;
  }

  /**
   * The delete that a request asks for.
   *
   * @param text the parameters, for the log
   */
  private record Asked(GroupFilter filter, boolean isDryRun, String text) {
    static Asked read(Map<String, List<String>> parameters) {
      for (String name : parameters.keySet()) {
        if (!PARAMETERS.contains(name)) {
          throw new IllegalArgumentException(
              "\"" + name + "\" (expected: match[], older_than, failed or dry_run)");
        }
      }
      GroupFilter filter = GroupFilter.read(parameters);
      if (filter.isEmpty()) {
        throw new IllegalArgumentException(
            "no condition (expected: at least one of match[] with a matcher, older_than and failed, in"
                + " the query; PUT /api/v1/admin/wipe deletes every group)");
      }
      return new Asked(filter, isDryRun(parameters), text(parameters));
    }

    private static boolean isDryRun(Map<String, List<String>> parameters) {
      String text = GroupFilter.single(parameters, DRY_RUN);
      if (text == null || text.equals("false")) {
        return false;
      }
      if (text.equals("true")) {
        return true;
      }
      throw new IllegalArgumentException(DRY_RUN + ": \"" + text + "\" (expected: true or false)");
    }

    private static String text(Map<String, List<String>> parameters) {
      return parameters.entrySet().stream()
          .flatMap(each -> each.getValue().stream().map(value -> each.getKey() + "=" + value))
          .collect(Collectors.joining(" "));
    }

    SelectedGroups select(Exposition exposition, Instant now) {
      return exposition.select(group -> filter.selects(group, now));
    }
  }

  /** Deletes the selected groups, or only counts them. */
  public void delete(Exchange exchange) {
    Asked asked;
    Deadline deadline;
    try {
      asked = Asked.read(GroupFilter.parameters(exchange.request()));
      deadline = Deadline.of(exchange, clocks.wall());
    } catch (IllegalArgumentException e) {
      answer(exchange, 400, ApiError.of("bad_data", String.valueOf(e.getMessage())));
      return;
    }
    if (deadline.hasPassed()) {
      answer(exchange, Deadline.STATUS, ApiError.of("timeout", deadline.reason()));
      return;
    }
    ClientWatch client = new ClientWatch(exchange.request(), clocks.nanos());
    BooleanSupplier isTooLate = () -> deadline.hasPassed() || client.isGone();
    exchange.whenSelected(
        store,
        exposition -> asked.select(exposition, clocks.wall().instant()),
        isTooLate,
        selection -> selected(exchange, asked, selection, isTooLate));
  }

  /** Refuses the delete, because the admin API is off. */
  public void refuse(Exchange exchange) {
    answer(
        exchange,
        403,
        ApiError.of(
            "forbidden",
            "DELETE of groups by selector is off (expected: a server that was started with"
                + " --web.enable-admin-api)"));
  }

  private void selected(
      Exchange exchange, Asked asked, Selection selection, BooleanSupplier isTooLate) {
    if (selection instanceof Selection.Unavailable unavailable) {
      unavailable(exchange, unavailable.refusal());
      return;
    }
    SelectedGroups groups = ((Selection.Selected) selection).groups();
    if (asked.isDryRun) {
      answer(exchange, 200, deleted(groups.size(), true));
      return;
    }
    exchange.whenDecided(
        store.delete(groups, isTooLate),
        outcome -> decided(exchange, asked, groups.size(), outcome),
        () -> {});
  }

  private void decided(Exchange exchange, Asked asked, int groups, WriteOutcome outcome) {
    if (outcome instanceof WriteOutcome.Unavailable unavailable) {
      unavailable(exchange, unavailable.refusal());
      return;
    }
    log.atInfo()
        .addKeyValue("groups", groups)
        .addKeyValue("selector", Excerpt.of(asked.text))
        .addKeyValue("source", exchange.remoteAddress())
        .log("groups deleted by selector");
    answer(exchange, 200, deleted(groups, false));
  }

  private void unavailable(Exchange exchange, Refusal refusal) {
    exchange.markRefused(refusal);
    answer(exchange, 503, ApiError.of("unavailable", refusal.toString()));
  }

  private static byte[] deleted(int groups, boolean isDryRun) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (JsonGenerator json = GoJson.generator(out)) {
      json.writeStartObject();
      json.writeNumberField("deleted", groups);
      if (isDryRun) {
        json.writeBooleanField(DRY_RUN, true);
      }
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }

  private void answer(Exchange exchange, int status, byte[] body) {
    metrics.requestAnswered("api/v1/groups", exchange.method(), status);
    exchange.answer(status, JSON, body);
  }
}
