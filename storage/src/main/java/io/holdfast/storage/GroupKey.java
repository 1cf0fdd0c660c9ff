package io.holdfast.storage;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The grouping key: the label set of the push URL, which identifies a group.
 *
 * <p>The key is kept in its encoded form: {@code name 0xFF value 0xFE} for each label, in order of
 * the names. Neither byte occurs in UTF-8, so distinct label sets have distinct encodings. The
 * order of keys equals their order on the disk. An encoding always ends with 0xFE, which a family
 * name never contains: see {@link RecordKeys}.
 *
 * <p>Immutable. Keys are ordered by their encodings as unsigned bytes.
 */
public final class GroupKey implements Comparable<GroupKey> {
  static final byte AFTER_NAME = (byte) 0xFF;
  static final byte AFTER_VALUE = (byte) 0xFE;

  private final byte[] encoded;
  private final int hash;

  /** Computed at the first use. Two threads that compute it at once get equal objects. */
  private @Nullable IdentityHash identity;

  private GroupKey(byte[] encoded) {
    this.encoded = encoded;
    this.hash = Arrays.hashCode(encoded);
  }

  /**
   * Returns the key of this label set.
   *
   * @param labels at least one label, names and values well-formed (no lone surrogates)
   */
  public static GroupKey of(SortedMap<String, String> labels) {
    if (labels.isEmpty()) {
      throw new IllegalArgumentException("grouping key: no labels (expected: at least job)");
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(64);
    labels.forEach(
        (name, value) -> {
          bytes.writeBytes(name.getBytes(StandardCharsets.UTF_8));
          bytes.write(AFTER_NAME);
          bytes.writeBytes(value.getBytes(StandardCharsets.UTF_8));
          bytes.write(AFTER_VALUE);
        });
    return new GroupKey(bytes.toByteArray());
  }

  /**
   * Returns the key with this {@link #encoded} form. The key keeps the array.
   *
   * @throws IllegalArgumentException if the bytes are not the form of a key
   */
  public static GroupKey decode(byte[] encoded) {
    int labels = 0;
    byte expected = AFTER_NAME;
    for (byte each : encoded) {
      if (each == AFTER_NAME || each == AFTER_VALUE) {
        if (each != expected) {
          throw noKey(encoded);
        }
        expected = each == AFTER_NAME ? AFTER_VALUE : AFTER_NAME;
        labels += each == AFTER_VALUE ? 1 : 0;
      }
    }
    if (labels == 0 || encoded[encoded.length - 1] != AFTER_VALUE) {
      throw noKey(encoded);
    }
    return new GroupKey(encoded);
  }

  private static IllegalArgumentException noKey(byte[] encoded) {
    return new IllegalArgumentException(
        "grouping key: "
            + HexFormat.of().formatHex(encoded)
            + " (expected: labels, each a name, FF, a value, FE)");
  }

  /** Returns the bytes of all labels together. */
  public int size() {
    return encoded.length;
  }

  /**
   * Returns the encoded form. Its unsigned order is the order of keys. Callers must not change the
   * array.
   */
  public byte[] encoded() {
    return encoded;
  }

  /** Returns the hash that stands for the key where nodes compare their states. */
  IdentityHash identity() {
    IdentityHash known = identity;
    if (known == null) {
      known = IdentityHash.of(encoded);
      identity = known;
    }
    return known;
  }

  /** Returns the labels by name, as a new map with each call. */
  public SortedMap<String, String> labels() {
    SortedMap<String, String> labels = new TreeMap<>();
    int start = 0;
    int nameEnd = 0;
    for (int i = 0; i < encoded.length; i++) {
      if (encoded[i] == AFTER_NAME) {
        nameEnd = i;
      } else if (encoded[i] == AFTER_VALUE) {
        labels.put(text(start, nameEnd), text(nameEnd + 1, i));
        start = i + 1;
      }
    }
    return labels;
  }

  /**
   * Returns the value of one label, or an empty text if there is none. Faster than {@link #labels}.
   */
  public String label(String name) {
    byte[] wanted = name.getBytes(StandardCharsets.UTF_8);
    int start = 0;
    int nameEnd = 0;
    for (int i = 0; i < encoded.length; i++) {
      if (encoded[i] == AFTER_NAME) {
        nameEnd = i;
      } else if (encoded[i] == AFTER_VALUE) {
        if (Arrays.equals(encoded, start, nameEnd, wanted, 0, wanted.length)) {
          return text(nameEnd + 1, i);
        }
        start = i + 1;
      }
    }
    return "";
  }

  private String text(int from, int to) {
    return new String(encoded, from, to - from, StandardCharsets.UTF_8);
  }

  @Override
  public int compareTo(GroupKey other) {
    return Arrays.compareUnsigned(encoded, other.encoded);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof GroupKey that && Arrays.equals(encoded, that.encoded);
  }

  @Override
  public int hashCode() {
    return hash;
  }

  /** Returns the key in the form of a selector: {@code {job="backup",path="/var"}}. */
  @Override
  public String toString() {
    return printable(labels());
  }

  static String printable(SortedMap<String, String> labels) {
    return labels.entrySet().stream()
        .map(label -> label.getKey() + "=" + quote(label.getValue()))
        .collect(Collectors.joining(",", "{", "}"));
  }

  private static String quote(String value) {
    return '"' + value.replace("\\", "\\\\").replace("\n", "\\n").replace("\"", "\\\"") + '"';
  }
}
