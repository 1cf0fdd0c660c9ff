package io.holdfast.storage;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A file system of a few megabytes in memory. Mounting needs the rights of root. */
public final class SmallDisk implements AutoCloseable {
  public final Path root;

  public SmallDisk(Path mountPoint, int megabytes) {
    this.root = mountPoint;
    try {
      Files.createDirectories(mountPoint);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    run("mount", "-t", "tmpfs", "-o", "size=" + megabytes + "m", "tmpfs", root.toString());
  }

  /** Makes a file one that cannot be moved. */
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

  @Override
  public void close() {
    run("umount", root.toString());
  }

  private static void run(String... command) {
    List<String> words = List.of(command);
    try {
      Process process = new ProcessBuilder(words).redirectErrorStream(true).start();
      String output =
          new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
      if (process.waitFor() != 0) {
        throw new AssertionError(
            String.join(" ", words)
                + ": "
                + output
                + " (the tests of full and read-only disks must be allowed to mount: run as root)");
      }
    } catch (IOException e) {
      throw new AssertionError(String.join(" ", words) + ": " + e.getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }
}
