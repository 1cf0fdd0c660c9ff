package io.holdfast.server.config;

import io.holdfast.server.documents.Troff;
import java.util.List;

/** The manual page of the node's program, made of the declared flags. */
final class NodeManPage {
  private static final String HEAD =
      """
      .TH HOLDFAST 8 "" Holdfast
      .SH NAME
      holdfast \\- keeps pushed metrics, durably, until Prometheus scrapes them
      .SH SYNOPSIS
      .B holdfast
      [\\fIFLAG\\fR...]
      .SH DESCRIPTION
      Runs one node of Holdfast, a replacement of the Prometheus Pushgateway.
      Batch jobs push metrics to the node, and Prometheus scrapes them from there.
      An answered push is on the disk.
      .PP
      Flags have the Pushgateway's forms: \\-\\-flag=value, \\-\\-flag value, and \\-\\-no\\-flag for a switch.
      @file reads arguments from a file, one a line.
      .PP
      The service of systemd runs as the user holdfast in /var/lib/holdfast, with the flags of /etc/default/holdfast.
      """;

  private static final String END =
      """
      .SH ENVIRONMENT
      .TP
      .B HOLDFAST_JAVA_OPTS
      Options for the JVM, after those of /usr/lib/holdfast/config/jvm.options.
      .TP
      .B JAVA_HOME
      The Java runtime, version 17 or newer. Without the variable, the java in PATH runs.
      .SH FILES
      .TP
      .B /etc/default/holdfast
      The flags of the service, in ARGS.
      .TP
      .B /etc/holdfast
      A directory for the web config file, certificates and secrets. The user holdfast may read it.
      .TP
      .B /var/lib/holdfast/data
      The store of the service, unless \\-\\-storage.path names another directory.
      .SH SIGNALS
      SIGTERM and SIGINT end the node in order.
      .SH EXIT STATUS
      .TP
      .B 0
      The node ended in order.
      .TP
      .B 1
      The node could not start, or failed. The last line of the log names the reason.
      .TP
      .B 2
      The command line has a mistake.
      .SH SEE ALSO
      .BR holdfastctl (1),
      .BR holdfast\\-exec (1),
      /usr/share/doc/holdfast
      """;

  private NodeManPage() {}

  static String text() {
    StringBuilder page = new StringBuilder(Troff.MARK).append(HEAD);
    append(page, "FLAGS", FlagTable.ONE_NODE);
    page.append(Troff.item("--version", "Print the version and exit."));
    page.append(Troff.item("-h, --help", "Print the help and exit."));
    append(page, "LIMITS", LimitFlags.ALL);
    append(page, "FLAGS OF A CLUSTER", ClusterFlags.ALL);
    return page.append(END).toString();
  }

  private static void append(StringBuilder page, String section, List<Flag> flags) {
    page.append(".SH ").append(section).append('\n');
    for (Flag flag : flags) {
      boolean hasDefault = flag.kind() != Flag.Kind.SWITCH && !flag.byDefault().isEmpty();
      page.append(
          Troff.item(
              ("--" + flag.name() + " " + flag.label()).strip(),
              flag.description() + (hasDefault ? " Default: " + flag.byDefault() : "")));
    }
  }
}
