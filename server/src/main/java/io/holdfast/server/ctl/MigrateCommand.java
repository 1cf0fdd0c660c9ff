package io.holdfast.server.ctl;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Copies the groups of a Pushgateway. */
@CommandLine.Command(
    name = "migrate",
    description =
        "Copies the groups of a running Pushgateway, or of its persistence file, to the server. It can"
            + " run again: groups that were pushed to the server later stay. Times are not copied: a"
            + " new node takes them over with --persistence.file.")
final class MigrateCommand implements Command {
  private final Console console;

  @Mixin private final ServerOptions server = new ServerOptions();

  @Parameters(
      arity = "0..1",
      paramLabel = "<source>",
      description =
          "URL of a Pushgateway, with its route prefix, or its --persistence.file. The options for"
              + " TLS and passwords hold for both servers; other passwords stand in the URLs or in"
              + " ~/.netrc.")
  private String source = "";

  @Option(names = "--dry-run", description = "Say what would be copied, and copy nothing.")
  private boolean dryRun;

  @Option(
      names = "--overwrite",
      description = "Copy groups, too, that were pushed to the server later.")
  private boolean overwrite;

  MigrateCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() throws Failure, IOException {
    if (source.isEmpty()) {
      throw Failure.usage("no source (expected: the URL of a Pushgateway, or its file)");
    }
    Migration.Mode mode = new Migration.Mode(dryRun, overwrite);
    if (!source.contains("://") && Files.exists(Path.of(source))) {
      FileSource file = new FileSource(console, Path.of(source));
      return fromFile(file, new Migration(console, server.server(console), mode));
    }
    Server from = server.server(console, ServerAddress.parse("source", source));
    return fromServer(from, new Migration(console, server.server(console), mode));
  }

  private int fromFile(FileSource from, Migration migration) throws Failure, IOException {
    // The first pass reads to the end, so that a damaged file leaves nothing behind.
    long total = from.count();
    try (Progress progress = Progress.atOnce(console, "groups", total)) {
      from.read(group -> migration.copy(group, progress));
      progress.finish(migration.done());
    }
    return migration.report();
  }

  private int fromServer(Server from, Migration migration) throws Failure, IOException {
    Progress.say(console, "reading " + from.address());
    Copy copy = new Copy(from, migration);
    try {
      new HttpSource(from).read(copy::begin, copy);
    } finally {
      copy.end();
    }
    return migration.report();
  }

  /** A copy whose progress begins with the number of groups. */
  private final class Copy implements SourceGroup.Receiver {
    private final Server from;
    private final Migration migration;
    private Progress progress = Progress.of(console, "groups", 0);
    private boolean isBegun;

    Copy(Server from, Migration migration) {
      this.from = from;
      this.migration = migration;
    }

    void begin(long total) {
      Progress.unsay(console);
      isBegun = true;
      console.err().println(from.address() + ": " + total + " groups");
      progress = Progress.atOnce(console, "groups", total);
    }

    @Override
    public void take(SourceGroup group) throws Failure {
      migration.copy(group, progress);
    }

    void end() {
      if (!isBegun) {
        Progress.unsay(console);
      }
      progress.finish(migration.done());
      progress.close();
    }
  }
}
