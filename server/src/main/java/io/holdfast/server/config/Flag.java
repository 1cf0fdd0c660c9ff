package io.holdfast.server.config;

import java.util.List;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/**
 * One flag, as the help shows it and the command line takes it.
 *
 * @param name without dashes
 * @param label what the help shows in place of a value; empty for a switch
 * @param byDefault the value if none is given
 */
record Flag(String name, Kind kind, String label, String byDefault, String description) {
  enum Kind {
    VALUE,
    LIST,
    SWITCH
  }

  OptionSpec spec() {
    OptionSpec.Builder spec = OptionSpec.builder("--" + name);
    if (kind == Kind.SWITCH) {
      return spec.type(boolean.class).negatable(true).arity("0").description(description).build();
    }
    String shown = byDefault.isEmpty() ? "" : " Default: " + byDefault;
    spec.paramLabel(label).hideParamSyntax(true).description(description + shown);
    return kind == Kind.LIST
        ? spec.type(List.class).auxiliaryTypes(String.class).arity("1").build()
        : spec.type(String.class).arity("1").build();
  }

  boolean isSwitchNamed(String argument) {
    return kind == Kind.SWITCH && (argument.equals("--" + name) || argument.equals("--no-" + name));
  }

  boolean isGiven(ParseResult parsed) {
    return parsed.hasMatchedOption("--" + name);
  }

  /** What is given, or the default. */
  List<String> values(ParseResult parsed) {
    if (!isGiven(parsed)) {
      return kind == Kind.LIST && byDefault.isEmpty() ? List.of() : List.of(byDefault);
    }
    return switch (kind) {
      case SWITCH ->
          List.of(String.valueOf(parsed.<Boolean>matchedOptionValue("--" + name, false)));
      case LIST -> List.copyOf(parsed.matchedOptionValue("--" + name, List.<String>of()));
      case VALUE -> List.of(parsed.matchedOptionValue("--" + name, byDefault));
    };
  }
}
