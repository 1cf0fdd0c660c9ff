package io.holdfast.dist;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * What {@code scripts/image} has built of the Dockerfile.
 *
 * @param root the root file system
 * @param lines the configuration, {@code key=value}
 */
record Image(Path root, List<String> lines) {
  static Image build(Path repository, Path directory) throws Exception {
    // Names an older JDK, if the machine has no better one.
    System.out.print(
        Container.output(
            List.of(repository.resolve("scripts/image").toString(), directory.toString())));
    return read(directory);
  }

  private static Image read(Path directory) throws IOException {
    return new Image(directory.resolve("rootfs"), Files.readAllLines(directory.resolve("config")));
  }

  List<String> values(String key) {
    return lines.stream()
        .filter(line -> line.startsWith(key + "="))
        .map(line -> line.substring(key.length() + 1))
        .toList();
  }

  String value(String key) {
    return String.join(" ", values(key));
  }
}
