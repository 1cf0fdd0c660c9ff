package io.holdfast.server.ctl;

import io.holdfast.storage.StoreException;
import io.holdfast.storage.StoreInspection;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Reads a whole store, and says whether it is sound. */
@CommandLine.Command(
    name = "check",
    description =
        "Reads all records and compares all tables with their checksums. The node that uses the"
            + " store must not run.")
final class StoreCheckCommand implements Command {
  private final Console console;

  @Mixin private final OutputOptions output = new OutputOptions();

  @Parameters(
      arity = "0..1",
      paramLabel = "<directory>",
      description = "The node's --storage.path.")
  private String directory = "";

  StoreCheckCommand(Console console) {
    this.console = console;
  }

  /** Returns the directory that an argument names. */
  static Path directory(String argument) throws Failure {
    if (argument.isEmpty()) {
      throw Failure.usage("no directory (expected: the --storage.path of a node)");
    }
    return Path.of(argument);
  }

  @Override
  public Integer call() throws Failure, IOException {
    boolean isJson = output.isJson();
    Path path = directory(directory);
    try {
      StoreInspection.requireUnused(path);
    } catch (StoreException e) {
      throw Failure.of(String.valueOf(e.getMessage()));
    }
    StoreInspection.Summary summary;
    try (StoreInspection store = StoreInspection.open(path);
        Progress progress = Progress.of(console, "records", 0)) {
      summary = store.check(progress::show);
    } catch (StoreException e) {
      throw new Failure(ExitCodes.PROBLEMS, String.valueOf(e.getMessage()));
    }
    Map<String, Object> facts = new LinkedHashMap<>();
    facts.put("groups", summary.groups());
    facts.put("families", summary.families());
    facts.put("series", summary.series());
    facts.put("tombstones", summary.tombstones());
    facts.put("bytes", summary.bytes());
    facts.put("unfinished_bytes", summary.unfinishedBytes());
    facts.put("cluster", summary.isOfCluster());
    facts.put("store", String.format(Locale.ROOT, "%016x", summary.node()));
    if (isJson) {
      Json.print(console.out(), facts);
    } else {
      console.print("the store is sound");
      for (Map.Entry<String, Object> fact : facts.entrySet()) {
        console.print("  %-17s %s".formatted(fact.getKey().replace('_', ' '), fact.getValue()));
      }
    }
    console.out().flush();
    return ExitCodes.OK;
  }
}
