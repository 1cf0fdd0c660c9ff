package io.holdfast.server.documents;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Every relative link of every document leads to a file and, with an anchor, to a heading. */
class LinksTest {
  @Test
  void everyLink_leadsSomewhere() throws IOException {
    List<String> broken = new ArrayList<>();
    int checked = 0;
    for (Path document : Documents.endingWith(".md")) {
      for (String link : Markdown.links(Files.readString(document))) {
        if (URI.create(link).isAbsolute()) {
          continue;
        }
        checked++;
        String problem = problem(document, link);
        if (!problem.isEmpty()) {
          broken.add(Documents.name(document) + ": (" + link + "): " + problem);
        }
      }
    }
    assertEquals(List.of(), broken);
    assertTrue(checked > 50, "links checked: " + checked);
  }

  @Test
  void links_areFoundOutsideOfCode() {
    String text = "[a](x.md#y) `[b](no)` [`c`](z)\n```\n[d](no)\n```\n[e](https://e)\n";

    assertEquals(List.of("x.md#y", "z", "https://e"), Markdown.links(text));
  }

  @Test
  void anchors_areThoseOfGitHub() {
    String text =
        "# A b\n## TLS, and `--x.y`\n```\n# no\n```\n## A b\n### Security: what, what not\n";

    assertEquals(
        Set.of("a-b", "tls-and---xy", "a-b-1", "security-what-what-not"), Markdown.anchors(text));
  }

  private static String problem(Path document, String link) throws IOException {
    String[] parts = link.split("#", 2);
    Path target = parts[0].isEmpty() ? document : document.resolveSibling(parts[0]).normalize();
    if (!Files.exists(target)) {
      return "no such file" + elsewhere(target);
    }
    if (parts.length == 1) {
      return "";
    }
    Set<String> anchors = Markdown.anchors(Files.readString(target));
    return anchors.contains(parts[1]) ? "" : "no such heading (expected: one of " + anchors + ")";
  }

  private static String elsewhere(Path missing) throws IOException {
    List<String> found =
        Documents.endingWith(missing.getFileName().toString()).stream()
            .filter(each -> each.endsWith(missing.getFileName()))
            .map(Documents::name)
            .toList();
    return found.isEmpty() ? "" : " (moved to " + String.join(", ", found) + "?)";
  }
}
