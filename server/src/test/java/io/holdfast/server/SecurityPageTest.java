package io.holdfast.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** SECURITY.md names tests as proofs: they must be there. */
class SecurityPageTest {
  private static final Path ROOT = Path.of(System.getProperty("basedir", "")).resolve("..");
  private static final Pattern PROOF = Pattern.compile("`([A-Z]\\w*(?:Test|IT))(?:\\.(\\w+))?`");

  @Test
  void everyTestThatIsNamed_isThere() throws IOException {
    Map<String, String> sources = testSources();
    List<String> missing = new ArrayList<>();
    int named = 0;
    Matcher proof = PROOF.matcher(Files.readString(ROOT.resolve("SECURITY.md")));
    while (proof.find()) {
      named++;
      String source = sources.getOrDefault(proof.group(1) + ".java", "");
      String method = proof.group(2);
      boolean isThere = method == null ? !source.isEmpty() : source.contains(" " + method + "(");
      if (!isThere) {
        missing.add(proof.group());
      }
    }
    assertEquals(List.of(), missing);
    assertTrue(named > 20, "tests named: " + named);
  }

  private static Map<String, String> testSources() throws IOException {
    Map<String, String> sources = new HashMap<>();
    for (String module : List.of("proto", "storage", "cluster", "server")) {
      try (Stream<Path> files = Files.walk(ROOT.resolve(module).resolve("src/test/java"))) {
        for (Path file : files.filter(each -> each.toString().endsWith(".java")).toList()) {
          sources.put(file.getFileName().toString(), Files.readString(file));
        }
      }
    }
    return sources;
  }
}
