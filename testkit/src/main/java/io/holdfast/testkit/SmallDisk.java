package io.holdfast.testkit;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A file system of a few megabytes in memory (tmpfs). A foreign file in it takes the space away.
 * Mounting needs the rights of root.
 */
public final class SmallDisk implements AutoCloseable {
  private static final byte[] BLOCK = new byte[64 << 10];

  private final Path root;
  private final Path foreign;
  private final Path lastOfForeign;

  /** Mounts the file system, and makes the directory of its mount point if there is none. */
  public SmallDisk(Path mountPoint, int megabytes) {
    this.root = mountPoint;
    this.foreign = root.resolve("foreign");
    this.lastOfForeign = root.resolve("foreign-too");
    try {
      Files.createDirectories(mountPoint);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    run("mount", "-t", "tmpfs", "-o", "size=" + megabytes + "m", "tmpfs", root.toString());
  }

  public Path root() {
    return root;
  }

  /** Makes a file that cannot be moved. */
  public static AutoCloseable pinned(Path file) {
    run("mount", "--bind", file.toString(), file.toString());
    return () -> run("umount", file.toString());
  }

  public void makeReadOnly() {
    run("mount", "-o", "remount,ro", root.toString());
  }

  public void resize(int megabytes) {
    run("mount", "-o", "remount,size=" + megabytes + "m", root.toString());
  }

  /** Takes space until at most this many bytes are free. */
  public void fillUpTo(long freeBytes) throws IOException {
    try (OutputStream file = Files.newOutputStream(foreign)) {
      while (Files.getFileStore(root).getUsableSpace() > freeBytes) {
        file.write(BLOCK);
      }
    }
  }

  /**
   * Takes all space. Another writer can free some at any time, so this method writes until it
   * fails.
   */
  public void fill() throws IOException {
    fillUpTo(BLOCK.length);
    try (OutputStream file = Files.newOutputStream(lastOfForeign)) {
      while (Files.getFileStore(root).getUsableSpace() >= 0) {
        file.write(BLOCK);
      }
    } catch (IOException e) {
      if (Files.getFileStore(root).getUsableSpace() > 0) {
        throw e;
      }
    }
  }

  /** Frees the space that this object took. */
  public void makeSpace() throws IOException {
    Files.deleteIfExists(foreign);
    Files.deleteIfExists(lastOfForeign);
  }

  /** Unmounts, also while a process still has a file open there. */
  @Override
  public void close() {
    run("umount", "--lazy", root.toString());
  }

  private static void run(String... command) {
    String words = String.join(" ", command);
    try {
      Process process = new ProcessBuilder(List.of(command)).redirectErrorStream(true).start();
      String output =
          new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
      if (process.waitFor() != 0) {
        throw new AssertionError(
            words
                + ": "
                + output
                + " (the tests of full and read-only disks must be allowed to mount: run as root)");
      }
    } catch (IOException e) {
      throw new AssertionError(words + ": " + e.getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }
}
