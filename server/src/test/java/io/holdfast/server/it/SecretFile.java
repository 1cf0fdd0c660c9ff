package io.holdfast.server.it;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/** The secret that only the nodes of a cluster know. */
final class SecretFile {
  private SecretFile() {}

  static Path in(Path directory) throws IOException {
    Path file = Files.writeString(directory.resolve("secret"), "0123456789abcdef0123456789abcdef");
    return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
  }
}
