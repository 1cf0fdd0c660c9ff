package io.holdfast.server.ctl;

import io.holdfast.proto.NameRule;
import io.holdfast.storage.GroupKey;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Checks texts offline. */
@CommandLine.Command(
    name = "check",
    description =
        "Says, without a server, whether a server would take a text, and else what its answer 400"
            + " would say. Conflicts with other groups show only at a push.")
final class CheckCommand implements Command {
  private static final GroupKey ANY = GroupKey.of(new TreeMap<>(Map.of("job", "check")));

  private final Console console;

  @Mixin private final OutputOptions output = new OutputOptions();

  @Parameters(
      arity = "0..*",
      paramLabel = "<file>",
      description = "Files in the text format; - for standard input. Default: -")
  private List<String> files = List.of();

  @Option(names = "--utf8-names", description = "Check for a server with --push.enable-utf8-names.")
  private boolean utf8Names;

  CheckCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() throws Failure, IOException {
    boolean isJson = output.isJson();
    TextCheck check = new TextCheck(utf8Names ? NameRule.UTF8 : NameRule.LEGACY);
    List<Map<String, Object>> results = new ArrayList<>();
    boolean areAllGood = true;
    for (String file : files.isEmpty() ? List.of("-") : files) {
      TextCheck.Outcome outcome = check.check(ANY, Inputs.read(console, file));
      areAllGood &= outcome.refusal() == null;
      if (isJson) {
        results.add(result(file, outcome));
      } else {
        console.print(line(file, outcome));
      }
    }
    if (isJson) {
      Json.print(console.out(), Map.of("files", results));
    }
    console.out().flush();
    return areAllGood ? ExitCodes.OK : ExitCodes.PROBLEMS;
  }

  /** Returns a line as compilers print it, so that editors find the place. */
  static String line(String file, TextCheck.Outcome outcome) {
    String place =
        Inputs.name(file)
            + (outcome.line() > 0 ? ":" + outcome.line() : "")
            + (outcome.column() > 0 ? ":" + outcome.column() : "");
    return Table.printable(
        place
            + ": "
            + (outcome.refusal() == null
                ? "ok, %d families, %d series".formatted(outcome.families(), outcome.series())
                : outcome.refusal()));
  }

  private static Map<String, Object> result(String file, TextCheck.Outcome outcome) {
    Map<String, Object> result = new LinkedHashMap<>();
    result.put("file", file);
    result.put("accepted", outcome.refusal() == null);
    if (outcome.refusal() == null) {
      result.put("families", outcome.families());
      result.put("series", outcome.series());
    } else {
      result.put("error", outcome.refusal());
      if (outcome.line() > 0) {
        result.put("line", outcome.line());
        result.put("column", outcome.column());
      }
    }
    return result;
  }
}
