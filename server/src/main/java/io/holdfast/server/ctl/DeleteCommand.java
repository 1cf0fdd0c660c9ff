package io.holdfast.server.ctl;

import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Deletes a group, or all groups that are selected. */
@CommandLine.Command(
    name = "delete",
    description =
        "Deletes the group that has these labels alone, or all groups that are selected. Selections"
            + " need a server with --web.enable-admin-api.")
final class DeleteCommand implements Command {
  private static final String PATH = "/api/v1/groups";

  private final Console console;

  @Mixin private final ServerOptions server = new ServerOptions();
  @Mixin private final OutputOptions output = new OutputOptions();

  @Parameters(
      arity = "0..*",
      paramLabel = "<group>",
      description =
          "All labels of a group, such as job=backup instance=db1; or selectors such as"
              + " '{job=\"web\",instance=~\"db.*\"}', of which one must match.")
  private List<String> groups = List.of();

  @Option(
      names = "--older-than",
      paramLabel = "<duration>",
      description = "Of the selected groups, only those without a push for so long.")
  private @Nullable String olderThan;

  @Option(
      names = "--failed",
      description = "Of the selected groups, only those whose last push failed.")
  private boolean failed;

  @Option(names = "--dry-run", description = "Say how many groups would go, and delete nothing.")
  private boolean dryRun;

  @Option(
      names = {"-y", "--yes"},
      description = "Delete selected groups without a question.")
  private boolean yes;

  DeleteCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() throws Failure, IOException {
    boolean isJson = output.isJson();
    if (groups.isEmpty() && olderThan == null && !failed) {
      throw Failure.usage(
          "no group " + GroupArguments.EXPECTED + "; \"holdfastctl wipe\" deletes all groups");
    }
    boolean isSelection =
        olderThan != null || failed || groups.stream().anyMatch(each -> each.startsWith("{"));
    Server at = server.server(console);
    long deleted = isSelection ? deleteSelected(at) : deleteOne(at);
    if (isJson) {
      Json.print(console.out(), Map.of("deleted", deleted, "dry_run", dryRun));
    } else {
      console.print((dryRun ? "would delete " : "deleted ") + count(deleted));
    }
    console.out().flush();
    return ExitCodes.OK;
  }

  private static String count(long groups) {
    return groups == 1 ? "1 group" : groups + " groups";
  }

  /** Deletes a group by its labels. A server does not say whether it had the group. */
  private long deleteOne(Server at) throws Failure, IOException {
    SortedMap<String, String> labels = GroupArguments.labels(groups);
    String path = GroupArguments.path(labels);
    boolean[] exists = {false};
    new Groups(at)
        .read(
            new Groups.Filter(GroupArguments.selectors(groups), null, null),
            console.clock().instant(),
            row -> {
              exists[0] |= row.labels().equals(labels);
              return !exists[0];
            });
    if (!exists[0]) {
      throw new Failure(
          ExitCodes.NOT_FOUND,
          io.holdfast.storage.GroupKey.of(labels)
              + " is not at "
              + at.address()
              + " (expected: all labels of a group that \"holdfastctl list\" shows)");
    }
    if (!dryRun) {
      Server.Answer unused = at.require("DELETE", path, BodyPublishers.noBody());
    }
    return 1;
  }

  private long deleteSelected(Server at) throws Failure, IOException {
    if (olderThan != null) {
      var unused = ServerOptions.duration("--older-than", olderThan);
    }
    Groups.Filter filter =
        new Groups.Filter(
            GroupArguments.selectors(groups), olderThan, failed ? Boolean.TRUE : null);
    if (dryRun) {
      return delete(at, filter, true);
    }
    if (!yes) {
      long count = delete(at, filter, true);
      if (count == 0) {
        return 0;
      }
      Consent.require(console, false, "Delete " + count(count) + " at " + at.address());
    }
    return delete(at, filter, false);
  }

  private long delete(Server at, Groups.Filter filter, boolean isDry) throws Failure {
    String path = PATH + "?" + filter.query() + "dry_run=" + isDry;
    Server.Answer answer = at.sendLong("DELETE", path, BodyPublishers.noBody());
    if (answer.status() == 404 || answer.status() == 405) {
      throw Failure.of(
          at.address()
              + " deletes no selected groups (expected: Holdfast with --web.enable-admin-api)");
    }
    return Answers.number(at, "DELETE", PATH, answer, "deleted");
  }
}
