package io.holdfast.server.documents;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Each dependency of {@code pom.xml} has a reason in {@code CONTRIBUTING.md}. */
class DependenciesTest {
  private static final Pattern DEPENDENCY =
      Pattern.compile("<dependency>.*?<artifactId>([^<]+)</artifactId>", Pattern.DOTALL);

  @Test
  void everyDependency_hasAReason() throws IOException {
    String contributing = Documents.read("CONTRIBUTING.md");
    String table = contributing.substring(contributing.indexOf("\n## Dependencies\n"));
    Set<String> withoutReason = new TreeSet<>();
    Matcher dependency = DEPENDENCY.matcher(Documents.read("pom.xml"));
    while (dependency.find()) {
      String name = dependency.group(1);
      if (!name.startsWith("holdfast-") && !table.contains("`" + name + "`")) {
        withoutReason.add(name);
      }
    }
    assertEquals(Set.of(), withoutReason);
  }
}
