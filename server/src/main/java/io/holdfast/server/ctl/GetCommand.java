package io.holdfast.server.ctl;

import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Prints one group with its metrics. */
@CommandLine.Command(
    name = "get",
    description =
        "Prints one group with its metrics, in the text format (with notes as comments), or in the"
            + " JSON of the API.")
final class GetCommand implements Command {
  private final Console console;

  @Mixin private final ServerOptions server = new ServerOptions();
  @Mixin private final OutputOptions output = new OutputOptions();

  @Parameters(
      arity = "0..*",
      paramLabel = "<label>=<value>",
      description = "All labels of the group, such as job=backup instance=db1.")
  private List<String> labels = List.of();

  GetCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() throws Failure, IOException {
    SortedMap<String, String> wanted = GroupArguments.labels(labels);
    boolean isJson = output.isJson();
    Server from = server.server(console);
    try (InputStream body = from.stream("GET", "/api/v1/metrics", BodyPublishers.noBody()).body();
        ApiGroup.Groups groups = new ApiGroup.Groups(body)) {
      for (Map<String, Object> group = groups.next(); group != null; group = groups.next()) {
        if (ApiGroup.labels(group).equals(wanted)) {
          if (isJson) {
            Json.print(console.out(), group);
          } else {
            new GroupText(console).print(group);
          }
          console.out().flush();
          return ExitCodes.OK;
        }
      }
    }
    throw new Failure(
        ExitCodes.NOT_FOUND,
        io.holdfast.storage.GroupKey.of(wanted)
            + " is not at "
            + from.address()
            + " (expected: all labels of a group that \"holdfastctl list\" shows)");
  }
}
