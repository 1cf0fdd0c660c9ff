package io.holdfast.proto;

import io.holdfast.proto.metrics.LabelPair;
import io.holdfast.proto.metrics.Metric;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The labels of the sample line being read, in the order in which they were written.
 *
 * <p>Lines resemble the lines before them. So the pairs of earlier lines stay in their places until
 * they are overwritten, and are taken again when the new line has the same name, or name and value,
 * in the same place.
 */
final class SampleLabels {
  /** The most labels for which comparing a name with all others is cheaper than a set. */
  private static final int SMALL = 12;

  private static final LabelPair NONE = LabelPair.getDefaultInstance();

  private static final int PUNCTUATION = 4;

  private final HeapMeter meter;
  private LabelPair[] pairs = new LabelPair[8];

  /** The bytes of each pair in a line of text. */
  private int[] pairBytes = new int[8];

  private int count;
  private long textBytes;
  private final Set<String> names = new HashSet<>();

  SampleLabels(HeapMeter meter) {
    this.meter = meter;
    Arrays.fill(pairs, NONE);
  }

  void clear() {
    if (!names.isEmpty()) {
      names.clear();
    }
    count = 0;
    textBytes = 0;
  }

  int count() {
    return count;
  }

  /** Returns an upper bound on the bytes of all labels in a line of text. */
  long textBytes() {
    return textBytes;
  }

  /** Returns the name that an earlier line had in this place if the token spells it, or null. */
  @Nullable String recentName(TextCursor cursor) {
    String name = pairs[count].getName();
    return cursor.isToken(name) ? name : null;
  }

  boolean contains(String name) {
    if (count > SMALL) {
      return names.contains(name);
    }
    for (int i = 0; i < count; i++) {
      if (pairs[i].getName().equals(name)) {
        return true;
      }
    }
    return false;
  }

  /** Appends a label whose value is the token. */
  void add(String name, TextCursor cursor) throws TooHeavyException {
    LabelPair recent = pairs[count];
    boolean isRecentName = recent.getName().equals(name);
    if (!isRecentName || !cursor.isToken(recent.getValue())) {
      int valueBytes = cursor.tokenBytes();
      if (isRecentName) {
        meter.label(valueBytes);
      } else {
        meter.label(name.length(), valueBytes);
      }
      pairBytes[count] = PUNCTUATION + 3 * name.length() + valueBytes;
      pairs[count] = LabelPair.newBuilder().setName(name).setValue(cursor.tokenText()).build();
    }
    textBytes += pairBytes[count];
    count++;
    rememberNames();
    if (count == pairs.length) {
      pairs = Arrays.copyOf(pairs, count * 2);
      pairBytes = Arrays.copyOf(pairBytes, count * 2);
      Arrays.fill(pairs, count, pairs.length, NONE);
    }
  }

  /** Removes the label of this name and returns its value, or null without such a label. */
  @Nullable String remove(String name) {
    for (int i = 0; i < count; i++) {
      if (pairs[i].getName().equals(name)) {
        String value = pairs[i].getValue();
        textBytes -= pairBytes[i];
        System.arraycopy(pairs, i + 1, pairs, i, count - i - 1);
        System.arraycopy(pairBytes, i + 1, pairBytes, i, count - i - 1);
        count--;
        names.remove(name);
        return value;
      }
    }
    return null;
  }

  void addTo(Metric.Builder metric) {
    for (int i = 0; i < count; i++) {
      metric.addLabel(pairs[i]);
    }
  }

  LabelPair[] toArray() {
    return Arrays.copyOf(pairs, count);
  }

  /** Returns whether these are the labels, in this order. */
  boolean areSame(LabelPair[] others) {
    if (others.length != count) {
      return false;
    }
    for (int i = 0; i < count; i++) {
      if (!pairs[i].equals(others[i])) {
        return false;
      }
    }
    return true;
  }

  private void rememberNames() {
    if (count == SMALL + 1) {
      for (int i = 0; i < count; i++) {
        names.add(pairs[i].getName());
      }
    } else if (count > SMALL) {
      names.add(pairs[count - 1].getName());
    }
  }
}
