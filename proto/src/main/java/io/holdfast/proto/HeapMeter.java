package io.holdfast.proto;

/**
 * A counter of the heap that a body takes while it is pushed. The meter asks for heap before
 * anything is built.
 *
 * <p>A limit on bytes is no limit on heap: two bytes can be an object. So each object counts with
 * its weight. A weight covers the parsed object, its sanitised copy, and its share of what the
 * writer keeps: the record, the text of each line, the hash. Fuzzing compares the weights with the
 * heap.
 *
 * <p>Confined to one thread.
 */
public final class HeapMeter {
  /**
   * Bytes of heap that one byte of a body may take. A body that takes more counts as more bytes.
   */
  public static final int BYTES_PER_BYTE = 15;

  /** The bytes counted between two questions: asking costs more than counting. */
  private static final int STEP_BYTES = 8 << 10;

  /** Every object exists twice for a while: parsed and sanitised, written and grown. */
  private static final int COPIES = 2;

  private static final int FAMILY_BYTES = COPIES * 560;
  private static final int METRIC_BYTES = COPIES * 176;
  private static final int SERIES_BYTES = COPIES * 420;
  private static final int LABEL_BYTES = COPIES * 64;
  private static final int TEXT_BYTES = COPIES * 48;
  private static final int REFERENCE_BYTES = COPIES * 12;
  private static final int OBJECT_BYTES = COPIES * 40;
  private static final int FIELD_BYTES = COPIES * 8;

  /** A suffix, a bound, the value, punctuation. */
  private static final int LINE_BYTES = COPIES * 72;

  /** A grant of heap. */
  public interface Allowance {
    /** Returns whether the body may take so many more bytes of heap. */
    boolean grant(long bytes);
  }

  private final int groupLabels;
  private final int groupBytes;
  private final Allowance allowance;
  private long owed;
  private long total;

  /**
   * @param groupLabels labels that each metric gets from its group
   * @param groupBytes bytes of those labels
   */
  public HeapMeter(int groupLabels, int groupBytes, Allowance allowance) {
    this.groupLabels = groupLabels;
    this.groupBytes = groupBytes;
    this.allowance = allowance;
  }

  /** Returns a meter that grants everything. */
  public static HeapMeter unlimited() {
    return new HeapMeter(0, 0, bytes -> true);
  }

  /** Returns the bytes counted so far. */
  public long total() {
    return total;
  }

  private void take(long bytes) throws TooHeavyException {
    total += bytes;
    owed += bytes;
    if (owed >= STEP_BYTES) {
      settle();
    }
  }

  /** Asks for the bytes counted since the last question. */
  void settle() throws TooHeavyException {
    long bytes = owed;
    owed = 0;
    if (bytes > 0 && !allowance.grant(bytes)) {
      throw new TooHeavyException();
    }
  }

  /** Counts a family, with the text of its name. */
  void family(int nameBytes) throws TooHeavyException {
    take(FAMILY_BYTES + 4L * COPIES * nameBytes);
  }

  /** Counts a HELP text or a unit. */
  void help(int bytes) throws TooHeavyException {
    take(TEXT_BYTES + 4L * COPIES * bytes);
  }

  /** Counts a metric without its labels and lines, to which the group adds its labels. */
  void metric() throws TooHeavyException {
    take(METRIC_BYTES + (long) COPIES * groupBytes + (long) REFERENCE_BYTES * groupLabels);
  }

  /** Counts a metric of several lines, while a body of text is read. */
  void series() throws TooHeavyException {
    take(SERIES_BYTES);
  }

  /** Counts a label that several metrics may share. */
  void label(int nameBytes, int valueBytes) throws TooHeavyException {
    take(LABEL_BYTES + 2L * TEXT_BYTES + 2L * COPIES * (nameBytes + valueBytes));
  }

  /** Counts a label whose name another label has, too. */
  void label(int valueBytes) throws TooHeavyException {
    take(LABEL_BYTES + TEXT_BYTES + 2L * COPIES * valueBytes);
  }

  /** Counts the labels of a metric in its lists and in its record. */
  void labels(int count, long textBytes) throws TooHeavyException {
    take((long) REFERENCE_BYTES * count + COPIES * textBytes);
  }

  /** Counts lines of text. */
  void lines(long count, int nameBytes, long labelBytes) throws TooHeavyException {
    take(count * (LINE_BYTES + COPIES * (nameBytes + groupBytes + labelBytes)));
  }

  /** Counts any other message. */
  void message(int fields) throws TooHeavyException {
    take(OBJECT_BYTES + (long) FIELD_BYTES * fields);
  }

  /** Counts numbers in an array. */
  void numbers(long count) throws TooHeavyException {
    take(count * FIELD_BYTES);
  }
}
