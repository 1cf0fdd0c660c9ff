package io.holdfast.server.backup;

import io.holdfast.server.http.BodyReader;
import io.holdfast.storage.Refusal;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The temporary file of one import, beside the store. The file can take the free space of the disk,
 * except a reserve. The store must have room for the groups as well.
 *
 * <p>Concurrency: one thread at a time.
 */
final class Spool implements BodyReader.Sink, AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Spool.class);

  private static final String NAME = "import.spool";

  /** Four times the space below which the store refuses pushes. */
  private static final long RESERVE_BYTES = 64L << 20;

  /** The distance of two looks at the free space. */
  private static final long LOOK_BYTES = 4L << 20;

  private static final Set<StandardOpenOption> NEW_FILE =
      Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);

  /** The refusal of a body that the disk cannot take. */
  @SuppressWarnings("serial") // Never leaves the room.
  static final class NoSpaceException extends RuntimeException {
    final Refusal refusal;

    NoSpaceException(Refusal refusal) {
      super(refusal.text());
      this.refusal = refusal;
    }
  }

  private final Path file;
  private final FileChannel channel;
  private long written;
  private long lookedAt = -LOOK_BYTES;

  private Spool(Path file, FileChannel channel) {
    this.file = file;
    this.channel = channel;
  }

  /** Creates an empty file for the owner of the process alone. */
  static Spool create(Path directory) {
    Path file = directory.resolve(NAME);
    try {
      boolean unused = Files.deleteIfExists(file);
      return new Spool(file, FileChannel.open(file, NEW_FILE, forOwnerAlone(file)));
    } catch (IOException e) {
      throw failed(file, e);
    }
  }

  /** Deletes the file that an ended process has left behind. */
  static void deleteLeftOver(Path directory) {
    Path file = directory.resolve(NAME);
    try {
      if (Files.deleteIfExists(file)) {
        log.atInfo().addKeyValue("path", file).log("file of an interrupted import deleted");
      }
    } catch (IOException e) {
      log.atWarn()
          .addKeyValue("path", file)
          .addKeyValue("err", e.toString())
          .log("file of an interrupted import not deleted");
    }
  }

  private static FileAttribute<?>[] forOwnerAlone(Path file) {
    return file.getFileSystem().supportedFileAttributeViews().contains("posix")
        ? new FileAttribute<?>[] {
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
        }
        : new FileAttribute<?>[0];
  }

  @Override
  public void take(ByteBuffer bytes) {
    try {
      if (written - lookedAt >= LOOK_BYTES) {
        lookedAt = written;
        requireSpace();
      }
      written += bytes.remaining();
      while (bytes.hasRemaining()) {
        int unused = channel.write(bytes);
      }
    } catch (IOException e) {
      throw failed(file, e);
    }
  }

  private void requireSpace() throws IOException {
    long free = Files.getFileStore(file).getUsableSpace();
    if (free < RESERVE_BYTES) {
      throw new NoSpaceException(
          new Refusal(
              Refusal.Code.DISK_FULL,
              "import: "
                  + free
                  + " bytes are free under "
                  + file.getParent()
                  + " after "
                  + written
                  + " bytes of the file (expected: at least "
                  + RESERVE_BYTES
                  + "); nothing was changed"));
    }
  }

  private static NoSpaceException failed(Path file, IOException e) {
    return new NoSpaceException(
        new Refusal(
            Refusal.Code.DISK_FULL,
            "import: " + file + " cannot be written: " + e + "; nothing was changed"));
  }

  long bytes() {
    return written;
  }

  /** Opens the file for reading, from its beginning. */
  InputStream open() throws IOException {
    return new BufferedInputStream(Files.newInputStream(file));
  }

  /** Deletes the file. A second call does nothing. */
  @Override
  public void close() {
    try {
      channel.close();
      boolean unused = Files.deleteIfExists(file);
    } catch (IOException e) {
      log.atWarn()
          .addKeyValue("path", file)
          .addKeyValue("err", e.toString())
          .log("file of an import not deleted");
    }
  }
}
