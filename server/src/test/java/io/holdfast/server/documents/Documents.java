package io.holdfast.server.documents;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** The files of the repository. */
public final class Documents {
  private static final Path ROOT =
      Path.of(System.getProperty("basedir", "")).toAbsolutePath().resolve("..").normalize();
  private static final Set<String> SKIPPED = Set.of("target", ".git", "node_modules", "data");

  private Documents() {}

  /** Returns the path of a file, from the repository's root. */
  public static Path path(String file) {
    return ROOT.resolve(file);
  }

  /** Returns the text of a file, from the repository's root. */
  static String read(String file) throws IOException {
    return Files.readString(path(file));
  }

  /** Returns the files whose names end so, in order, without what builds and nodes leave. */
  static List<Path> endingWith(String suffix) throws IOException {
    List<Path> found = new ArrayList<>();
    Files.walkFileTree(
        ROOT,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes) {
            return SKIPPED.contains(directory.getFileName().toString())
                ? FileVisitResult.SKIP_SUBTREE
                : FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            if (file.getFileName().toString().endsWith(suffix)) {
              found.add(file);
            }
            return FileVisitResult.CONTINUE;
          }
        });
    return found.stream().sorted().toList();
  }

  /** Returns the path as documents name it. */
  static String name(Path file) {
    return ROOT.relativize(file).toString();
  }
}
