package io.holdfast.proto;

import java.util.Arrays;
import java.util.random.RandomGenerator;

/** Damages bodies: bytes flipped, taken out, doubled, or replaced by a word of a dictionary. */
final class Mutations {
  private final RandomGenerator random;
  private final byte[][] dictionary;

  Mutations(RandomGenerator random, byte[]... dictionary) {
    this.random = random;
    this.dictionary = dictionary.clone();
  }

  byte[] mutate(byte[] body) {
    byte[] mutated = body;
    int times = random.nextInt(1, 5);
    for (int i = 0; i < times; i++) {
      mutated = mutateOnce(mutated);
    }
    return mutated;
  }

  private byte[] mutateOnce(byte[] body) {
    int start = random.nextInt(body.length + 1);
    int end = Math.min(body.length, start + random.nextInt(8));
    return switch (random.nextInt(5)) {
      case 0 -> replace(body, start, end, new byte[0]);
      case 1 -> replace(body, start, start, Arrays.copyOfRange(body, start, end));
      case 2 -> replace(body, start, end, randomBytes(end - start));
      case 3 -> replace(body, start, start, dictionary[random.nextInt(dictionary.length)]);
      default -> replace(body, start, end, dictionary[random.nextInt(dictionary.length)]);
    };
  }

  private byte[] randomBytes(int length) {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    return bytes;
  }

  private static byte[] replace(byte[] body, int start, int end, byte[] replacement) {
    byte[] replaced = Arrays.copyOf(body, body.length - (end - start) + replacement.length);
    System.arraycopy(replacement, 0, replaced, start, replacement.length);
    System.arraycopy(body, end, replaced, start + replacement.length, body.length - end);
    return replaced;
  }
}
