package io.holdfast.server.it;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The repository's shell scripts have nothing that shellcheck reports. */
final class ShellCheckIT {
  @TempDir Path directory;

  @Test
  void shellScripts_haveNoFindings() throws IOException {
    List<String> scripts = scripts();
    assertTrue(scripts.contains("bin/holdfast-exec"), scripts::toString);
    assertTrue(scripts.contains("scripts/test"), scripts::toString);

    List<String> command = new ArrayList<>();
    command.add(Programs.require("shellcheck", "shellcheck"));
    command.addAll(scripts);
    Programs.run(directory, Programs.repository(), new byte[0], command).orFail();
  }

  private static List<String> scripts() throws IOException {
    List<String> scripts = new ArrayList<>();
    for (String parent : List.of("bin", "deploy/image", "scripts")) {
      try (Stream<Path> files = Files.list(Programs.repository().resolve(parent))) {
        for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
          if (isShell(file)) {
            scripts.add(Programs.repository().relativize(file).toString());
          }
        }
      }
    }
    return scripts;
  }

  private static boolean isShell(Path file) throws IOException {
    String start = new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
    return start.lines().findFirst().orElse("").matches("#!.*[/ ](ba|da)?sh");
  }
}
