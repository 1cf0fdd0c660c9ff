package io.holdfast.server.config;

import io.holdfast.server.documents.GeneratedPage;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** {@code docs/flags.md} says what the flags' declarations say. */
class FlagsPageTest {
  private static final String HEAD =
      """
      # Flags

      Flags have the Pushgateway's forms: `--flag=value`, `--flag value`, and `--no-flag` to turn a switch off. `@file` reads
      arguments from a file, one a line. An unknown flag, a malformed value and a flag given twice refuse the start, with exit
      code 2 and one line that names the flag. `./scripts/holdfast --help` prints all flags. `/status` shows their values.

      Durations are Go's: `500ms`, `1m30s`, `7d`. Sizes are `4096`, `512KiB`, `64MiB`, `1GiB`.

      """;

  private static final String LIMITS =
      """

      ## Limits

      What clients may ask for. The Pushgateway has no such limits, so the defaults are generous. A refusal names the flag, and
      `pushgateway_limit_exceeded_total{flag}` counts it. In a cluster a limit holds for requests to a node, and not for what
      other nodes have accepted.

      """;

  private static final String CLUSTER =
      """

      ## A cluster

      [operating.md](operating.md#a-cluster) shows them in use.

      """;

  @Test
  void page_isCurrent() throws IOException {
    StringBuilder page = new StringBuilder(HEAD);
    append(page, FlagTable.ONE_NODE);
    page.append("| `--version` | | Print the version and exit. |\n");
    page.append("| `-h`, `--help` | | Print this help and exit. |\n");
    page.append(LIMITS);
    append(page, LimitFlags.ALL);
    page.append(CLUSTER);
    append(page, ClusterFlags.ALL);
    GeneratedPage.assertCurrent("docs/flags.md", page.toString());
  }

  private static void append(StringBuilder page, List<Flag> flags) {
    page.append("| flag | default | meaning |\n|---|---|---|\n");
    for (Flag flag : flags) {
      String description = flag.description().replaceAll("([\\\\*\\[\\]|<])", "\\\\$1");
      String details = flag.details().isEmpty() ? "" : " " + flag.details();
      page.append(
          "| `--%s` | %s | %s%s |\n".formatted(flag.name(), byDefault(flag), description, details));
    }
  }

  private static String byDefault(Flag flag) {
    if (flag.kind() == Flag.Kind.SWITCH) {
      return "off";
    }
    return flag.byDefault().isEmpty() ? "" : "`" + flag.byDefault() + "`";
  }
}
