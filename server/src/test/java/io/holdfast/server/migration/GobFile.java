package io.holdfast.server.migration;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Consumer;

/**
 * Writes a persistence file by hand, as some Pushgateway could have: with fields in another order,
 * absent, or unknown ones between them.
 */
final class GobFile {
  static final int NUMBER = 2;
  static final int FLOAT = 4;
  static final int BYTES = 5;
  static final int TEXT = 6;
  static final int COMPLEX = 7;
  static final int INTERFACE = 8;

  private final ByteArrayOutputStream file = new ByteArrayOutputStream();

  /** A part of a message. */
  static final class Part {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    Part unsigned(long value) {
      if (value >= 0 && value < 128) {
        bytes.write((int) value);
        return this;
      }
      byte[] all = ByteBuffer.allocate(Long.BYTES).putLong(value).array();
      int first = 0;
      while (all[first] == 0) {
        first++;
      }
      bytes.write(-(Long.BYTES - first));
      bytes.write(all, first, Long.BYTES - first);
      return this;
    }

    Part signed(long value) {
      return unsigned(value < 0 ? ~value << 1 | 1 : value << 1);
    }

    Part text(String text) {
      return bytes(text.getBytes(StandardCharsets.UTF_8));
    }

    Part bytes(byte[] content) {
      unsigned(content.length);
      bytes.writeBytes(content);
      return this;
    }

    byte[] toBytes() {
      return bytes.toByteArray();
    }

    Part raw(Part other) {
      bytes.writeBytes(other.bytes.toByteArray());
      return this;
    }
  }

  GobFile message(Consumer<Part> content) {
    Part part = new Part();
    content.accept(part);
    file.writeBytes(new Part().unsigned(part.bytes.size()).bytes.toByteArray());
    file.writeBytes(part.bytes.toByteArray());
    return this;
  }

  /** Names and types of fields in turn. */
  GobFile structure(int number, Object... fields) {
    return message(
        part -> {
          part.signed(-number).unsigned(3).unsigned(1).unsigned(1).text("S").unsigned(0);
          part.unsigned(1).unsigned(fields.length / 2);
          for (int i = 0; i < fields.length; i += 2) {
            part.unsigned(1).text((String) fields[i]);
            part.unsigned(1).signed((Integer) fields[i + 1]).unsigned(0);
          }
          part.unsigned(0).unsigned(0);
        });
  }

  GobFile table(int number, int key, int element) {
    return message(
        part -> {
          part.signed(-number).unsigned(4).unsigned(1).unsigned(0);
          part.unsigned(1).signed(key).unsigned(1).signed(element).unsigned(0).unsigned(0);
        });
  }

  GobFile slice(int number, int element) {
    return message(
        part -> {
          part.signed(-number).unsigned(2).unsigned(1).unsigned(0);
          part.unsigned(1).signed(element).unsigned(0).unsigned(0);
        });
  }

  /**
   * @param kind 5 to 7: which of Go's interfaces the type implements
   */
  GobFile opaque(int number, int kind) {
    return message(
        part ->
            part.signed(-number)
                .unsigned(kind)
                .unsigned(1)
                .unsigned(1)
                .text("Time")
                .unsigned(0)
                .unsigned(0)
                .unsigned(0));
  }

  /** The types of a file: the map 65, the group 66, labels 67, families 68, 69, time 70, 71. */
  GobFile types() {
    return table(65, TEXT, 66)
        .structure(66, "Labels", 67, "Metrics", 68)
        .table(67, TEXT, TEXT)
        .table(68, TEXT, 69)
        .structure(69, "Timestamp", 70, "GobbableMetricFamily", 71)
        .opaque(70, 5)
        .opaque(71, 5);
  }

  /** The value, of the map with the number 65. */
  GobFile groups(List<Part> groups) {
    return message(
        part -> {
          part.signed(65).unsigned(0).unsigned(groups.size());
          groups.forEach(group -> part.text("key").raw(group));
        });
  }

  /** A group as {@link #types} has it. */
  static Part group(Part labels, Part families) {
    return new Part().unsigned(1).raw(labels).unsigned(1).raw(families).unsigned(0);
  }

  static Part labels(String... namesAndValues) {
    Part labels = new Part().unsigned(namesAndValues.length / 2);
    for (String each : namesAndValues) {
      labels.text(each);
    }
    return labels;
  }

  /** Names, times and messages of families in turn. */
  static Part families(Object... families) {
    Part part = new Part().unsigned(families.length / 3);
    for (int i = 0; i < families.length; i += 3) {
      part.text((String) families[i]);
      part.unsigned(1).bytes(time((Long) families[i + 1]));
      part.unsigned(1).bytes((byte[]) families[i + 2]).unsigned(0);
    }
    return part;
  }

  static byte[] time(long unixNanos) {
    return ByteBuffer.allocate(15)
        .put((byte) 1)
        .putLong(unixNanos / 1_000_000_000 + 62_135_596_800L)
        .putInt((int) (unixNanos % 1_000_000_000))
        .putShort((short) -1)
        .array();
  }

  byte[] written() {
    return file.toByteArray();
  }
}
