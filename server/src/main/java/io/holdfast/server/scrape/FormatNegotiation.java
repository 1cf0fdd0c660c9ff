package io.holdfast.server.scrape;

import io.holdfast.proto.EscapingScheme;
import io.holdfast.proto.ExpositionFormat;
import io.holdfast.proto.ExpositionFormat.Syntax;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The choice of the format that a scraper prefers, with the habits of Go's negotiation. A quality
 * of 0 excludes nothing. Malformed elements are skipped, and wildcards match no format. An {@code
 * escaping} counts up to the chosen element, whichever element it belongs to. Without a match the
 * format is text.
 */
final class FormatNegotiation {
  private static final String PROTOBUF_MESSAGE = "io.prometheus.client.MetricFamily";

  private FormatNegotiation() {}

  /** An element of the header. Names of types and parameters are case-sensitive. */
  private record Element(
      String type, String subtype, double quality, Map<String, String> parameters) {

    /**
     * Returns whether the element comes first. This is not a strict order, but upstream sorts by
     * it, so the results agree.
     */
    boolean isBefore(Element other) {
      return quality > other.quality
          || (!type.equals("*") && other.type.equals("*"))
          || (!subtype.equals("*") && other.subtype.equals("*"));
    }

    String parameter(String name) {
      return parameters.getOrDefault(name, "");
    }
  }

  /**
   * Returns the format to send.
   *
   * @param accept the value of the first Accept header
   */
  static ExpositionFormat negotiate(@Nullable String accept) {
    EscapingScheme escaping = EscapingScheme.UNDERSCORES;
    for (Element element : elements(accept == null ? "" : accept)) {
      EscapingScheme asked = EscapingScheme.ofTerm(element.parameter("escaping"));
      escaping = asked == null ? escaping : asked;
      Syntax syntax = syntax(element);
      if (syntax != null) {
        return new ExpositionFormat(syntax, escaping);
      }
    }
    return new ExpositionFormat(Syntax.TEXT, escaping);
  }

  private static @Nullable Syntax syntax(Element element) {
    String version = element.parameter("version");
    return switch (element.type + "/" + element.subtype) {
      case "application/vnd.google.protobuf" ->
          element.parameter("proto").equals(PROTOBUF_MESSAGE)
              ? switch (element.parameter("encoding")) {
                case "delimited" -> Syntax.PROTOBUF;
                case "text" -> Syntax.PROTOBUF_TEXT;
                case "compact-text" -> Syntax.PROTOBUF_COMPACT_TEXT;
                default -> null;
              }
              : null;
      case "text/plain" -> version.isEmpty() || version.equals("0.0.4") ? Syntax.TEXT : null;
      case "application/openmetrics-text" ->
          switch (version) {
            case "1.0.0" -> Syntax.OPEN_METRICS;
            case "0.0.1", "" -> Syntax.OPEN_METRICS_0_0_1;
            default -> null;
          };
      default -> null;
    };
  }

  /** Returns the elements, the best first. */
  private static List<Element> elements(String accept) {
    List<Element> sorted = new ArrayList<>();
    for (String part : accept.split(",", -1)) {
      Element element = element(part);
      if (element != null) {
        int at = sorted.size();
        while (at > 0 && element.isBefore(sorted.get(at - 1))) {
          at--;
        }
        sorted.add(at, element);
      }
    }
    return sorted;
  }

  private static @Nullable Element element(String part) {
    String[] fields = part.split(";", -1);
    String[] range = fields[0].split("/", -1);
    boolean isAny = range.length == 1 && trimmed(range[0]).equals("*");
    if (range.length != 2 && !isAny) {
      return null;
    }
    double quality = 1;
    Map<String, String> parameters = new HashMap<>();
    for (int i = 1; i < fields.length; i++) {
      int equals = fields[i].indexOf('=');
      if (equals < 0) {
        continue;
      }
      String name = trimmed(fields[i].substring(0, equals));
      String value = fields[i].substring(equals + 1);
      if (name.equals("q")) {
        quality = quality(value);
      } else {
        parameters.put(name, trimmed(value));
      }
    }
    return new Element(trimmed(range[0]), isAny ? "*" : trimmed(range[1]), quality, parameters);
  }

  /** Returns the quality; 0 for a text that is no number. */
  private static double quality(String text) {
    try {
      return text.matches("[0-9.eE+-]+") ? Double.parseDouble(text) : 0;
    } catch (NumberFormatException e) {
      return 0;
    }
  }

  private static String trimmed(String text) {
    int start = 0;
    int end = text.length();
    while (start < end && text.charAt(start) == ' ') {
      start++;
    }
    while (end > start && text.charAt(end - 1) == ' ') {
      end--;
    }
    return text.substring(start, end);
  }
}
