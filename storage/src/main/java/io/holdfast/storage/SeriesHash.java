package io.holdfast.storage;

import io.holdfast.proto.metrics.LabelPair;
import io.holdfast.proto.metrics.MetricType;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.List;

/**
 * The hash that identifies a series: SipHash-2-4 of its family's name, the kind of its type and its
 * full label set. An object serves one family.
 *
 * <p>The key is random, new in each process, and never stored or sent. A client can therefore not
 * search for series with equal hashes. A hash means nothing to another process.
 *
 * <p>Series with equal hashes count as one series without a look at their labels. The labels of the
 * other series lie in another group's text. Reading them would cost time in proportion to that
 * group. Among a million series, two share a hash with a probability of 3 in 10^8. The Pushgateway
 * compares 64-bit hashes too, and its hash has no key.
 *
 * <p>Incompatible types have different hashes, because their families conflict as a whole and not
 * series by series.
 *
 * <p>Concurrency: mutable, confined to one thread.
 */
final class SeriesHash {
  private static final SipKey PROCESS_KEY = SipKey.random();

  /** The key of one process. */
  record SipKey(long low, long high) {
    static SipKey random() {
      SecureRandom random = new SecureRandom();
      return new SipKey(random.nextLong(), random.nextLong());
    }
  }

  private final SipKey key;

  /** The hash of the family's type and name, from which the hash of each series continues. */
  private final long prefix;

  /** The words to be hashed, with up to four characters in each. */
  private long[] words = new long[32];

  private int count;

  SeriesHash(String family, MetricType type) {
    this(PROCESS_KEY, family, type);
  }

  SeriesHash(SipKey key, String family, MetricType type) {
    this.key = key;
    add(kind(type));
    add(family);
    this.prefix = sipHash(0);
  }

  private static int kind(MetricType type) {
    return NamedFamily.areCompatible(type, MetricType.HISTOGRAM)
        ? MetricType.HISTOGRAM_VALUE
        : type.getNumber();
  }

  /**
   * Returns the hash of the family's series with these labels.
   *
   * @param labels sorted by name
   */
  long of(List<LabelPair> labels) {
    for (int i = 0; i < labels.size(); i++) {
      LabelPair label = labels.get(i);
      add(label.getName());
      add(label.getValue());
    }
    return sipHash(prefix);
  }

  /**
   * Adds a text as its length and its characters, so that different sequences of texts have
   * different words.
   */
  private void add(String text) {
    int length = text.length();
    int needed = count + 2 + length / 4;
    if (needed > words.length) {
      words = Arrays.copyOf(words, 2 * needed);
    }
    long[] to = words;
    int at = count;
    long word = (long) length << 32;
    if (length > 0) {
      word |= text.charAt(0);
    }
    if (length > 1) {
      word |= (long) text.charAt(1) << 16;
    }
    to[at++] = word;
    int i = 2;
    for (; i + 4 <= length; i += 4) {
      to[at++] =
          text.charAt(i)
              | (long) text.charAt(i + 1) << 16
              | (long) text.charAt(i + 2) << 32
              | (long) text.charAt(i + 3) << 48;
    }
    if (i < length) {
      word = 0;
      for (int shift = 0; i < length; shift += 16) {
        word |= (long) text.charAt(i++) << shift;
      }
      to[at++] = word;
    }
    count = at;
  }

  private void add(long word) {
    words[count++] = word;
  }

  /** Returns the SipHash of one word, the added words, and their number. Clears the added words. */
  private long sipHash(long first) {
    long v0 = key.low ^ 0x736f6d6570736575L;
    long v1 = key.high ^ 0x646f72616e646f6dL;
    long v2 = key.low ^ 0x6c7967656e657261L;
    long v3 = key.high ^ 0x7465646279746573L;
    int last = count + 1;
    count = 0;
    // The last word is followed by the end: a step without a word and with twice the rounds.
    for (int i = 0; i <= last + 1; i++) {
      boolean isEnd = i > last;
      long word = i == 0 ? first : i < last ? words[i - 1] : isEnd ? 0 : last;
      v2 ^= isEnd ? 0xff : 0;
      v3 ^= word;
      for (int round = isEnd ? 4 : 2; round > 0; round--) {
        v0 += v1;
        v2 += v3;
        v1 = Long.rotateLeft(v1, 13) ^ v0;
        v3 = Long.rotateLeft(v3, 16) ^ v2;
        v0 = Long.rotateLeft(v0, 32);
        v2 += v1;
        v0 += v3;
        v1 = Long.rotateLeft(v1, 17) ^ v2;
        v3 = Long.rotateLeft(v3, 21) ^ v0;
        v2 = Long.rotateLeft(v2, 32);
      }
      v0 ^= word;
    }
    return v0 ^ v1 ^ v2 ^ v3;
  }
}
