package io.holdfast.proto;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.holdfast.testkit.Seed;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

class Utf8Test {
  private static final int[] TELLING_BYTES = {
    0x00, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xc1, 0xc2, 0xdf, 0xe0, 0xe1, 0xec, 0xed,
    0xee, 0xef, 0xf0, 0xf1, 0xf3, 0xf4, 0xf5, 0xff
  };

  @Test
  void isWellFormed_agreesWithTheJdk() {
    long seed = Seed.ofCase(0);
    RandomGenerator random = Seed.random(seed);
    for (int i = 0; i < 100_000; i++) {
      byte[] bytes = new byte[random.nextInt(1, 6)];
      for (int j = 0; j < bytes.length; j++) {
        bytes[j] = (byte) TELLING_BYTES[random.nextInt(TELLING_BYTES.length)];
      }
      assertEquals(
          decodes(bytes),
          Utf8.isWellFormed(bytes, 0, bytes.length),
          () -> Arrays.toString(bytes) + "; " + Seed.message(seed));
    }
  }

  private static boolean decodes(byte[] bytes) {
    try {
      StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
      return true;
    } catch (CharacterCodingException e) {
      return false;
    }
  }
}
