package io.holdfast.server.config;

import java.util.List;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/**
 * A flag, declared once. The command line, {@code --help}, {@code /status} and {@code
 * docs/flags.md} follow from the declaration.
 *
 * @param name without dashes
 * @param label placeholder of the value in the help; empty for a switch
 * @param byDefault the value without the flag on the command line
 * @param description for the help and the page
 * @param details for the page alone, in Markdown; empty if the description is enough
 */
public record Flag(
    String name, Kind kind, String label, String byDefault, String description, String details) {

  /** The forms of a flag on the command line. */
  public enum Kind {
    VALUE,
    LIST,
    SWITCH
  }

  static Flag value(String name, String label, String byDefault, String description) {
    return new Flag(name, Kind.VALUE, label, byDefault, description, "");
  }

  static Flag list(String name, String label, String byDefault, String description) {
    return new Flag(name, Kind.LIST, label, byDefault, description, "");
  }

  /** Returns a flag without a value, off by default. */
  static Flag toggle(String name, String description) {
    return new Flag(name, Kind.SWITCH, "", "false", description, "");
  }

  /** Returns the flag with more text for its page. */
  Flag with(String moreDetails) {
    return new Flag(name, kind, label, byDefault, description, moreDetails);
  }

  /** A record's own hash code links method handles, which would take 20 ms of each start. */
  @Override
  public int hashCode() {
    return name.hashCode();
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

  /** Returns the values of the command line, or the default. */
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

  /** Returns the name, so that a message can be written as {@code "--" + flag}. */
  @Override
  public String toString() {
    return name;
  }
}
