package io.holdfast.server.ctl;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Brings the groups of an exported file into a server. */
@CommandLine.Command(
    name = "import",
    description =
        "Brings the groups of an exported file into a server. Needs a server with"
            + " --web.enable-admin-api.")
final class ImportCommand implements Command {
  private static final String PATH = "/api/v1/admin/import";

  private final Console console;

  @Mixin private final ServerOptions server = new ServerOptions();
  @Mixin private final OutputOptions output = new OutputOptions();

  @Parameters(arity = "0..1", paramLabel = "<file>", description = "The file, from \"export\".")
  private String file = "";

  @Option(
      names = "--mode",
      paramLabel = "<mode>",
      defaultValue = "missing",
      description =
          "missing: groups of the server that are newer stay, and groups that the file does not have."
              + " replace: exactly the groups of the file stay. Default: missing")
  private String mode = "missing";

  @Option(
      names = {"-y", "--yes"},
      description = "Replace without a question.")
  private boolean yes;

  ImportCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() throws Failure, IOException {
    boolean isJson = output.isJson();
    if (file.isEmpty()) {
      throw Failure.usage("no file (expected: a file that \"holdfastctl export\" wrote)");
    }
    if (!mode.equals("missing") && !mode.equals("replace")) {
      throw Failure.usage("--mode: \"" + mode + "\" (expected: missing or replace)");
    }
    Path path = Path.of(file);
    long size = size(path);
    Server to = server.server(console);
    if (mode.equals("replace")) {
      Consent.require(
          console,
          yes,
          "Replace every group at " + to.address() + " by the groups of \"" + file + "\"");
    }
    Server.Answer answer;
    try (Progress progress = Progress.of(console, "bytes", size)) {
      answer = to.sendLong("POST", PATH + "?mode=" + mode, body(path, size, progress));
      progress.finish(size);
    }
    if (answer.status() == 404 || answer.status() == 405) {
      throw Failure.of(
          to.address() + " imports nothing (expected: Holdfast with --web.enable-admin-api)");
    }
    Map<String, Object> content = Answers.content(to, "POST", PATH, answer);
    if (isJson) {
      Json.print(console.out(), content);
    } else {
      console.print(
          "imported %d groups, kept %d, deleted %d"
              .formatted(
                  Json.number(content, "imported"),
                  Json.number(content, "kept"),
                  Json.number(content, "deleted")));
    }
    console.out().flush();
    return ExitCodes.OK;
  }

  private long size(Path path) throws Failure {
    try {
      return Files.size(path);
    } catch (NoSuchFileException e) {
      throw Failure.of("\"" + file + "\" (expected: a file that exists)");
    } catch (IOException e) {
      throw Failure.of("\"" + file + "\" cannot be read: " + e.getMessage());
    }
  }

  private static BodyPublisher body(Path path, long size, Progress progress) {
    BodyPublisher stream =
        BodyPublishers.ofInputStream(
            () -> {
              try {
                return new Counted(Files.newInputStream(path), progress);
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            });
    return size == 0 ? stream : BodyPublishers.fromPublisher(stream, size);
  }

  /** Shows how much of the file was read. */
  private static final class Counted extends FilterInputStream {
    private final Progress progress;
    private long done;

    Counted(InputStream in, Progress progress) {
      super(in);
      this.progress = progress;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
      int read = super.read(bytes, offset, length);
      done += Math.max(0, read);
      progress.show(done);
      return read;
    }
  }
}
