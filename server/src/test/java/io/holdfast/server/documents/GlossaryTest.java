package io.holdfast.server.documents;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Each class, field, flag and metric that the glossary names is in the sources. */
class GlossaryTest {
  private static final Pattern ROW = Pattern.compile("\\| [^|]+ \\| [^|]+ \\| ([^|]+) \\|");
  private static final Pattern CODE = Pattern.compile("`(?:--)?([\\w.-]+)[^`]*`");

  @Test
  void everyNameInTheGlossary_isInTheSources() throws IOException {
    String sources = mainSources();
    List<String> missing = new ArrayList<>();
    int checked = 0;
    for (String row : Documents.read("docs/glossary.md").lines().toList()) {
      Matcher columns = ROW.matcher(row);
      Matcher code = CODE.matcher(columns.matches() ? columns.group(1) : "");
      while (code.find()) {
        checked++;
        for (String name : parts(code.group(1))) {
          if (!sources.contains(name)) {
            missing.add(name + " in: " + row);
          }
        }
      }
    }
    assertEquals(List.of(), missing);
    assertTrue(checked > 40, "names checked: " + checked);
  }

  /** Returns the parts of {@code Class.member}; a flag's name has dots of its own. */
  private static List<String> parts(String name) {
    return Character.isUpperCase(name.charAt(0)) ? List.of(name.split("\\.")) : List.of(name);
  }

  private static String mainSources() throws IOException {
    StringBuilder sources = new StringBuilder();
    List<Path> files =
        Stream.concat(
                Documents.endingWith(".java").stream(), Documents.endingWith(".proto").stream())
            .filter(file -> file.toString().contains("/src/main/"))
            .toList();
    for (Path file : files) {
      sources.append(Files.readString(file));
    }
    return sources.toString();
  }
}
