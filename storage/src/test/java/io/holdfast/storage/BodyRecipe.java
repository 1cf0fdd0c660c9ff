package io.holdfast.storage;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.random.RandomGenerator;

/**
 * How a body is made that tries to take much heap for each of its bytes. Each gene is a small
 * number: of things, of characters, or of a kind.
 */
record BodyRecipe(int[] genes) {
  private static final int[] COUNTS = {0, 1, 2, 3, 12, 60, 1_000, 30_000};
  private static final int[] LENGTHS = {0, 1, 2, 3, 8, 40, 1_000};
  private static final String[] CHARACTERS = {"a", "\"", "\\", "\n", "\u00e9", "\u6e29", "\ufffd"};
  private static final int BYTES = 96 << 10;
  private static final int GENES = 18;

  static BodyRecipe random(RandomGenerator random) {
    int[] genes = new int[GENES];
    for (int i = 0; i < GENES; i++) {
      genes[i] = random.nextInt(8);
    }
    return new BodyRecipe(genes);
  }

  /** Another recipe with up to three other genes. */
  BodyRecipe mutated(RandomGenerator random) {
    int[] changed = genes.clone();
    for (int i = random.nextInt(3); i >= 0; i--) {
      changed[random.nextInt(GENES)] = random.nextInt(8);
    }
    return new BodyRecipe(changed);
  }

  boolean isText() {
    return genes[0] < 3;
  }

  byte[] body() {
    return isText() ? text() : protobuf();
  }

  private int count(int gene) {
    return COUNTS[genes[gene]];
  }

  private String word(int gene, int number) {
    int length = LENGTHS[genes[gene] % LENGTHS.length];
    String tail = Integer.toString(number, 36);
    return CHARACTERS[genes[gene + 1] % CHARACTERS.length].repeat(
            Math.max(0, length - tail.length()))
        + (length == 0 ? "" : tail);
  }

  private String name(int gene, int number) {
    return "n" + "a".repeat(LENGTHS[genes[gene] % LENGTHS.length]) + Integer.toString(number, 36);
  }

  private byte[] text() {
    StringBuilder body = new StringBuilder();
    String[] types = {"gauge", "counter", "summary", "histogram", "untyped"};
    String type = types[genes[1] % types.length];
    for (int family = 0; body.length() < BYTES && family <= count(2); family++) {
      String name = name(3, family);
      if (genes[4] > 3) {
        body.append("# TYPE ").append(name).append(' ').append(type).append('\n');
      }
      if (genes[5] > 4) {
        body.append("# HELP ").append(name).append(' ');
        body.append(escaped(word(6, family))).append('\n');
      }
      for (int metric = 0; body.length() < BYTES && metric <= count(8); metric++) {
        String labels = labels(metric);
        for (int line = 0; line <= Math.min(60, count(12)); line++) {
          appendLine(body, name, labels, line);
        }
      }
    }
    return body.toString().getBytes(StandardCharsets.UTF_8);
  }

  private String labels(int metric) {
    StringBuilder labels = new StringBuilder();
    int count = Math.min(60, count(9));
    for (int label = 0; label < count; label++) {
      labels.append('l').append(label).append("=\"");
      labels.append(escaped(word(10, metric))).append("\",");
    }
    return labels.toString();
  }

  private void appendLine(StringBuilder body, String name, String labels, int line) {
    String[] suffixes = {"_bucket", "", "_count", "_sum"};
    String suffix = genes[4] > 3 ? suffixes[genes[13] % 4] : "";
    body.append(name).append(suffix);
    if (suffix.equals("_bucket")) {
      body.append('{').append(labels).append("le=\"").append(line).append("\"}");
    } else if (genes[4] > 3 && genes[1] % 5 == 2 && suffix.isEmpty()) {
      body.append('{').append(labels).append("quantile=\"").append(line).append("\"}");
    } else if (!labels.isEmpty()) {
      body.append('{').append(labels).append('}');
    }
    body.append(" 1\n");
  }

  private static String escaped(String text) {
    return text.replace("\\", "\\\\").replace("\n", "\\n").replace("\"", "\\\"");
  }

  private byte[] protobuf() {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    for (int family = 0; body.size() < BYTES && family <= count(2); family++) {
      int number = family;
      byte[] message = message(out -> family(out, number));
      body.writeBytes(message(out -> out.writeUInt32NoTag(message.length)));
      body.writeBytes(message);
    }
    return body.toByteArray();
  }

  private void family(CodedOutputStream out, int number) throws IOException {
    out.writeString(1, name(3, number));
    if (genes[5] > 4) {
      out.writeString(2, word(6, number));
    }
    out.writeEnum(3, genes[1] % 6);
    for (int metric = 0; out.getTotalBytesWritten() < BYTES && metric <= count(8); metric++) {
      int each = metric;
      write(out, 4, inner -> metric(inner, each));
    }
  }

  private void metric(CodedOutputStream out, int number) throws IOException {
    for (int label = 0; out.getTotalBytesWritten() < BYTES && label < count(9); label++) {
      int each = label;
      write(
          out,
          1,
          inner -> {
            if (genes[12] > 1) {
              inner.writeString(1, name(13, each));
            }
            if (genes[12] > 2) {
              inner.writeString(2, word(10, number));
            }
          });
    }
    int[] values = {2, 3, 4, 5, 7, 7, 7, 7};
    // Mostly the value that the type demands, or nothing of it is rendered.
    int[] ofType = {3, 2, 4, 5, 7, 7};
    int field = genes[4] > 5 ? values[genes[13]] : ofType[genes[1] % 6];
    write(out, field, inner -> value(inner, field));
  }

  private void value(CodedOutputStream out, int field) throws IOException {
    int[] ofHistogram = {3, 9, 10, 11, 12, 13, 14, 16};
    int[] ofSummary = {3, 3, 4, 1, 2, 3, 3, 4};
    int[] ofCounter = {1, 2, 3, 2, 2, 2, 1, 2};
    int repeated =
        switch (field) {
          case 7 -> ofHistogram[genes[14]];
          case 4 -> ofSummary[genes[14]];
          default -> ofCounter[genes[14]];
        };
    for (int i = 0; out.getTotalBytesWritten() < BYTES && i < count(15); i++) {
      int number = i;
      if (genes[16] > 5) {
        out.writeUInt64(repeated, i);
      } else if (genes[16] > 4) {
        out.writeBytes(repeated, ByteString.copyFrom(new byte[LENGTHS[genes[17] % 7]]));
      } else {
        write(out, repeated, inner -> element(inner, number));
      }
    }
  }

  private void element(CodedOutputStream out, int number) throws IOException {
    if (genes[17] > 4) {
      out.writeDouble(2, number);
    }
    if (genes[17] == 3) {
      write(out, 3, inner -> write(inner, 1, label -> {}));
    }
    if (genes[17] == 4) {
      write(out, 1, label -> label.writeString(1, "x"));
    }
  }

  private interface Writing {
    void to(CodedOutputStream out) throws IOException;
  }

  private static void write(CodedOutputStream out, int field, Writing writing) throws IOException {
    out.writeByteArray(field, message(writing));
  }

  private static byte[] message(Writing writing) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    CodedOutputStream out = CodedOutputStream.newInstance(bytes);
    try {
      writing.to(out);
      out.flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }
}
