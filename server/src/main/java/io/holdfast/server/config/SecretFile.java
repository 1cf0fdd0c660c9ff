package io.holdfast.server.config;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * The reader of the secret that only the nodes of a cluster know. Messages show the path, never the
 * secret.
 */
final class SecretFile {
  private static final int MINIMUM_BYTES = 16;
  private static final int MAXIMUM_BYTES = 4096;

  private SecretFile() {}

  /**
   * Returns the file's content without a line end.
   *
   * @throws IllegalArgumentException if the file holds no secret of a sensible length, or if other
   *     users can read or change it
   */
  static byte[] read(String path) {
    byte[] secret = withoutLineEnd(content(path));
    if (secret.length < MINIMUM_BYTES || secret.length > MAXIMUM_BYTES) {
      throw new IllegalArgumentException(
          "\"%s\" (expected: a file with a secret of %d to %d bytes, such as \"openssl rand -hex 32\" makes)"
              .formatted(path, MINIMUM_BYTES, MAXIMUM_BYTES));
    }
    refuseOpenToOthers(Path.of(path));
    return secret;
  }

  /**
   * Refuses a file that other users can open, as ssh does. Only its owner may open a file of this
   * process's own user. A group may read a file of another user, such as root's files that
   * Kubernetes mounts. Otherwise this process could not read such a file.
   */
  private static void refuseOpenToOthers(Path path) {
    int mode;
    boolean isOwn;
    try {
      mode = (int) Files.getAttribute(path, "unix:mode") & 0777;
      Object ourselves = Files.getAttribute(Path.of("/proc/self"), "unix:uid");
      isOwn = Files.getAttribute(path, "unix:uid").equals(ourselves);
    } catch (IOException | UnsupportedOperationException | IllegalArgumentException e) {
      // The file system has no such permissions, or does not show them.
      return;
    }
    int allowed = isOwn ? 0700 : 0740;
    if ((mode & ~allowed) != 0) {
      throw new IllegalArgumentException(
          "\"%s\" is open to other users with mode %04o (expected: chmod %s %s)"
              .formatted(path, mode, isOwn ? "600" : "640", path));
    }
  }

  private static byte[] content(String path) {
    try {
      if (path.isEmpty()) {
        throw new IllegalArgumentException("\"\" (expected: a file)");
      }
      try (InputStream in = Files.newInputStream(Path.of(path))) {
        return in.readNBytes(MAXIMUM_BYTES + 3);
      }
    } catch (IOException | InvalidPathException e) {
      throw new IllegalArgumentException(
          "\"" + path + "\" (expected: a file that can be read; " + e + ")", e);
    }
  }

  private static byte[] withoutLineEnd(byte[] content) {
    int length = content.length;
    if (length > 0 && content[length - 1] == '\n') {
      length--;
      if (length > 0 && content[length - 1] == '\r') {
        length--;
      }
    }
    return Arrays.copyOf(content, length);
  }
}
