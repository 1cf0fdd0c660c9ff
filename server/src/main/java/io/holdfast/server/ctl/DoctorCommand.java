package io.holdfast.server.ctl;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Examines a server. */
@CommandLine.Command(
    name = "doctor",
    description =
        "Examines a server: clocks, quorum, every node behind the balancer, latency and space of the"
            + " disk, limits, conflicts, certificate, and the mount of the store.")
final class DoctorCommand implements Command {
  private final Console console;

  @Mixin private final ServerOptions server = new ServerOptions();
  @Mixin private final OutputOptions output = new OutputOptions();

  @Option(
      names = "--store",
      paramLabel = "<directory>",
      description =
          "The store's directory, when run on the node's machine. Default: --storage.path of a"
              + " server at a loopback address, if it is absolute")
  private @Nullable String store;

  DoctorCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() throws Failure, IOException {
    boolean isJson = output.isJson();
    List<Finding> findings = new ArrayList<>();
    new Doctor(
            console, server.server(console), store == null ? null : Path.of(store), findings::add)
        .examine();
    if (isJson) {
      Json.print(
          console.out(), Map.of("findings", findings.stream().map(DoctorCommand::json).toList()));
    } else {
      Table table = new Table(console, "RESULT", "SUBJECT", "FACTS");
      for (Finding finding : findings) {
        table.row(word(finding), finding.subject(), finding.text());
      }
      table.end();
    }
    console.out().flush();
    return findings.stream().anyMatch(Finding::isProblem) ? ExitCodes.PROBLEMS : ExitCodes.OK;
  }

  private static String word(Finding finding) {
    return finding.level().name().toLowerCase(Locale.ROOT);
  }

  private static Map<String, Object> json(Finding finding) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("result", word(finding));
    json.put("subject", finding.subject());
    json.put("facts", finding.text());
    return json;
  }
}
