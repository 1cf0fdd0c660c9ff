package io.holdfast.storage.disk;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The files of a closed store: the creation of their directory, and their quarantine.
 *
 * <p>The thread that opens the store uses this class. A failure of the disk is an {@link
 * IOException}. No file is deleted or overwritten.
 */
public final class StoreDirectory {
  private static final String ASIDE = "aside-";

  /**
   * The file that names the manifest. Without it, RocksDB would create a new store and delete the
   * old one.
   */
  private static final String CURRENT = "CURRENT";

  private static final Logger log = LoggerFactory.getLogger(StoreDirectory.class);
  private static final Set<PosixFilePermission> OWNERS_DIRECTORY =
      PosixFilePermissions.fromString("rwx------");

  private StoreDirectory() {}

  /**
   * Creates the directory for its owner alone. Logs a warning if an existing directory is open to
   * other users.
   */
  static void create(Path directory) throws IOException {
    Files.createDirectories(directory, forOwnerAlone(directory));
    if (!arePermissionsKnown(directory)) {
      return;
    }
    Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(directory);
    if (permissions.contains(PosixFilePermission.OTHERS_READ)
        || permissions.contains(PosixFilePermission.OTHERS_EXECUTE)) {
      log.atWarn()
          .addKeyValue("path", directory)
          .addKeyValue("permissions", PosixFilePermissions.toString(permissions))
          .log("data directory is open to every user of the machine; chmod 700 it");
    }
  }

  private static FileAttribute<?>[] forOwnerAlone(Path directory) {
    return arePermissionsKnown(directory)
        ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(OWNERS_DIRECTORY)}
        : new FileAttribute<?>[0];
  }

  static boolean arePermissionsKnown(Path path) {
    return path.getFileSystem().supportedFileAttributeViews().contains("posix");
  }

  /**
   * Quarantines a store: moves its files into a new directory below, because the store's own
   * directory can be a mount point. After an interrupted move the store cannot be opened, so the
   * rest never looks like a new store.
   *
   * @return the new directory
   */
  public static Path quarantine(Path directory, Instant now) throws IOException {
    Path aside = directory.resolve(ASIDE + now.toString().replace(':', '-'));
    // The call fails if the name exists, because an older quarantine must not be overwritten.
    Files.createDirectory(aside, forOwnerAlone(directory));
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
    // After a power loss, moved files must not reappear beside the files of the new store.
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
