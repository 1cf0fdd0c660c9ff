package io.holdfast.server;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Arrays;

/** What the nodes of a cluster know and nobody else. Never shown: messages have its path only. */
final class SecretFile {
  private static final int MINIMUM_BYTES = 16;
  private static final int MAXIMUM_BYTES = 4096;

  private SecretFile() {}

  /**
   * The file's content without the line end that editors put behind it.
   *
   * @throws IllegalArgumentException if there is no secret of a sensible length to be read
   */
  static byte[] read(String path) {
    byte[] secret = withoutLineEnd(content(path));
    if (secret.length < MINIMUM_BYTES || secret.length > MAXIMUM_BYTES) {
      throw new IllegalArgumentException(
          "\"%s\" (expected: a file with a secret of %d to %d bytes, such as \"openssl rand -hex 32\" makes)"
              .formatted(path, MINIMUM_BYTES, MAXIMUM_BYTES));
    }
    return secret;
  }

  /** Whether any user of the machine can read it; false where that cannot be told. */
  static boolean isReadableByOthers(String path) {
    try {
      return Files.getPosixFilePermissions(Path.of(path)).contains(PosixFilePermission.OTHERS_READ);
    } catch (IOException | UnsupportedOperationException e) {
      return false;
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
