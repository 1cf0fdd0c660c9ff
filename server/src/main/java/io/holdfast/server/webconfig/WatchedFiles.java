package io.holdfast.server.webconfig;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The reader that remembers the content of files, so that it can detect changes. It compares
 * content and not times. The times of Kubernetes's secrets are those of a symbolic link, and two
 * changes can share one time. The files have a few kilobytes. Confined to one thread.
 */
final class WatchedFiles {
  private static final int MAX_BYTES = 1 << 20;
  private static final byte[] UNREADABLE = {};

  private final Map<Path, byte[]> digests = new LinkedHashMap<>();

  /**
   * Returns the file's content. The file is watched from now on, whether it can be read or not.
   *
   * @throws IOException if the file cannot be read or is too large for such a file
   */
  byte[] read(Path file) throws IOException {
    digests.put(file, UNREADABLE);
    byte[] content = content(file);
    digests.put(file, digest(content));
    return content;
  }

  /** Returns whether any of the files would now be read differently. */
  boolean haveChanged() {
    return digests.entrySet().stream()
        .anyMatch(file -> !Arrays.equals(file.getValue(), digestNow(file.getKey())));
  }

  private static byte[] digestNow(Path file) {
    try {
      return digest(content(file));
    } catch (IOException e) {
      return UNREADABLE;
    }
  }

  private static byte[] content(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      byte[] content = in.readNBytes(MAX_BYTES + 1);
      if (content.length > MAX_BYTES) {
        throw new IOException("larger than " + MAX_BYTES + " bytes");
      }
      return content;
    }
  }

  private static byte[] digest(byte[] content) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(content);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("SHA-256 is missing from this JDK", e);
    }
  }
}
