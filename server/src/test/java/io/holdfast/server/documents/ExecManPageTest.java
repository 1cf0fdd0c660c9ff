package io.holdfast.server.documents;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The manual page of holdfast-exec follows from the program's own help. */
class ExecManPageTest {
  private static final Pattern HELP =
      Pattern.compile(
          "cat <<'END'\nUsage: holdfast-exec (.*)\n\n([^-]*?)\n\n(  -.*?)\n\n(Exit codes: .*?)\nEND\n",
          Pattern.DOTALL);

  /** The column of the help in which the texts of options begin. */
  private static final int TEXT = 25;

  private static final String HEAD =
      """
      .TH HOLDFAST\\-EXEC 1 "" Holdfast
      .SH NAME
      holdfast\\-exec \\- runs a command and pushes its outcome
      .SH SYNOPSIS
      .B holdfast\\-exec
      """;

  private static final String END =
      """
      .SH SEE ALSO
      .BR holdfastctl (1),
      .BR holdfast (8),
      /usr/share/doc/holdfast/docs/batch\\-jobs.md
      """;

  @Test
  void manPage_isCurrent() throws IOException {
    GeneratedPage.assertCurrentFile("docs/holdfast-exec.1", page());
  }

  private static String page() throws IOException {
    Matcher help = HELP.matcher(Documents.read("bin/holdfast-exec"));
    assertTrue(help.find(), "bin/holdfast-exec has a help of four parts");
    StringBuilder page = new StringBuilder(Troff.MARK).append(HEAD);
    page.append(Troff.escaped(help.group(1))).append('\n');
    page.append(".SH DESCRIPTION\n").append(Troff.escaped(help.group(2))).append('\n');
    page.append(".SH OPTIONS\n");
    for (String option : help.group(3).split("\n(?=  -)")) {
      // The text of a long option begins on the next line.
      int end = option.charAt(TEXT - 1) == ' ' ? TEXT : option.indexOf('\n');
      String text = option.substring(end).strip().replaceAll("\\s+", " ");
      page.append(Troff.item(option.substring(0, end).strip(), text));
    }
    page.append(".SH EXIT STATUS\n")
        .append(Troff.escaped(help.group(4).substring("Exit codes: ".length())))
        .append('\n');
    return page.append(END).toString();
  }
}
