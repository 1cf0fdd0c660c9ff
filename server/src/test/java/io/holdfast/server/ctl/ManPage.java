package io.holdfast.server.ctl;

import io.holdfast.server.documents.Troff;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** The manual page of the tool, made of the declaration of its commands. */
final class ManPage {
  private static final String END =
      """
      .SH ENVIRONMENT
      .TP
      .B HOLDFAST_URL
      The server, if there is no \\-\\-url.
      .TP
      .BR HOLDFAST_USER ", " HOLDFAST_PASSWORD_FILE ", " HOLDFAST_CA_FILE
      Defaults of the options with these names.
      .TP
      .B NETRC
      The file with passwords, in place of ~/.netrc.
      .SH SEE ALSO
      .BR curl (1),
      .BR prometheus\\-pushgateway (1)
      """;

  private final StringBuilder page = new StringBuilder();

  static String of(CommandLine root) {
    ManPage man = new ManPage();
    CommandSpec spec = root.getCommandSpec();
    man.page.append(Troff.MARK);
    man.line(".TH HOLDFASTCTL 1 \"\" Holdfast");
    man.line(".SH NAME");
    man.line("holdfastctl \\- " + Troff.escaped("works on the groups of a Holdfast server"));
    man.line(".SH SYNOPSIS");
    man.line(".B holdfastctl");
    man.line(".I COMMAND");
    man.line("[\\fIOPTION\\fR...] [\\fIARGUMENT\\fR...]");
    man.line(".SH DESCRIPTION");
    man.line(Troff.escaped(text(spec.usageMessage().description())));
    man.options(spec);
    man.line(".SH COMMANDS");
    root.getSubcommands().forEach((name, command) -> man.command(name, command));
    man.line(".SH EXIT STATUS");
    for (String footer : spec.usageMessage().footer()) {
      String[] parts = footer.strip().split(" +", 2);
      man.page.append(Troff.item(parts[0], parts[1]));
    }
    man.page.append(END);
    return man.page.toString();
  }

  private void command(String name, CommandLine command) {
    CommandSpec spec = command.getCommandSpec();
    line(".SS " + Troff.escaped(name));
    line(Troff.escaped(text(spec.usageMessage().description())));
    for (PositionalParamSpec parameter : spec.positionalParameters()) {
      argument(parameter.paramLabel(), parameter);
    }
    options(spec);
    command.getSubcommands().forEach((below, each) -> command(name + " " + below, each));
  }

  private void options(CommandSpec spec) {
    for (OptionSpec option : spec.options()) {
      String value = option.arity().max() == 0 ? "" : " " + option.paramLabel();
      argument(String.join(", ", List.of(option.names())) + value, option);
    }
  }

  private void argument(String head, ArgSpec argument) {
    page.append(Troff.item(head, text(argument.description())));
  }

  private static String text(String[] paragraphs) {
    return String.join(" ", paragraphs).replace("$$", "$");
  }

  private void line(String text) {
    page.append(text).append('\n');
  }
}
