package io.holdfast.proto;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What is no text format, and what is said of it. */
class TextParserRefusalTest {
  private static final String H = "# TYPE h histogram\n";
  private static final String S = "# TYPE s summary\n";

  // A body, the line and the column of the mistake, and the reason.

  static Stream<Arguments> cutOff() {
    return Stream.of(
        invalid("m", 1, 2, "unexpected end of input stream"),
        invalid("m 1", 1, 4, "unexpected end of input stream"),
        invalid("\nm 3.14\nn 42", 3, 5, "unexpected end of input stream"),
        invalid("# comment", 1, 10, "unexpected end of input stream"),
        invalid("# comment text", 1, 15, "unexpected end of input stream"),
        invalid("# HELP m text", 1, 14, "unexpected end of input stream"),
        invalid("m{", 1, 3, "unexpected end of input stream"),
        invalid("m{a=\"x", 1, 7, "unexpected end of input stream"),
        invalid("m{a=\"x\\", 1, 8, "unexpected end of input stream"),
        invalid("{\"bad.name\"", 1, 12, "unexpected end of input stream"),
        invalid("m 1 5", 1, 6, "unexpected end of input stream"));
  }

  static Stream<Arguments> values() {
    return Stream.of(
        invalid("m\n", 1, 2, "expected float as value, got \"\""),
        invalid("m{}\n", 1, 4, "expected float as value, got \"\""),
        invalid("m x\n", 1, 3, "expected float as value, got \"x\""),
        invalid("m@ 1\n", 1, 2, "expected float as value, got \"@\""),
        invalid("m 1\r\n", 1, 3, "expected float as value, got \"1\\r\""),
        invalid("m 1e309\n", 1, 3, "expected float as value, got \"1e309\""),
        invalid("m 1_2\n", 1, 3, "expected float as value, got \"1_2\""),
        invalid("m 0x1p-3\n", 1, 3, "expected float as value, got \"0x1p-3\""),
        invalid("m 1 \n", 1, 5, "expected integer as timestamp, got \"\""),
        invalid("m 1 2.72\n", 1, 5, "expected integer as timestamp, got \"2.72\""),
        invalid("m 1 2 3\n", 1, 6, "spurious string after timestamp: \" 3\""),
        invalid("m 1 2 \n", 1, 6, "spurious string after timestamp: \" \""));
  }

  static Stream<Arguments> metricNames() {
    return Stream.of(
        invalid("@m 1\n", 1, 1, "invalid metric name"),
        invalid("9m 1\n", 1, 1, "invalid metric name"),
        invalid("\u00e9 1\n", 1, 1, "invalid metric name"),
        invalid("\"\" 1\n", 1, 3, "invalid metric name"),
        invalid("{} 1\n", 1, 2, "invalid metric name"),
        invalid("m 1\n{} 1\n", 2, 2, "invalid metric name"),
        invalid("m 1\n{a=\"1\"} 1\n", 2, 7, "invalid metric name"),
        invalid("{a=\"1\"} 1\n", 1, 7, "invalid metric name"),
        invalid("\"a.b\" 1\n", 1, 1, "invalid metric name \"a.b\""),
        invalid("{\"a.b\",\"c.d\"} 1\n", 1, 2, "invalid metric name \"a.b\""),
        invalid("{\"a\",\"b\"} 1\n", 1, 9, "multiple metric names for metric \"a\""),
        invalid("{\"a\".b} 1\n", 1, 5, "unexpected end of metric name '.'"),
        invalid("{\"a\" \n", 1, 6, "unexpected end of metric name '\\n'"));
  }

  static Stream<Arguments> labels() {
    return Stream.of(
        invalid("{\"a\",,} 1\n", 1, 6, "invalid label name for metric \"a\""),
        invalid("{\"\"} 1\n", 1, 4, "invalid label name for metric \"\""),
        invalid("m{,} 1\n", 1, 3, "invalid label name for metric \"m\""),
        invalid("m{@=\"x\"} 1\n", 1, 3, "invalid label name for metric \"m\""),
        invalid("m{a+=\"x\"} 1\n", 1, 4, "expected '=' after label name, found '+'"),
        invalid("m{\"n\"} 1\n", 1, 6, "expected '=' after label name, found '}'"),
        invalid("m{a:b=\"x\"} 1\n", 1, 4, "expected '=' after label name, found ':'"),
        invalid("m{a=x} 1\n", 1, 5, "expected '\"' at start of label value, found 'x'"),
        invalid("m{__name__=\"x\"} 1\n", 1, 3, "label name \"__name__\" is reserved"),
        invalid("m{\"a.b\"=\"x\"} 1\n", 1, 3, "invalid label name \"a.b\""),
        invalid("m{a=\"1\",a=\"1\"} 1\n", 1, 9, "duplicate label names for metric \"m\""),
        invalid("m{a=\"x\"+} 1\n", 1, 8, "unexpected end of label value \"x\""),
        invalid("m{a=\"x\" b=\"y\"} 1\n", 1, 9, "unexpected end of label value \"x\""));
  }

  static Stream<Arguments> escapesAndNewLines() {
    return Stream.of(
        invalid("m{a=\"\\t\"} 1\n", 1, 7, "invalid escape sequence '\\t'"),
        invalid("\"a\\t\" 1\n", 1, 4, "invalid escape sequence '\\t'"),
        invalid("# HELP m \\t\n", 1, 11, "invalid escape sequence '\\t'"),
        invalid("# HELP m \\\n", 1, 11, "invalid escape sequence '\\\n'"),
        invalid("m{a=\"new\nx\"} 1\n", 1, 9, "label value \"new\" contains unescaped new-line"),
        invalid("m{\"a\nb\"=\"x\"} 1\n", 1, 5, "label name \"a\" contains unescaped new-line"),
        invalid("\"a\nb\" 1\n", 1, 3, "metric name \"a\" contains unescaped new-line"));
  }

  static Stream<Arguments> comments() {
    return Stream.of(
        invalid("# TYPE m-n gauge\n", 1, 9, "invalid metric name in comment"),
        invalid("# TYPE \"m-n\" gauge\n", 1, 8, "invalid metric name \"m-n\""),
        invalid("# TYPE m bla\n", 1, 10, "unknown metric type \"bla\""),
        invalid("# TYPE m gauge \n", 1, 10, "unknown metric type \"gauge \""),
        invalid("# TYPE m gauge\r\n", 1, 10, "unknown metric type \"gauge\\r\""),
        invalid("# TYPE m HI\uFB06OGRAM\n", 1, 10, "unknown metric type \"HI\uFB06OGRAM\""),
        invalid("# HELP m a\n# HELP m b\n", 2, 10, "second HELP line for metric name \"m\""),
        invalid(
            "# TYPE m gauge\n# TYPE m gauge\n",
            2,
            10,
            "second TYPE line for metric name \"m\", or TYPE reported after samples"),
        invalid(
            "m 1\n# TYPE m gauge\n",
            2,
            10,
            "second TYPE line for metric name \"m\", or TYPE reported after samples"),
        invalid(
            S + "# TYPE s_count gauge\n",
            2,
            16,
            "second TYPE line for metric name \"s\", or TYPE reported after samples"));
  }

  static Stream<Arguments> summariesAndHistograms() {
    return Stream.of(
        invalid(
            S + "s{quantile=\"x\"} 1\n",
            2,
            15,
            "expected float as value for 'quantile' label, got \"x\""),
        invalid(
            S + "{quantile=\"x\",\"s\"} 1\n",
            2,
            18,
            "expected float as value for 'quantile' label, got \"x\""),
        invalid(
            H + "h_bucket{le=\"0x1p-3\"} 1\n",
            2,
            21,
            "expected float as value for 'le' label, got \"0x1p-3\""),
        invalid(H + "h_count -1\n", 2, 9, "negative count for histogram \"h\""),
        invalid(
            H + "h_bucket{le=\"1\"} -0.5\n",
            2,
            18,
            "negative bucket population for histogram \"h\""));
  }

  @ParameterizedTest
  @MethodSource({
    "cutOff",
    "values",
    "metricNames",
    "labels",
    "escapesAndNewLines",
    "comments",
    "summariesAndHistograms"
  })
  void parse_invalid_saysWhatAndWhere(String body, int line, int column, String reason) {
    ParseException thrown =
        assertThrows(
            ParseException.class,
            () -> TextParser.parse(body.getBytes(StandardCharsets.UTF_8), NameRule.LEGACY));
    assertEquals("text format parsing error in line " + line + ": " + reason, thrown.getMessage());
    assertEquals(line, thrown.line());
    assertEquals(column, thrown.column());
  }

  private static Arguments invalid(String body, int line, int column, String reason) {
    return Arguments.of(body, line, column, reason);
  }
}
