package io.holdfast.server.it;

import static io.holdfast.server.it.Step.put;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;

/** The lexical rules of the text format, one body each. */
final class TextSequences {
  private static final String TARGET = "/metrics/job/a";
  private static final Step UNREADABLE = put(TARGET, "!\n");

  private TextSequences() {}

  static List<Sequence> all() {
    return Stream.of(
            blanks(),
            comments(),
            help(),
            types(),
            names(),
            labels(),
            values(),
            timestamps(),
            quoted())
        .flatMap(List::stream)
        .toList();
  }

  private static List<Sequence> blanks() {
    return List.of(
        body(""),
        body("\n"),
        body("\n\n \t\n"),
        body("  "),
        body("m 1"),
        body("m 1\n"),
        body("m 1\n\n"),
        body("m 1\nn 2"),
        body("  m 1\n"),
        body("\tm\t1\n"),
        body("m   1\n"),
        body("m \t 1\n"),
        body("m 1 \n"),
        body("m 1\t\n"),
        body("m1\n"),
        body("m\n"),
        body("m \n"),
        body("m 1\r\n"),
        body("m 1\n\r\n"),
        body("# a comment\r\nm 1\n"),
        body("# HELP m help\r\nm 1\n"),
        body("# TYPE m counter\r\nm 1\n"),
        body("m{a=\"b\r\"} 1\n"),
        body("m\u000b1\n"),
        body("m\u00a01\n"),
        body("\ufeffm 1\n"),
        body("m 1\u0000\n"),
        body("m 1\nm 2\n"),
        body("m 1\nm{a=\"b\"} 2\nm{a=\"c\"} 3\n"));
  }

  private static List<Sequence> comments() {
    return List.of(
        body("#\n"),
        body("#"),
        body("# \n"),
        body("# c"),
        body("# c\nm 1\n"),
        body("#c\nm 1\n"),
        body("  # c\nm 1\n"),
        body("#HELP m x\nm 1\n"),
        body("#TYPE m counter\nm 1\n"),
        body("#  TYPE  m  counter\nm 1\n"),
        body("#\tTYPE\tm\tcounter\nm 1\n"),
        body("# help m x\nm 1\n"),
        body("# type m counter\nm 1\n"),
        body("# HELPER m x\nm 1\n"),
        body("# UNIT m seconds\nm 1\n"),
        body("# EOF\nm 1\n"),
        body("# HELP\nm 1\n"),
        body("# TYPE\nm 1\n"),
        body("# HELP \nm 1\n"),
        body("# TYPE \nm 1\n"),
        body("m 1 # c\n"));
  }

  private static List<Sequence> help() {
    return List.of(
        body("# HELP m\nm 1\n"),
        body("# HELP m \nm 1\n"),
        body("# HELP m x\nm 1\n"),
        body("# HELP m   x y  \nm 1\n"),
        body("# HELP m x\\\\y\nm 1\n"),
        body("# HELP m x\\ny\nm 1\n"),
        body("# HELP m x\\\"y\nm 1\n")
            .insteadBecause(
                "1.11 knows \\\" in HELP", List.of(200), put(TARGET, "# HELP m x\"y\nm 1\n")),
        body("# HELP m x\\ty\nm 1\n"),
        body("# HELP m x\\\nm 1\n"),
        body("# HELP m \u00e4\u4e16\u754c\nm 1\n"),
        body("# HELP m x\n# HELP m y\nm 1\n"),
        body("# HELP m x\n# HELP m x\nm 1\n"),
        body("m 1\n# HELP m x\n"),
        body("m 1\n# HELP m x\nm{a=\"b\"} 2\n"),
        body("# HELP m x\n"),
        body("# HELP 1m x\nm 1\n"),
        body("# HELP m-x y\nm 1\n"),
        body("# HELP m{ x\nm 1\n"),
        body("# HELP other x\nm 1\n"),
        body("# HELP m x"));
  }

  private static List<Sequence> types() {
    return List.of(
        body("# TYPE m counter\nm 1\n"),
        body("# TYPE m gauge\nm 1\n"),
        body("# TYPE m untyped\nm 1\n"),
        body("# TYPE m COUNTER\nm 1\n"),
        body("# TYPE m CounTer\nm 1\n"),
        body("# TYPE m cou\\nter\nm 1\n"),
        body("# TYPE m c\\ounter\nm 1\n"),
        body("# TYPE m counter \nm 1\n"),
        body("# TYPE m unknown\nm 1\n"),
        body("# TYPE m info\nm 1\n"),
        body("# TYPE m\nm 1\n"),
        body("# TYPE m \nm 1\n"),
        body("# TYPE m counter\n# TYPE m counter\nm 1\n"),
        body("# TYPE m counter\n# TYPE m gauge\nm 1\n"),
        body("m 1\n# TYPE m counter\n"),
        body("m 1\n# TYPE m untyped\nm{a=\"b\"} 2\n"),
        body("# TYPE m counter\n# HELP m x\nm 1\n"),
        body("# HELP m x\n# TYPE m counter\nm 1\n"),
        body("# TYPE m counter\n"),
        body("# TYPE 1m counter\nm 1\n"),
        body("# TYPE m counter\nn 1\nm 2\nn{a=\"b\"} 3\n"));
  }

  private static List<Sequence> names() {
    return List.of(
        body("_m 1\n"),
        body(":m 1\n"),
        body("m:n_1 1\n"),
        body("M 1\n"),
        body("1m 1\n"),
        body("m-n 1\n"),
        body("m.n 1\n"),
        body("m\u00e4 1\n"),
        body("-m 1\n"),
        body("m, 1\n"),
        body("{a=\"b\"} 1\n"),
        body("{} 1\n"),
        body("m{} 1\n"),
        body("__name__ 1\n"),
        body("__m 1\n"));
  }

  private static List<Sequence> labels() {
    return List.of(
        body("m{a=\"b\"} 1\n"),
        body("m {a=\"b\"} 1\n"),
        body("m{a=\"b\"}1\n"),
        body("m{ a = \"b\" , c = \"d\" } 1\n"),
        body("m{a=\"b\",} 1\n"),
        body("m{a=\"b\",,} 1\n"),
        body("m{,a=\"b\"} 1\n"),
        body("m{,} 1\n"),
        body("m{a=\"b\" c=\"d\"} 1\n"),
        body("m{a=\"b\"c=\"d\"} 1\n"),
        body("m{a=\"\"} 1\n"),
        body("m{a=\"b\\\\c\"} 1\n"),
        body("m{a=\"b\\nc\"} 1\n"),
        body("m{a=\"b\\\"c\"} 1\n"),
        body("m{a=\"b\\tc\"} 1\n"),
        body("m{a=\"b\nc\"} 1\n"),
        body("m{a=\"b\tc\"} 1\n"),
        body("m{a=\"{},= #\"} 1\n"),
        body("m{a=\"\u00e4\u4e16\ud83d\ude00\"} 1\n"),
        bytes("invalid UTF-8 in a label value", "m{a=\"", 0xff, "\"} 1\n"),
        bytes("invalid UTF-8 in HELP", "# HELP m x", 0xff, "\nm 1\n"),
        bytes("invalid UTF-8 in a comment", "# c ", 0xff, "\nm 1\n"),
        body("m{a='b'} 1\n"),
        body("m{a=b} 1\n"),
        body("m{a} 1\n"),
        body("m{a=} 1\n"),
        body("m{a=\"b} 1\n"),
        body("m{a=\"b\" 1\n"),
        body("m{a=\"b\"\n"),
        body("m{a=\"b\"}\n"),
        body("m{a=\"b\"} \n"),
        body("m{\na=\"b\"} 1\n"),
        body("m{a=\"b\",\nc=\"d\"} 1\n"),
        body("m{1a=\"b\"} 1\n"),
        body("m{a-b=\"c\"} 1\n"),
        body("m{a:b=\"c\"} 1\n"),
        body("m{a.b=\"c\"} 1\n"),
        body("m{__name__=\"n\"} 1\n"),
        body("m{__a=\"b\"} 1\n"),
        body("m{_a=\"b\"} 1\n"),
        body("m{a=\"b\",a=\"b\"} 1\n"),
        body("m{a=\"b\",a=\"c\"} 1\n"),
        body("m{b=\"1\",a=\"2\"} 1\nm{a=\"2\",b=\"3\"} 2\n"),
        body("m{b=\"1\",a=\"2\"} 1\nm{a=\"2\",b=\"1\"} 2\n"),
        body("m{le=\"1\"} 1\n"),
        body("m{quantile=\"1\"} 1\n"),
        body("m{a=\"\"} 1\nm 1\n"));
  }

  private static List<Sequence> values() {
    Stream<String> accepted =
        Stream.of(
            "0",
            "-0",
            "+1",
            "-1",
            "1.5",
            ".5",
            "5.",
            "1e3",
            "1E3",
            "1e+3",
            "1e-3",
            "007",
            "1e308",
            "1e-400",
            "4.9e-324",
            "123456789",
            "1234567890123456789",
            "100000000000000000000",
            "1e20",
            "1e21",
            "1e-4",
            "1e-5",
            "0.000001",
            "0.1",
            "3.141592653589793238",
            "9007199254740993",
            "NaN",
            "nan",
            "nAn",
            "Inf",
            "+Inf",
            "-Inf",
            "inf",
            "infinity",
            "INFINITY",
            "-Infinity",
            "1e309",
            "-1e309",
            "+NaN",
            "-NaN",
            "0x1p3",
            "0x10",
            "1_000",
            "0b1",
            "1e",
            "e1",
            ".",
            "-",
            "+",
            "--1",
            "1,5",
            "1.5.5",
            "1e1.5",
            "true",
            "infin",
            "1f",
            "1d",
            "NaN1",
            "\"1\"",
            "\u0661");
    return accepted.map(value -> body("m " + value + "\n")).toList();
  }

  private static List<Sequence> timestamps() {
    return List.of(
        body("m 1 1395066363000\n"),
        body("m 1 0\n"),
        body("m 1 -1\n"),
        body("m 1  5 \n"),
        body("m 1 5 6\n"),
        body("m 1 5.5\n"),
        body("m 1 x\n"),
        body("m 1 9223372036854775808\n"),
        body("m 1\nn 2 3\n"));
  }

  private static List<Sequence> quoted() {
    return List.of(
        like("{\"m\"} 1\n", "m 1\n"),
        like("\"m\" 1\n", "m 1\n"),
        like("{a=\"1\",\"m\"} 1\n", "m{a=\"1\"} 1\n"),
        like("{\"m\",a=\"1\"} 1\n", "m{a=\"1\"} 1\n"),
        like("{ \"m\" , a = \"1\" , } 1\n", "m{a=\"1\"} 1\n"),
        like("m{\"a\"=\"1\"} 1\n", "m{a=\"1\"} 1\n"),
        like("# TYPE \"m\" counter\n{\"m\"} 1\n", "# TYPE m counter\nm 1\n"),
        like("# HELP \"m\" x\nm 1\n", "# HELP m x\nm 1\n"),
        like("{m} 1\n", "m 1\n"),
        like("{m,a=\"1\"} 1\n", "m{a=\"1\"} 1\n"),
        body("{\"m.n\"} 1\n"),
        body("{\"m\",\"n\"} 1\n"),
        body("m{\"n\"} 1\n"),
        body("m{\"a.b\"=\"c\"} 1\n"),
        body("{\"m\" 1\n"),
        body("{\"m} 1\n"),
        body("\"m 1\n"),
        body("{\"m\\t\"} 1\n"),
        body("{\"\"} 1\n"),
        body("# TYPE \"m.n\" counter\nm 1\n"));
  }

  private static Sequence body(String text) {
    return Sequence.of("text <" + Step.visible(text) + ">", put(TARGET, text));
  }

  private static Sequence like(String text, String olderText) {
    return body(text)
        .insteadBecause("1.11 reads quoted names", List.of(200), put(TARGET, olderText));
  }

  private static Sequence bytes(String name, String before, int single, String after) {
    byte[] latin = (before + (char) single + after).getBytes(StandardCharsets.ISO_8859_1);
    return Sequence.of(name, UNREADABLE.withBody(latin));
  }
}
