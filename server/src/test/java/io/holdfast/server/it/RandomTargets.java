package io.holdfast.server.it;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.random.RandomGenerator;

/** Request targets that name groups: values with everything to escape, base64, and damaged ones. */
final class RandomTargets {
  private static final String[] NAMES = {
    "instance", "b", "c", "B", "_x", "job", "le", "quantile", "path", "__x", "1b", "b-c", ""
  };
  private static final int USUAL_NAMES = 5;
  private static final String[] VALUES = {
    "a",
    "b",
    "0.5",
    "/",
    "/var/tmp",
    "",
    " ",
    "a b",
    "\u00e4",
    "\ud83d\ude00",
    "\"",
    "\\",
    "\n",
    "a=b",
    "%",
    "a/b",
    ";",
    "..",
    ".",
    "~",
    "+",
    "@",
    "\r",
    "{}"
  };
  private static final String KEPT = "-_.~$&+,:;=@!*'()";
  private static final String[] DICTIONARY = {
    "/",
    "//",
    "%2F",
    "%2f",
    "%",
    "%25",
    "%zz",
    "/./",
    "/../",
    "%2e",
    "@base64",
    "%40base64",
    "=",
    "==",
    "?",
    "?a=b",
    ";",
    "\\",
    "+",
    "&",
    ":",
    "|",
    "%0A",
    "%20",
    "_w",
    "Y",
    "job",
    "/job/",
    "/metrics",
    "instance",
    "\u00c3\u00a4",
    "%C3%A4",
    "~",
    "'",
    "#"
  };

  private final RandomGenerator random;
  private final Mutator mutator;

  RandomTargets(RandomGenerator random) {
    this.random = random;
    this.mutator = new Mutator(random, DICTIONARY);
  }

  /** A group that both servers take. */
  String usual() {
    StringBuilder target = new StringBuilder("/metrics");
    append(target, "job", VALUES[random.nextInt(5)]);
    int labels = random.nextInt(3);
    for (int i = 0; i < labels; i++) {
      append(target, NAMES[random.nextInt(USUAL_NAMES)], VALUES[random.nextInt(VALUES.length)]);
    }
    return target.toString();
  }

  /** Anything that fits into a request line. */
  String odd() {
    StringBuilder target = new StringBuilder("/metrics");
    append(target, "job", VALUES[random.nextInt(VALUES.length)]);
    int labels = random.nextInt(4);
    for (int i = 0; i < labels; i++) {
      append(target, NAMES[random.nextInt(NAMES.length)], VALUES[random.nextInt(VALUES.length)]);
    }
    String mutated = random.nextBoolean() ? mutator.mutate(target.toString()) : target.toString();
    StringBuilder sendable = new StringBuilder();
    // Random bytes are hardly ever UTF-8, and what is not is refused before anything else happens.
    int end = random.nextInt(10) == 0 ? 256 : 127;
    mutated
        .chars()
        .filter(c -> c > ' ' && c < end && c != 127)
        .forEach(c -> sendable.append((char) c));
    return sendable.indexOf("/") == 0 ? sendable.toString() : "/" + sendable;
  }

  private void append(StringBuilder target, String name, String value) {
    boolean isBase64 = value.isEmpty() || value.contains("/") || random.nextInt(4) == 0;
    target.append('/').append(name);
    if (isBase64) {
      Base64.Encoder encoder = Base64.getUrlEncoder();
      byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
      String encoded =
          (random.nextBoolean() ? encoder : encoder.withoutPadding()).encodeToString(bytes);
      target.append("@base64/").append(encoded.isEmpty() ? "=" : encoded);
    } else {
      target.append('/').append(escape(value));
    }
  }

  private String escape(String value) {
    StringBuilder escaped = new StringBuilder();
    for (byte single : value.getBytes(StandardCharsets.UTF_8)) {
      char c = (char) (single & 0xff);
      boolean isPlain = c < 0x80 && (Character.isLetterOrDigit(c) || KEPT.indexOf(c) >= 0);
      escaped.append(isPlain && random.nextInt(20) > 0 ? c : String.format("%%%02X", (int) c));
    }
    return escaped.toString();
  }
}
