package io.holdfast.server.ctl;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.zip.GZIPInputStream;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Writes all groups into a file. */
@CommandLine.Command(
    name = "export",
    description =
        "Writes every group with its times into one compressed file, while pushes go on. Needs a"
            + " server with --web.enable-admin-api.")
final class ExportCommand implements Command {
  private static final String PATH = "/api/v1/admin/export";
  private static final int PIECE_BYTES = 64 << 10;

  private final Console console;

  @Mixin private final ServerOptions server = new ServerOptions();

  @Parameters(
      arity = "0..1",
      paramLabel = "<file>",
      description = "The file to write; - for standard output.")
  private String file = "";

  @Option(names = "--force", description = "Replace a file that exists.")
  private boolean force;

  ExportCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() throws Failure, IOException {
    if (file.isEmpty()) {
      throw Failure.usage("no file (expected: a file to write, or - for standard output)");
    }
    Path target = Path.of(file);
    if (!file.equals("-") && !force && Files.exists(target)) {
      throw Failure.usage("\"" + file + "\" exists (expected: a new file, or --force)");
    }
    Server from = server.server(console);
    HttpResponse<InputStream> answer = open(from);
    try (InputStream body = answer.body()) {
      if (file.equals("-")) {
        long unused = copy(body, console.out());
        console.out().flush();
      } else {
        long bytes = write(body, target);
        console.print("exported " + from.address() + " to " + file + ", " + bytes + " bytes");
      }
    }
    return ExitCodes.OK;
  }

  private static HttpResponse<InputStream> open(Server from) throws Failure {
    HttpResponse<InputStream> answer = from.streamAny("GET", PATH, BodyPublishers.noBody());
    if (answer.statusCode() == 404 || answer.statusCode() == 405) {
      throw Failure.of(
          from.address() + " exports nothing (expected: Holdfast with --web.enable-admin-api)");
    }
    return from.requireSuccess("GET", PATH, answer);
  }

  /**
   * Writes the file under another name first: a file with the wanted name is complete. The content
   * is compared with the checksum that gzip has behind it.
   */
  private long write(InputStream body, Path target) throws Failure, IOException {
    Path part = target.resolveSibling(target.getFileName() + ".part");
    // A signal ends the process without the code below.
    Runtime.getRuntime().addShutdownHook(new Thread(() -> delete(part), "remove-part"));
    try (OutputStream out =
        Files.newOutputStream(
            part,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE)) {
      long unused = copy(body, out);
    } catch (IOException e) {
      delete(part);
      throw Failure.of(
          "the export into \"%s\" was broken off: %s (expected: the end of the file; try again)"
              .formatted(file, e.getMessage()));
    }
    try (InputStream check = new GZIPInputStream(Files.newInputStream(part), PIECE_BYTES)) {
      long unused = check.transferTo(OutputStream.nullOutputStream());
    } catch (IOException e) {
      delete(part);
      throw Failure.of(
          "the server sent a damaged file: " + e.getMessage() + " (expected: gzip; try again)");
    }
    long bytes = Files.size(part);
    try {
      if (force) {
        Path unused =
            Files.move(
                part, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      } else {
        Path unused = Files.move(part, target);
      }
    } catch (FileAlreadyExistsException e) {
      delete(part);
      throw Failure.of("\"" + file + "\" exists by now (expected: a new file, or --force)");
    }
    return bytes;
  }

  private static void delete(Path part) {
    try {
      boolean unused = Files.deleteIfExists(part);
    } catch (IOException e) {
      // The next export writes the file anew.
    }
  }

  private long copy(InputStream from, OutputStream to) throws IOException {
    byte[] piece = new byte[PIECE_BYTES];
    long done = 0;
    try (Progress progress = Progress.of(console, "bytes", 0)) {
      for (int read = from.read(piece); read >= 0; read = from.read(piece)) {
        to.write(piece, 0, read);
        done += read;
        progress.show(done);
      }
      progress.finish(done);
    }
    return done;
  }
}
