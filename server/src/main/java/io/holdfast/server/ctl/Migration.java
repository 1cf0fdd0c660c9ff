package io.holdfast.server.ctl;

import io.holdfast.proto.NameRule;
import io.holdfast.server.page.GroupPath;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The copy of groups into a server, one push for each group. It can run again and again. */
final class Migration {
  private static final String TYPE =
      "application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily;"
          + " encoding=delimited";

  private final Console console;
  private final Server target;
  private final Mode mode;
  private final NameRule names;

  /** When the target's groups were last pushed, by their labels without an empty instance. */
  private final Map<SortedMap<String, String>, Instant> pushed = new HashMap<>();

  private final Map<String, Integer> leftAlone = new LinkedHashMap<>();
  private long done;
  private long copied;
  private long series;
  private long failedSince;
  private long refused;

  /**
   * How groups are copied.
   *
   * @param isDry whether nothing is copied
   * @param overwrites whether groups are copied that the target got later
   */
  record Mode(boolean isDry, boolean overwrites) {}

  Migration(Console console, Server target, Mode mode) throws Failure, IOException {
    this.console = console;
    this.target = target;
    this.mode = mode;
    this.names =
        "true".equals(flags(target).get("push.enable-utf8-names"))
            ? NameRule.UTF8
            : NameRule.LEGACY;
    new Groups(target)
        .read(
            new Groups.Filter(List.of(), null, null),
            console.clock().instant(),
            row -> {
              row.time("last_push").ifPresent(at -> pushed.put(shown(row.labels()), at));
              return true;
            });
  }

  /** Returns the flags of a server; none if the server does not tell. */
  static Map<String, String> flags(Server server) throws Failure {
    Server.Answer answer = server.get("/api/v1/status");
    if (answer.status() == 401 || answer.status() == 400) {
      throw server.refused("GET", "/api/v1/status", answer.status(), answer.body());
    }
    Map<String, String> flags = new HashMap<>();
    try {
      Json.object(Json.object(answer.body()), "data")
          .flatMap(data -> Json.object(data, "flags"))
          .ifPresent(all -> all.forEach((name, value) -> flags.put(name, String.valueOf(value))));
    } catch (IOException e) {
      // No Pushgateway: the next request says so.
    }
    return flags;
  }

  /** Returns the labels as a scrape shows them: it cannot show whether an instance was pushed. */
  private static SortedMap<String, String> shown(SortedMap<String, String> labels) {
    SortedMap<String, String> shown = new TreeMap<>(labels);
    shown.remove("instance", "");
    return shown;
  }

  void copy(SourceGroup group, Progress progress) throws Failure {
    progress.show(done++);
    String reason = whyNot(group);
    if (reason != null) {
      leftAlone.merge(reason, 1, Integer::sum);
      return;
    }
    if (mode.isDry) {
      say(
          progress,
          "would copy %s: %d families, %d series"
              .formatted(group.name(), group.families(), group.series()));
    } else {
      String refusal = push(group);
      if (refusal != null) {
        refused++;
        progress.clear();
        console.err().println(Table.printable(group.name() + " was refused with " + refusal));
        return;
      }
    }
    copied++;
    series += group.series();
    failedSince += group.lastFailure() > group.lastPush() ? 1 : 0;
  }

  private void say(Progress progress, String line) {
    progress.clear();
    try {
      console.print(Table.printable(line));
      if (console.isErrorATerminal()) {
        console.out().flush();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private @Nullable String whyNot(SourceGroup group) {
    if (group.lastPush() == 0) {
      return "every push of it has failed";
    }
    Instant there = pushed.get(shown(group.labels()));
    boolean isLater =
        there != null && there.getEpochSecond() + there.getNano() / 1e9 > group.lastPush();
    return isLater && !mode.overwrites ? "pushed to the target later" : null;
  }

  /** Returns why the target does not take the group; null if it does. */
  private @Nullable String push(SourceGroup group) throws Failure {
    String path = GroupPath.pushed(group.labels(), names);
    if (path == null) {
      return "a label name that the target takes in no path (expected: a target with"
          + " --push.enable-utf8-names)";
    }
    Server.Answer answer =
        target.sendPatiently(
            "PUT",
            "/metrics" + path,
            BodyPublishers.ofByteArray(group.body()),
            "Content-Type",
            TYPE);
    return Server.isSuccess(answer.status())
        ? null
        : answer.status() + ": " + Server.firstLine(answer.body());
  }

  long done() {
    return done;
  }

  /** Prints what was done, and returns the exit code. */
  int report() throws IOException {
    console.print(
        "%d groups with %d series %s to %s"
            .formatted(
                copied, series, mode.isDry ? "would be copied" : "copied", target.address()));
    for (Map.Entry<String, Integer> each : leftAlone.entrySet()) {
      console.print(each.getValue() + " groups left alone: " + each.getKey());
    }
    if (failedSince > 0) {
      console.print(
          failedSince + " of the copied had a failed push after that, which is not copied");
    }
    if (refused > 0) {
      console.print(refused + " groups were refused, see above");
    }
    console.out().flush();
    return refused > 0 ? ExitCodes.FAILED : ExitCodes.OK;
  }
}
