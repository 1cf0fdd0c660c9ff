package io.holdfast.server;

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
    SWITCH,
    NOT_YET,
    NOT_YET_SWITCH;

    boolean isSwitch() {
      return this == SWITCH || this == NOT_YET_SWITCH;
    }

    boolean isNotYet() {
      return this == NOT_YET || this == NOT_YET_SWITCH;
    }
  }

  OptionSpec spec() {
    OptionSpec.Builder spec = OptionSpec.builder("--" + name);
    if (kind.isSwitch()) {
      return spec.type(boolean.class).negatable(true).arity("0").description(description).build();
    }
    String shown = byDefault.isEmpty() ? "" : " Default: " + byDefault;
    spec.paramLabel(label).hideParamSyntax(true).description(description + shown);
    return kind == Kind.LIST
        ? spec.type(List.class).auxiliaryTypes(String.class).arity("1").build()
        : spec.type(String.class).arity("1").build();
  }

  boolean isSwitchNamed(String argument) {
    return kind.isSwitch() && (argument.equals("--" + name) || argument.equals("--no-" + name));
  }

  boolean isGiven(ParseResult parsed) {
    return parsed.hasMatchedOption("--" + name);
  }

  /**
   * What is given, or the default.
   *
   * @throws IllegalArgumentException if the flag is not implemented yet and has another value
   */
  List<String> values(ParseResult parsed) {
    List<String> values;
    if (!isGiven(parsed)) {
      values = kind == Kind.LIST && byDefault.isEmpty() ? List.of() : List.of(byDefault);
    } else if (kind.isSwitch()) {
      values = List.of(String.valueOf(parsed.<Boolean>matchedOptionValue("--" + name, false)));
    } else if (kind == Kind.LIST) {
      values = List.copyOf(parsed.matchedOptionValue("--" + name, List.<String>of()));
    } else {
      values = List.of(parsed.matchedOptionValue("--" + name, byDefault));
    }
    if (kind.isNotYet() && !values.equals(List.of(byDefault))) {
      throw new IllegalArgumentException(
          "--%s: not implemented yet (expected: a command line without it)".formatted(name));
    }
    return values;
  }
}
