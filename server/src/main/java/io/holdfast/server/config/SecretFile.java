package io.holdfast.server.config;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Arrays;

/** What the nodes of a cluster know and nobody else. Never shown: messages have its path only. */
final class SecretFile {
  private static final int MINIMUM_BYTES = 16;
  private static final int MAXIMUM_BYTES = 4096;

  private SecretFile() {}

  /**
   * The file's content without the line end that editors put behind it.
   *
   * @throws IllegalArgumentException if there is no secret of a sensible length to be read, or if
   *     others can read or change it
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
   * As ssh does: a file of this process's own user must be open to no other. Another user's, such
   * as root's that Kubernetes mounts, may let a group read it, for how else could this one.
   */
  private static void refuseOpenToOthers(Path path) {
    int mode;
    boolean isOwn;
    try {
      mode = (int) Files.getAttribute(path, "unix:mode") & 0777;
      Object ourselves = Files.getAttribute(Path.of("/proc/self"), "unix:uid");
      isOwn = Files.getAttribute(path, "unix:uid").equals(ourselves);
    } catch (IOException | UnsupportedOperationException | IllegalArgumentException e) {
      // No permissions of this kind here, or nobody can tell.
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
