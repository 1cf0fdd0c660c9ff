package io.holdfast.proto;

import static java.util.stream.Collectors.joining;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import io.holdfast.proto.metrics.Metric;
import io.holdfast.proto.metrics.MetricFamily;
import io.holdfast.testkit.Seed;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class TextGeneratedTest {
  /**
   * Ends a test that hangs; no measure of speed. What these tests parse takes about a second, or
   * minutes if the parser is quadratic in the length of a line or in the number of names.
   */
  private static final int HANG_SECONDS = 60;

  private static final byte[][] DICTIONARY =
      Stream.of(
              "\n",
              " ",
              "\t",
              "\r",
              "{",
              "}",
              "{}",
              "\"",
              "\\",
              "\\n",
              "\\\"",
              "=",
              ",",
              "=\"",
              "\",",
              "#",
              "# HELP ",
              "# TYPE ",
              "# TYPE f0 summary\n",
              "# TYPE f1 histogram\n",
              "counter",
              "gaugehistogram",
              "_count",
              "_sum",
              "_bucket",
              "le=\"",
              "quantile=\"",
              "quantile=\"0.5\"",
              "{\"f0\"",
              ",\"f0_count\"",
              "__name__",
              "f0",
              "f1",
              "l0",
              "distinct",
              "1",
              "-",
              ".",
              "e",
              "1e309",
              "NaN",
              "+Inf",
              "-0.5",
              "0x1p-3",
              "9223372036854775808",
              "\u00e9",
              "\uD83D\uDE00",
              ":")
          .map(word -> word.getBytes(StandardCharsets.UTF_8))
          .toArray(byte[][]::new);

  @Test
  void parse_ofWhatIsWritten_givesTheSameFamilies() throws ParseException {
    for (int i = 0; i < 3_000; i++) {
      long seed = Seed.ofCase(i);
      List<MetricFamily> families = new RandomFamilies(Seed.random(seed)).expressibleAsText();
      byte[] body = write(families);
      assertEquals(
          families,
          TextParser.parse(body, NameRule.LEGACY),
          () -> new String(body, StandardCharsets.UTF_8) + Seed.message(seed));
    }
  }

  /** What is still valid has to come through the writer, too. */
  @Test
  @Timeout(HANG_SECONDS)
  void parse_damagedBodies_throwsNothingButParseException() {
    for (int i = 0; i < 1_500; i++) {
      long seed = Seed.ofCase(i);
      RandomGenerator random = Seed.random(seed);
      byte[] body = write(new RandomFamilies(random).expressibleAsText());
      Mutations mutations = new Mutations(random, DICTIONARY);
      for (int j = 0; j < 20; j++) {
        byte[] damaged = mutations.mutate(body);
        try {
          assertWritable(TextParser.parse(damaged, NameRule.UTF8));
        } catch (ParseException expected) {
          assertPlace(damaged, expected, seed);
        } catch (RuntimeException e) {
          fail(new String(damaged, StandardCharsets.UTF_8) + Seed.message(seed), e);
        }
      }
    }
  }

  @Test
  @Timeout(HANG_SECONDS)
  void parse_longBodies_comesToAnEnd() throws ParseException {
    String labels = "x".repeat(1 << 20);
    String[] bodies = {
      "m{a=\"" + labels + "\"} 1\n",
      "m{a=\"" + "\\\\".repeat(1 << 20) + "\"} 1\n",
      "# HELP m " + "\\n".repeat(1 << 20) + "\n",
      labels + " 1\n",
      "m " + "1".repeat(300) + "." + "0".repeat(1 << 20) + "\n",
      "\n".repeat(1 << 20),
      "m{a=\"1\"} 1\n".repeat(100_000),
      "# TYPE s summary\n" + "s{a=\"1\",quantile=\"0.5\"} 1\ns{a=\"2\"} 1\n".repeat(50_000),
    };
    for (String body : bodies) {
      assertTrue(parse(body).size() <= 1);
    }
  }

  @Test
  @Timeout(HANG_SECONDS)
  void parse_namesThatCollideInHashMaps_comesToAnEnd() throws ParseException {
    List<String> names = new ArrayList<>(List.of(""));
    for (int i = 0; i < 14; i++) {
      // "Aa" and "BB" have the same hash code.
      names = names.stream().flatMap(name -> Stream.of(name + "Aa", name + "BB")).toList();
    }
    String labels = String.join("=\"\",", names) + "=\"\"";
    String samples = String.join(" 1\n", names) + " 1\n";
    String series =
        "# TYPE s summary\n"
            + names.stream().map(name -> "s_sum{a=\"" + name + "\"} 1\n").collect(joining());
    assertEquals(1, parse("m{" + labels + "} 1\n").size());
    assertEquals(names.size(), parse(samples).size());
    assertEquals(names.size(), parse(series).get(0).getMetricCount());
  }

  private static List<MetricFamily> parse(String body) throws ParseException {
    return TextParser.parse(body.getBytes(StandardCharsets.UTF_8), NameRule.LEGACY);
  }

  private static void assertWritable(List<MetricFamily> families) throws ParseException {
    byte[] written = write(families);
    for (MetricFamily family : families) {
      if (!NameRule.LEGACY.isMetricName(family.getName())
          || !family.getMetricList().stream().allMatch(TextGeneratedTest::hasPlainLabels)) {
        return;
      }
    }
    assertEquals(
        families.stream().map(MetricFamily::getName).toList(),
        TextParser.parse(written, NameRule.LEGACY).stream().map(MetricFamily::getName).toList());
  }

  private static boolean hasPlainLabels(Metric metric) {
    return metric.getLabelList().stream()
        .allMatch(label -> NameRule.LEGACY.isLabelName(label.getName()));
  }

  private static void assertPlace(byte[] body, ParseException thrown, long seed) {
    byte[][] lines = lines(body);
    if (thrown.line() < 1
        || thrown.line() > lines.length
        || thrown.column() < 1
        || thrown.column() > lines[thrown.line() - 1].length + 2) {
      fail(thrown.getMessage() + " at column " + thrown.column() + "; " + Seed.message(seed));
    }
  }

  private static byte[][] lines(byte[] body) {
    // Latin-1, so that a char is a byte.
    return Arrays.stream(new String(body, StandardCharsets.ISO_8859_1).split("\n", -1))
        .map(line -> line.getBytes(StandardCharsets.ISO_8859_1))
        .toArray(byte[][]::new);
  }

  private static byte[] write(List<MetricFamily> families) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (MetricFamily family : families) {
      String help = family.hasHelp() ? family.getHelp() : null;
      out.writeBytes(TextWriter.header(family.getName(), help, family.getType()));
      out.writeBytes(
          TextWriter.samples(family.getName(), family.getType(), family.getMetricList()));
    }
    return out.toByteArray();
  }
}
