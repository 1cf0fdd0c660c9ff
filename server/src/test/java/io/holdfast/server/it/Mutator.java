package io.holdfast.server.it;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;

/** Damages what is valid: bytes flipped, taken out, doubled, or replaced by a dictionary's word. */
public final class Mutator {
  private final RandomGenerator random;
  private final List<byte[]> dictionary;

  /**
   * Makes one with words that mean something where it is used.
   *
   * @param dictionary each char is a byte
   */
  public Mutator(RandomGenerator random, String... dictionary) {
    this.random = random;
    this.dictionary =
        Arrays.stream(dictionary).map(word -> word.getBytes(StandardCharsets.ISO_8859_1)).toList();
  }

  /** With one to four damages. */
  public byte[] mutate(byte[] valid) {
    byte[] mutated = valid;
    int times = random.nextInt(1, 5);
    for (int i = 0; i < times; i++) {
      mutated = mutateOnce(mutated);
    }
    return mutated;
  }

  /** The same with a text of which each char is a byte. */
  public String mutate(String valid) {
    return new String(
        mutate(valid.getBytes(StandardCharsets.ISO_8859_1)), StandardCharsets.ISO_8859_1);
  }

  private byte[] mutateOnce(byte[] bytes) {
    int start = random.nextInt(bytes.length + 1);
    int end = Math.min(bytes.length, start + random.nextInt(8));
    return switch (random.nextInt(6)) {
      case 0 -> replace(bytes, start, end, new byte[0]);
      case 1 -> replace(bytes, start, start, Arrays.copyOfRange(bytes, start, end));
      case 2 -> replace(bytes, start, end, randomBytes(end - start));
      case 3 -> flip(bytes, start);
      case 4 -> replace(bytes, start, start, word());
      default -> replace(bytes, start, end, word());
    };
  }

  private byte[] word() {
    return dictionary.get(random.nextInt(dictionary.size()));
  }

  private byte[] randomBytes(int length) {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    return bytes;
  }

  private byte[] flip(byte[] bytes, int at) {
    if (at == bytes.length) {
      return bytes;
    }
    byte[] flipped = bytes.clone();
    flipped[at] ^= (byte) (1 << random.nextInt(8));
    return flipped;
  }

  private static byte[] replace(byte[] bytes, int start, int end, byte[] replacement) {
    byte[] replaced = Arrays.copyOf(bytes, bytes.length - (end - start) + replacement.length);
    System.arraycopy(replacement, 0, replaced, start, replacement.length);
    System.arraycopy(bytes, end, replaced, start + replacement.length, bytes.length - end);
    return replaced;
  }
}
