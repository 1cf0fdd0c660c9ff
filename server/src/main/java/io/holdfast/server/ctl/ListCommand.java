package io.holdfast.server.ctl;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Lists groups, without their metrics. */
@CommandLine.Command(
    name = "list",
    description = "Lists the groups with their push times, sizes and expiry.")
final class ListCommand implements Command {
  private final Console console;

  @Mixin private final ServerOptions server = new ServerOptions();
  @Mixin private final OutputOptions output = new OutputOptions();

  @Parameters(
      arity = "0..*",
      paramLabel = "<selector>",
      description =
          "Selectors such as '{job=\"web\",instance=~\"db.*\"}', of which one must match; or labels"
              + " such as job=web, which must all match. Default: all groups")
  private List<String> selectors = List.of();

  @Option(
      names = "--older-than",
      paramLabel = "<duration>",
      description = "Only groups without a push for so long, such as 12h or 7d.")
  private @Nullable String olderThan;

  @Option(names = "--failed", description = "Only groups whose last push failed.")
  private boolean failed;

  @Option(
      names = "--limit",
      paramLabel = "<number>",
      description = "Most groups to list. Default: all")
  private @Nullable String limit;

  ListCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() throws Failure, IOException {
    long most = most();
    if (olderThan != null) {
      var unused = ServerOptions.duration("--older-than", olderThan);
    }
    Groups.Filter filter =
        new Groups.Filter(
            GroupArguments.selectors(selectors), olderThan, failed ? Boolean.TRUE : null);
    Groups groups = new Groups(server.server(console));
    Instant now = console.clock().instant();
    if (output.isJson()) {
      printJson(groups, filter, now, most);
    } else {
      printTable(groups, filter, now, most);
    }
    return ExitCodes.OK;
  }

  private long most() throws Failure {
    if (limit == null) {
      return Long.MAX_VALUE;
    }
    if (!limit.matches("[0-9]{1,18}") || Long.parseLong(limit) < 1) {
      throw Failure.usage("--limit: \"" + limit + "\" (expected: a number from 1)");
    }
    return Long.parseLong(limit);
  }

  private void printJson(Groups groups, Groups.Filter filter, Instant now, long most)
      throws Failure, IOException {
    try (JsonGenerator json = Json.generator(console.out())) {
      json.writeStartArray();
      groups.read(filter, now, counted(most, row -> Json.write(json, row.fields())));
      json.writeEndArray();
    }
    console.print("");
    console.out().flush();
  }

  private void printTable(Groups groups, Groups.Filter filter, Instant now, long most)
      throws Failure, IOException {
    Table table = new Table(console, "LAST PUSH", "RESULT", "EXPIRES", "SERIES", "GROUP");
    groups.read(
        filter,
        now,
        counted(
            most,
            row ->
                table.row(
                    Ages.since(row.lastAttempt(), now),
                    row.isLastPushSuccessful() ? "ok" : "failed",
                    Ages.until(row.time("expires_at"), now),
                    Long.toString(Json.number(row.fields(), "series")),
                    row.name())));
    table.end();
  }

  /** The use of one group. */
  private interface Use {
    void accept(GroupRow row) throws IOException;
  }

  private Groups.Receiver counted(long most, Use use) {
    long[] left = {most};
    return row -> {
      use.accept(row);
      return --left[0] > 0;
    };
  }
}
