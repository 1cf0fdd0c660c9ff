package io.holdfast.storage;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;

/** The files of a store that nobody has open. */
final class StoreDirectory {
  private static final String ASIDE = "aside-";

  /** Names the manifest; where it is missing, RocksDB makes a new store and deletes the old one. */
  private static final String CURRENT = "CURRENT";

  private StoreDirectory() {}

  /**
   * Moves everything into a new directory below, because the store's own may be a mount point. If
   * that is broken off, the store cannot be opened, rather than looking like a new one.
   *
   * @return the new directory
   */
  static Path setAside(Path directory, Instant now) throws IOException {
    Path aside = directory.resolve(ASIDE + now.toString().replace(':', '-'));
    Files.createDirectory(aside);
    List<Path> files;
    try (Stream<Path> all = Files.list(directory)) {
      files = all.filter(Files::isRegularFile).filter(StoreDirectory::isMovedWithTheRest).toList();
    }
    for (Path file : files) {
      Files.move(file, aside.resolve(file.getFileName()));
    }
    force(aside);
    force(directory);
    Files.move(directory.resolve(CURRENT), aside.resolve(CURRENT));
    // What is moved must not come back after a power loss, beside what is written anew.
    force(aside);
    force(directory);
    return aside;
  }

  private static boolean isMovedWithTheRest(Path file) {
    String name = file.getFileName().toString();
    return !name.equals(DirectoryLock.FILE_NAME) && !name.equals(CURRENT);
  }

  private static void force(Path directory) throws IOException {
    try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }
}
