package io.holdfast.server.it;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/**
 * The start archive and the native libraries of the jar under test, written by {@code
 * bin/holdfast-start-archive} and {@code scripts/native} before the first node starts. The tests
 * start some hundred nodes, and each start costs half with them.
 */
final class StartArchive {
  private static final Path ARCHIVE = written();

  private StartArchive() {}

  /** Options of the JVM, as {@code bin/holdfast} gives them. */
  static List<String> options() {
    List<String> options = new ArrayList<>();
    if (ARCHIVE.toString().endsWith(".aot")) {
      options.addAll(List.of("-XX:AOTCache=" + ARCHIVE, "-Xlog:cds*=off", "-Xlog:aot*=off"));
    } else {
      options.addAll(List.of("-XX:SharedArchiveFile=" + ARCHIVE, "-Xlog:cds*=off"));
    }
    if (Runtime.version().feature() <= 25) {
      options.add("-XX:+UnlockDiagnosticVMOptions");
      options.add("-XX:ArchiveRelocationMode=0");
    }
    options.add("-Djava.library.path=" + ARCHIVE.resolveSibling("native"));
    options.add("-Dorg.xerial.snappy.use.systemlib=true");
    return options;
  }

  private static Path written() {
    Path repository = Programs.repository();
    Path target = repository.resolve("server/target");
    Path jar = target.resolve("holdfast.jar");
    String kind = Runtime.version().feature() >= 25 ? "aot" : "jsa";
    Path archive = target.resolve("holdfast." + kind);
    // Forks of the tests that start at once write it once.
    try (FileChannel lock =
            FileChannel.open(
                target.resolve("holdfast.archive.lock"),
                StandardOpenOption.CREATE,
                StandardOpenOption.WRITE);
        FileLock held = lock.lock()) {
      if (!held.isValid() || !isNewer(archive, jar)) {
        run(repository.resolve("scripts/native"));
        run(repository.resolve("bin/holdfast-start-archive"));
      }
      return archive;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void run(Path script) throws IOException {
    Programs.run(
            Programs.repository(),
            new byte[0],
            List.of("env", "JAVA_HOME=" + System.getProperty("java.home"), script.toString()))
        .orFail();
  }

  private static boolean isNewer(Path archive, Path jar) throws IOException {
    return Files.exists(archive)
        && Files.getLastModifiedTime(archive).compareTo(Files.getLastModifiedTime(jar)) > 0;
  }
}
