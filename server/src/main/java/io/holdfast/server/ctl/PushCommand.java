package io.holdfast.server.ctl;

import io.holdfast.proto.NameRule;
import io.holdfast.storage.GroupKey;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.List;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Pushes a text to a group. */
@CommandLine.Command(
    name = "push",
    description =
        "Pushes metrics in the text format to a group, after a check like that of \"check\". Families"
            + " of the pushed names are replaced.")
final class PushCommand implements Command {
  private final Console console;

  @Mixin private final ServerOptions server = new ServerOptions();

  @Parameters(
      arity = "0..*",
      paramLabel = "<label>=<value>",
      description = "All labels of the group, such as job=backup instance=db1.")
  private List<String> labels = List.of();

  @Option(
      names = {"-f", "--file"},
      paramLabel = "<file>",
      defaultValue = "-",
      description = "File with the text; - for standard input. Default: -")
  private String file = "-";

  @Option(names = "--replace", description = "Replace all families of the group (PUT).")
  private boolean replace;

  @Option(
      names = "--ttl",
      paramLabel = "<duration>",
      description = "Let the group expire so long after this push, such as 90m or 2d.")
  private @Nullable String ttl;

  @Option(names = "--no-check", description = "Leave the check to the server.")
  private boolean noCheck;

  PushCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() throws Failure, IOException {
    SortedMap<String, String> group = GroupArguments.labels(labels);
    String path = GroupArguments.path(group);
    if (ttl != null) {
      var unused = ServerOptions.duration("--ttl", ttl);
    }
    Server to = server.server(console);
    byte[] text = Inputs.read(console, file);
    if (!noCheck) {
      // The server decides whether it takes UTF-8 names.
      TextCheck.Outcome outcome = new TextCheck(NameRule.UTF8).check(GroupKey.of(group), text);
      if (outcome.refusal() != null) {
        throw new Failure(
            ExitCodes.PROBLEMS, CheckCommand.line(file, outcome) + "; nothing was pushed");
      }
    }
    Server.Answer unused =
        to.require(
            replace ? "PUT" : "POST",
            path + (ttl == null ? "" : "?ttl=" + Groups.encoded(ttl)),
            BodyPublishers.ofByteArray(text));
    return ExitCodes.OK;
  }
}
