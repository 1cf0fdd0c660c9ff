package io.holdfast.server.ctl;

import picocli.CommandLine.Option;

/** The option for the form of the output. */
final class OutputOptions {
  @Option(
      names = {"-o", "--output"},
      paramLabel = "<form>",
      defaultValue = "table",
      description = "Form of the output: table or json. Default: table")
  private String form = "table";

  boolean isJson() throws Failure {
    return switch (form) {
      case "table" -> false;
      case "json" -> true;
      default -> throw Failure.usage("--output: \"" + form + "\" (expected: table or json)");
    };
  }
}
