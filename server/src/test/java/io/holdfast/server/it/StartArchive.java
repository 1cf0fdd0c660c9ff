package io.holdfast.server.it;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;

/**
 * The start archive of the jar under test, written by {@code bin/holdfast-start-archive} before the
 * first node starts. The tests start some hundred nodes, and each start costs two thirds with it.
 */
final class StartArchive {
  private static final Path ARCHIVE = written();

  private StartArchive() {}

  /** Options of the JVM, as {@code bin/holdfast} gives them. */
  static List<String> options() {
    return ARCHIVE.toString().endsWith(".aot")
        ? List.of("-XX:AOTCache=" + ARCHIVE, "-Xlog:cds*=off", "-Xlog:aot*=off")
        : List.of("-XX:SharedArchiveFile=" + ARCHIVE, "-Xlog:cds*=off");
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
        Programs.run(
                target,
                new byte[0],
                List.of(
                    "env",
                    "JAVA_HOME=" + System.getProperty("java.home"),
                    repository.resolve("bin/holdfast-start-archive").toString()))
            .orFail();
      }
      return archive;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static boolean isNewer(Path archive, Path jar) throws IOException {
    return Files.exists(archive)
        && Files.getLastModifiedTime(archive).compareTo(Files.getLastModifiedTime(jar)) > 0;
  }
}
