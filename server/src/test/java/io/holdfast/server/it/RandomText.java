package io.holdfast.server.it;

import java.nio.charset.StandardCharsets;
import java.util.random.RandomGenerator;

/** Bodies in the text format: few names, so that they meet again, and damage. */
final class RandomText {
  private static final String[] NAMES = {
    "m", "n", "s", "h", "s_count", "s_sum", "h_bucket", "h_count", "m_total", ":x", "_"
  };
  private static final int USUAL_NAMES = 4;
  private static final String[] TYPES = {
    "counter", "gauge", "summary", "histogram", "untyped", "Gauge", "unknown", "coun\\ter", ""
  };
  private static final int USUAL_TYPES = 5;
  private static final String[] LABELS = {
    "a", "b", "a", "b", "job", "instance", "le", "quantile", "__a", "a:b", "__name__"
  };
  private static final String[] LABEL_VALUES = {
    "", "1", "2", "x", "\\\\", "\\n", "\\\"", "\u00c3\u00a4", "+Inf", "0.5", "\\x", " ", "{}"
  };
  private static final String[] VALUES = {
    "0",
    "1",
    "2",
    "-1",
    "1.5",
    "1e3",
    "NaN",
    "+Inf",
    "-Inf",
    "1e-9",
    "123456789",
    "1e21",
    ".5",
    "5.",
    "0x1p3",
    "1_0",
    "+1",
    "inf",
    "-0",
    "9007199254740993",
    "1e309",
    "abc",
    ""
  };
  private static final int USUAL_VALUES = 12;
  private static final String[] DICTIONARY = {
    "\n",
    " ",
    "\t",
    "\r",
    "{",
    "}",
    "\"",
    "\\",
    "\\n",
    "\\\\",
    "=",
    ",",
    "=\"",
    "\",",
    "#",
    "# HELP ",
    "# TYPE ",
    "# TYPE m gauge\n",
    "# TYPE s summary\n",
    "# TYPE h histogram\n",
    "counter",
    "_count",
    "_sum",
    "_bucket",
    "{le=\"1\"}",
    "{quantile=\"0.5\"}",
    "le=\"",
    "quantile=\"",
    "__name__",
    "m",
    "a",
    "a=\"1\"",
    "1",
    "-",
    ".",
    "e",
    "NaN",
    "+Inf",
    " 5\n",
    "m 1\n",
    "h_bucket{le=\"1\"} 1\n",
    "s_sum 1\n",
    ":",
    "\u00c3",
    "\u00ff",
    "\0",
    "x",
    "_"
  };

  private final RandomGenerator random;
  private final Mutator mutator;

  RandomText(RandomGenerator random) {
    this.random = random;
    this.mutator = new Mutator(random, DICTIONARY);
  }

  byte[] body() {
    StringBuilder text = new StringBuilder();
    int blocks = random.nextInt(4);
    for (int i = 0; i < blocks; i++) {
      switch (random.nextInt(6)) {
        case 0 -> summary(text, "s");
        case 1 -> histogram(text, "h");
        case 2 -> line(text);
        default -> family(text);
      }
    }
    byte[] bytes = text.toString().getBytes(StandardCharsets.ISO_8859_1);
    return random.nextInt(3) == 0 ? mutator.mutate(bytes) : bytes;
  }

  private void family(StringBuilder text) {
    String name = pick(NAMES, USUAL_NAMES);
    if (random.nextInt(3) == 0) {
      text.append("# HELP ").append(name).append(" help\n");
    }
    if (random.nextInt(3) > 0) {
      text.append("# TYPE ").append(name).append(' ').append(pick(TYPES, USUAL_TYPES)).append('\n');
    }
    int samples = random.nextInt(1, 4);
    for (int i = 0; i < samples; i++) {
      sample(text, name);
    }
  }

  private void line(StringBuilder text) {
    switch (random.nextInt(5)) {
      case 0 -> text.append("# comment\n");
      case 1 -> text.append("# HELP ").append(pick(NAMES, NAMES.length)).append(" x\\\\y\\n\n");
      case 2 -> text.append("\n \t\n");
      case 3 ->
          text.append("# TYPE ")
              .append(pick(NAMES, NAMES.length))
              .append(' ')
              .append(pick(TYPES, TYPES.length))
              .append('\n');
      default -> sample(text, pick(NAMES, NAMES.length));
    }
  }

  private void sample(StringBuilder text, String name) {
    text.append(name);
    labels(text, null);
    text.append(' ').append(pick(VALUES, USUAL_VALUES));
    if (random.nextInt(25) == 0) {
      text.append(" 1395066363000");
    }
    text.append('\n');
  }

  private void labels(StringBuilder text, String first) {
    int labels = random.nextInt(3);
    if (first == null && labels == 0) {
      return;
    }
    text.append('{');
    if (first != null) {
      text.append(first).append(labels > 0 ? "," : "");
    }
    for (int i = 0; i < labels; i++) {
      text.append(i > 0 ? "," : "").append(pick(LABELS, 6)).append("=\"");
      text.append(pick(LABEL_VALUES, 4)).append('"');
    }
    text.append('}');
  }

  private void summary(StringBuilder text, String name) {
    text.append("# TYPE ").append(name).append(" summary\n");
    String own = random.nextBoolean() ? "{a=\"1\"}" : "";
    int quantiles = random.nextInt(3);
    for (int i = 0; i < quantiles; i++) {
      text.append(name).append("{quantile=\"0.").append(random.nextInt(1, 4)).append('"');
      text.append(own.isEmpty() ? "" : ",a=\"1\"").append("} ").append(pick(VALUES, USUAL_VALUES));
      text.append('\n');
    }
    text.append(name).append("_sum").append(own).append(' ').append(pick(VALUES, USUAL_VALUES));
    text.append('\n').append(name).append("_count").append(own).append(' ');
    text.append(random.nextInt(100)).append('\n');
  }

  private void histogram(StringBuilder text, String name) {
    text.append("# TYPE ").append(name).append(" histogram\n");
    int count = 0;
    int buckets = random.nextInt(4);
    for (int i = 0; i < buckets; i++) {
      count += random.nextInt(3);
      text.append(name).append("_bucket");
      labels(text, "le=\"" + (random.nextInt(5) == 0 ? "+Inf" : "" + i) + "\"");
      text.append(' ').append(count).append('\n');
    }
    text.append(name).append("_sum ").append(pick(VALUES, USUAL_VALUES)).append('\n');
    text.append(name).append("_count ").append(count).append('\n');
  }

  /** Mostly one of the first. */
  private String pick(String[] all, int usual) {
    return all[random.nextInt(random.nextInt(8) == 0 ? all.length : usual)];
  }
}
