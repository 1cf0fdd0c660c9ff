package io.holdfast.proto;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.google.protobuf.TextFormat;
import io.holdfast.proto.metrics.MetricFamily;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class TextParserTest {
  private static final String H = "# TYPE h histogram\n";
  private static final String S = "# TYPE s summary\n";

  // A body and its families in protobuf's text form, one in a line.

  static Stream<Arguments> emptyBodies() {
    return Stream.of(
        valid(""),
        valid("\n\n"),
        valid("  \t"),
        valid("# a comment\n#\n#\t\n# HELP\n# TYPE\n# HELP \n# HELP m\n# TYPE m \n"),
        valid("# \r\n#x\r y\n"));
  }

  static Stream<Arguments> samples() {
    return Stream.of(
        valid("m 1\n", untyped("m", "untyped { value: 1.0 }")),
        valid(" \t m\t1\n", untyped("m", "untyped { value: 1.0 }")),
        valid("m{} 1\n", untyped("m", "untyped { value: 1.0 }")),
        valid("m{}1\n", untyped("m", "untyped { value: 1.0 }")),
        valid("m 1 -5\n", untyped("m", "untyped { value: 1.0 } timestamp_ms: -5")),
        valid("m 1 \t +5\n", untyped("m", "untyped { value: 1.0 } timestamp_ms: 5")),
        valid("m -INFINITY\n", untyped("m", "untyped { value: -Infinity }")),
        valid("m nAn\n", untyped("m", "untyped { value: NaN }")),
        valid(
            "m { a = \"1\" ,\tb=\"x\\\"\\\\\\ny\", } 1\n",
            untyped("m", label("a", "1") + label("b", "x\\\"\\\\\\ny") + "untyped { value: 1.0 }")),
        valid(
            "m{a=\"\",b=\"\u00e9\"} 1\n",
            untyped("m", label("a", "") + label("b", "\\303\\251") + "untyped { value: 1.0 }")),
        valid(
            "a:b 1\n:c 2\n",
            untyped("a:b", "untyped { value: 1.0 }"),
            untyped(":c", "untyped { value: 2.0 }")),
        valid(
            "b 1\na 2\nb 3\n",
            "name: \"b\" type: UNTYPED metric { untyped { value: 1.0 } }"
                + " metric { untyped { value: 3.0 } }",
            untyped("a", "untyped { value: 2.0 }")));
  }

  static Stream<Arguments> comments() {
    return Stream.of(
        valid(
            "# TYPE c CoUnTeR\nc 1\n",
            "name: \"c\" type: COUNTER metric { counter { value: 1.0 } }"),
        valid("# TYPE g ga\\uge\ng 1\n", "name: \"g\" type: GAUGE metric { gauge { value: 1.0 } }"),
        valid(
            "# TYPE g gauge\n# HELP g \ng 1\n",
            "name: \"g\" type: GAUGE metric { gauge { value: 1.0 } }"),
        valid(
            "m 1\n # HELP\tm \t two \\\\ \\n \\\" words \n",
            "name: \"m\" help: \"two \\\\ \\n \\\" words \" type: UNTYPED"
                + " metric { untyped { value: 1.0 } }"));
  }

  static Stream<Arguments> summaries() {
    return Stream.of(
        valid(
            S
                + "s{quantile=\"0.5\",a=\"1\"} 2\ns_sum{a=\"1\"} 3\ns{a=\"1\",quantile=\"NaN\"} 4\n"
                + "s_count{a=\"1\",quantile=\"9\"} 5.7 6\n",
            "name: \"s\" type: SUMMARY metric { "
                + label("a", "1")
                + "summary { sample_count: 5 sample_sum: 3.0 quantile { quantile: 0.5 value: 2.0 }"
                + " } timestamp_ms: 6 }"),
        valid(S + "s 1\n", "name: \"s\" type: SUMMARY metric { summary { } }"),
        valid(
            S + "s_count -1\n",
            "name: \"s\" type: SUMMARY metric { summary { sample_count: 18446744073709551615 } }"),
        valid(
            S + "s_bucket 1\n# HELP s_count about s\ns_sum 2\n",
            "name: \"s\" help: \"about s\" type: SUMMARY metric { summary { sample_sum: 2.0 } }",
            untyped("s_bucket", "untyped { value: 1.0 }")),
        valid(
            "s_count 1\n" + S + "s_count 2\ns_sum 3\n",
            "name: \"s_count\" type: UNTYPED metric { untyped { value: 1.0 } }"
                + " metric { untyped { value: 2.0 } }",
            "name: \"s\" type: SUMMARY metric { summary { sample_sum: 3.0 } }"),
        valid(
            S + "s_sum{a=\"1\",b=\"2\"} 3\ns_sum{a=\"1\"} 4\ns_count{b=\"2\",a=\"1\"} 5\n",
            "name: \"s\" type: SUMMARY metric { "
                + label("a", "1")
                + label("b", "2")
                + "summary { sample_count: 5 sample_sum: 3.0 } } metric { "
                + label("a", "1")
                + "summary { sample_sum: 4.0 } }"));
  }

  static Stream<Arguments> histograms() {
    return Stream.of(
        valid(
            H + "h_bucket{le=\"5\"} 1\nh_bucket{le=\"+Inf\"} 2\nh_bucket 9\nh_sum -3\nh_count 2\n",
            "name: \"h\" type: HISTOGRAM metric { histogram { sample_count: 2 sample_sum: -3.0"
                + " bucket { cumulative_count: 1 upper_bound: 5.0 }"
                + " bucket { cumulative_count: 2 upper_bound: Infinity } } }"),
        valid(
            H + "h_bucket{le=\"5\"} 1.5\nh{le=\"6\"} 2\nh_count 2\n",
            "name: \"h\" type: HISTOGRAM metric { histogram {"
                + " bucket { upper_bound: 5.0 cumulative_count_float: 1.5 }"
                + " bucket { upper_bound: 6.0 cumulative_count_float: 2.0 }"
                + " sample_count_float: 2.0 } }"),
        valid(
            H + "h_count NaN\n",
            "name: \"h\" type: HISTOGRAM metric { histogram { sample_count_float: NaN } }"),
        valid(H + "h 1\n", "name: \"h\" type: HISTOGRAM metric { histogram { } }"),
        valid(
            "# TYPE h gaugehistogram\nh_count -0\n",
            "name: \"h\" type: GAUGE_HISTOGRAM metric { histogram { sample_count: 0 } }"),
        valid(
            "# TYPE h gauge_HISTOGRAM\nh_count 1e30\n",
            "name: \"h\" type: GAUGE_HISTOGRAM"
                + " metric { histogram { sample_count_float: 1.0E30 } }"));
  }

  static Stream<Arguments> quotedNames() {
    return Stream.of(
        valid("{\"m\"} 1\n", untyped("m", "untyped { value: 1.0 }")),
        valid("{m , } 1\n", untyped("m", "untyped { value: 1.0 }")),
        valid("\"m\" 1\n", untyped("m", "untyped { value: 1.0 }")),
        valid("m\"_n\"{} 1\n", untyped("m_n", "untyped { value: 1.0 }")),
        valid("# TYPE \"m\" untyped\nm 1\n", untyped("m", "untyped { value: 1.0 }")),
        valid("{a=\"1\",\"m\"} 1\n", untyped("m", label("a", "1") + "untyped { value: 1.0 }")),
        valid("m{\"a\"=\"1\"} 1\n", untyped("m", label("a", "1") + "untyped { value: 1.0 }")),
        // Labels in front of a quoted name are read as if they stood behind it, whatever stood in
        // the line before.
        valid(
            S + "{\"s_sum\",a=\"1\"} 2\nx 1\n{quantile=\"0.5\",a=\"1\",\"s\"} 3\n",
            "name: \"s\" type: SUMMARY metric { "
                + label("a", "1")
                + "summary { sample_sum: 2.0 quantile { quantile: 0.5 value: 3.0 } } }",
            untyped("x", "untyped { value: 1.0 }")));
  }

  @ParameterizedTest
  @MethodSource({"emptyBodies", "samples", "comments", "summaries", "histograms", "quotedNames"})
  void parse_valid_givesFamilies(String body, List<String> expected) throws ParseException {
    List<String> families =
        parse(body, NameRule.LEGACY).stream().map(TextParserTest::describe).toList();
    assertEquals(expected, families);
  }

  @Test
  void parse_utf8Names_areTakenWithTheirRuleAlone() throws ParseException {
    String body = "{\"my.metric\",\"my.l\u00e4bel\"=\"x\",\"a:b\"=\"y\"} 1\n";
    MetricFamily family = parse(body, NameRule.UTF8).get(0);
    assertEquals("my.metric", family.getName());
    assertEquals("my.l\u00e4bel", family.getMetric(0).getLabel(0).getName());
    assertEquals("a:b", family.getMetric(0).getLabel(1).getName());
    assertThrows(ParseException.class, () -> parse(body, NameRule.LEGACY));
  }

  @Test
  void parse_bytesThatAreNotUtf8_areRefusedButInHelp() throws ParseException {
    assertMessage("invalid label value \"\\xbd\"", latin1("m{l=\"\u00bd\"} 3.14\n"));
    assertMessage("invalid label value \"\\n\\xbd\"", latin1("m{l=\"\\n\u00bd\"} 3.14\n"));
    assertMessage("invalid label name \"\\xbd\"", latin1("m{\"\u00bd\"=\"\"} 3.14\n"));
    assertMessage("invalid metric name \"\\xbd\"", latin1("{\"\u00bd\"} 3.14\n"));
    byte[] help = latin1("# HELP m a\u00bdb\nm 1\n");
    assertEquals("a\uFFFDb", TextParser.parse(help, NameRule.UTF8).get(0).getHelp());
  }

  @Test
  void parse_lineLikeTheOneBefore_sharesItsLabels() throws ParseException {
    MetricFamily family =
        parse("m{a=\"1\",b=\"2\"} 1\nm{a=\"1\",b=\"3\"} 1\n", NameRule.LEGACY).get(0);
    assertEquals("1", family.getMetric(1).getLabel(0).getValue());
    assertEquals("b", family.getMetric(1).getLabel(1).getName());
    assertEquals("3", family.getMetric(1).getLabel(1).getValue());
  }

  @Test
  void parse_manyLabels_findsTheDuplicate() throws ParseException {
    String labels =
        IntStream.range(0, 5_000)
            .mapToObj(i -> "l" + i + "=\"x\"")
            .collect(Collectors.joining(","));
    MetricFamily family = parse("m{" + labels + "} 1\n", NameRule.LEGACY).get(0);
    assertEquals(5_000, family.getMetric(0).getLabelCount());
    for (int i : new int[] {0, 5, 11, 12, 13, 4_999}) {
      String body = "m{" + labels + ",l" + i + "=\"x\"} 1\n";
      ParseException thrown =
          assertThrows(ParseException.class, () -> parse(body, NameRule.LEGACY));
      assertEquals(
          "text format parsing error in line 1: duplicate label names for metric \"m\"",
          thrown.getMessage());
    }
    String names = "{quantile=\"0.5\"," + labels + ",\"s\"} 1\n";
    assertEquals(5_000, parse(S + names, NameRule.LEGACY).get(0).getMetric(0).getLabelCount());
  }

  private static void assertMessage(String reason, byte[] body) {
    ParseException thrown =
        assertThrows(ParseException.class, () -> TextParser.parse(body, NameRule.UTF8));
    assertEquals("text format parsing error in line 1: " + reason, thrown.getMessage());
  }

  private static List<MetricFamily> parse(String body, NameRule rule) throws ParseException {
    return TextParser.parse(body.getBytes(StandardCharsets.UTF_8), rule);
  }

  private static byte[] latin1(String body) {
    return body.getBytes(StandardCharsets.ISO_8859_1);
  }

  private static String describe(MetricFamily family) {
    return TextFormat.printer().emittingSingleLine(true).printToString(family);
  }

  private static String untyped(String name, String metric) {
    return "name: \"" + name + "\" type: UNTYPED metric { " + metric + " }";
  }

  private static String label(String name, String value) {
    return "label { name: \"" + name + "\" value: \"" + value + "\" } ";
  }

  private static Arguments valid(String body, String... families) {
    return Arguments.of(body, List.of(families));
  }
}
