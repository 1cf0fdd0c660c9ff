package io.holdfast.server.it;

import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A file system of some megabytes in memory, with a file that is not the store's and takes the
 * space away. Mounting needs the rights of root.
 */
final class SmallDisk implements Closeable {
  private static final byte[] BLOCK = new byte[64 << 10];

  private final Path scratch;
  private final Path root;
  private final Path foreign;

  SmallDisk(Path scratch, int megabytes) throws IOException {
    this.scratch = scratch;
    this.root = Files.createDirectories(scratch.resolve("disk"));
    this.foreign = root.resolve("foreign");
    run("mount", "-t", "tmpfs", "-o", "size=" + megabytes + "m", "tmpfs", root.toString());
  }

  Path root() {
    return root;
  }

  /** Takes space until no more than this is free. */
  void fillUpTo(long freeBytes) throws IOException {
    try (OutputStream file = Files.newOutputStream(foreign)) {
      while (Files.getFileStore(root).getUsableSpace() > freeBytes) {
        file.write(BLOCK);
      }
    }
  }

  /** Takes whatever is left, as long as there is anything. */
  void fill() throws IOException {
    fillUpTo(BLOCK.length);
    try (OutputStream file = Files.newOutputStream(root.resolve("foreign-too"))) {
      while (Files.getFileStore(root).getUsableSpace() >= 0) {
        file.write(BLOCK);
      }
    } catch (IOException e) {
      if (Files.getFileStore(root).getUsableSpace() > 0) {
        throw e;
      }
    }
  }

  void makeSpace() throws IOException {
    Files.deleteIfExists(foreign);
    Files.deleteIfExists(root.resolve("foreign-too"));
  }

  @Override
  public void close() throws IOException {
    run("umount", "--lazy", root.toString());
  }

  private void run(String... command) throws IOException {
    Programs.Result result = Programs.run(scratch, new byte[0], List.of(command));
    if (result.exitCode() != 0) {
      throw new AssertionError(
          String.join(" ", command)
              + ": "
              + result.output().strip()
              + " (the tests of a full disk must be allowed to mount: run as root)");
    }
  }
}
