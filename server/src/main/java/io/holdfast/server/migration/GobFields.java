package io.holdfast.server.migration;

import java.io.IOException;

/**
 * The fields of a structure as they lie in a gob stream; who walks over them reads their values.
 */
final class GobFields {
  private final GobInput in;
  private final int count;
  private int field = -1;

  /**
   * @param count how many the structure has; others are damage
   */
  GobFields(GobInput in, int count) {
    this.in = in;
    this.count = count;
  }

  /** The number, from 0, of the next field that is there; -1 behind the last. */
  int next() throws IOException, DamagedFileException {
    long start = in.position();
    long distance = in.unsigned();
    if (distance == 0) {
      return -1;
    }
    if (distance < 0 || distance > count - 1L - field) {
      throw new DamagedFileException(
          start,
          "a field "
              + Long.toUnsignedString(distance)
              + " behind field "
              + field
              + " (expected: one of "
              + count
              + ")");
    }
    field += (int) distance;
    return field;
  }
}
