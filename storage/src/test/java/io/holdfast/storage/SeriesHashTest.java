package io.holdfast.storage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.proto.metrics.LabelPair;
import io.holdfast.proto.metrics.MetricType;
import io.holdfast.storage.SeriesHash.SipKey;
import io.holdfast.testkit.Seed;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

class SeriesHashTest {
  private static final SipKey KEY = new SipKey(0x0706050403020100L, 0x0f0e0d0c0b0a0908L);

  /**
   * An independent reckoning of SipHash-2-4 over the same words: the reference implementation's
   * result for the 15 bytes 00 to 0e is checked first, so that the reckoning can be trusted.
   */
  @Test
  void hash_isSipHash24() {
    assertEquals(
        0xa129ca6149be45e5L, sipHash(KEY, 0x0706050403020100L, 0x0f0e0d0c0b0a0908L & MASK_7));
    List<LabelPair> labels = labels("job", "backup", "instance", "");
    long prefix = sipHash(KEY, 0, MetricType.GAUGE_VALUE, words("m", 0), 3);
    long expected =
        sipHash(
            KEY,
            prefix,
            words("job", 0),
            words("job", 1),
            words("backup", 0),
            words("backup", 1),
            words("instance", 0),
            words("instance", 1),
            words("instance", 2),
            words("", 0),
            9);
    assertEquals(expected, new SeriesHash(KEY, "m", MetricType.GAUGE).of(labels));
  }

  private static final long MASK_7 = (1L << 56) - 1;

  /** Word i of a text: first its length with two characters, then four characters each. */
  private static long words(String text, int i) {
    long word = i == 0 ? (long) text.length() << 32 : 0;
    int from = i == 0 ? 0 : 4 * i - 2;
    for (int n = 0; n < (i == 0 ? 2 : 4) && from + n < text.length(); n++) {
      word |= (long) text.charAt(from + n) << (16 * n);
    }
    return word;
  }

  /** The last word is taken as the one that the algorithm closes with. */
  private static long sipHash(SipKey key, long... words) {
    long[] v = {
      key.low() ^ 0x736f6d6570736575L,
      key.high() ^ 0x646f72616e646f6dL,
      key.low() ^ 0x6c7967656e657261L,
      key.high() ^ 0x7465646279746573L
    };
    for (int i = 0; i < words.length; i++) {
      boolean isReference = words.length == 2 && i == 1;
      long word = isReference ? words[i] | 15L << 56 : words[i];
      v[3] ^= word;
      round(v, 2);
      v[0] ^= word;
    }
    v[2] ^= 0xff;
    round(v, 4);
    return v[0] ^ v[1] ^ v[2] ^ v[3];
  }

  private static void round(long[] v, int times) {
    for (int i = 0; i < times; i++) {
      v[0] += v[1];
      v[1] = Long.rotateLeft(v[1], 13) ^ v[0];
      v[0] = Long.rotateLeft(v[0], 32);
      v[2] += v[3];
      v[3] = Long.rotateLeft(v[3], 16) ^ v[2];
      v[0] += v[3];
      v[3] = Long.rotateLeft(v[3], 21) ^ v[0];
      v[2] += v[1];
      v[1] = Long.rotateLeft(v[1], 17) ^ v[2];
      v[2] = Long.rotateLeft(v[2], 32);
    }
  }

  @Test
  void textsThatAreCutElsewhere_haveOtherHashes() {
    RandomGenerator random = Seed.random(Seed.ofCase(0));
    Set<Long> hashes = new HashSet<>();
    Set<List<String>> distinct = new HashSet<>();
    for (int i = 0; i < 20_000; i++) {
      List<String> texts = new ArrayList<>();
      for (int n = random.nextInt(4) * 2; n > 0; n--) {
        texts.add("\0\1aaaaaaaa".substring(random.nextInt(3), 3 + random.nextInt(8)));
      }
      if (distinct.add(texts)) {
        SeriesHash hasher = new SeriesHash(KEY, "m", MetricType.GAUGE);
        assertTrue(hashes.add(hasher.of(labels(texts.toArray(String[]::new)))), texts::toString);
      }
    }
  }

  @Test
  void typesThatCanStandBesideEachOther_haveOneHash_andOthersNot() {
    List<LabelPair> labels = labels("job", "a");
    Set<Long> hashes = new HashSet<>();
    for (MetricType type : MetricType.values()) {
      hashes.add(new SeriesHash(KEY, "m", type).of(labels));
    }
    assertEquals(MetricType.values().length - 1, hashes.size());
  }

  @Test
  void everyProcess_hasAKeyOfItsOwn() {
    assertNotEquals(SipKey.random(), SipKey.random());
  }

  private static List<LabelPair> labels(String... namesAndValues) {
    List<LabelPair> labels = new ArrayList<>();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      labels.add(
          LabelPair.newBuilder()
              .setName(namesAndValues[i])
              .setValue(namesAndValues[i + 1])
              .build());
    }
    return labels;
  }
}
