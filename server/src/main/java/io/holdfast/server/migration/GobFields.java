package io.holdfast.server.migration;

import java.io.IOException;

/**
 * The walk over the fields of a structure in a gob stream. The caller reads the value of each
 * field.
 */
final class GobFields {
  private final GobInput in;
  private final int count;
  private int field = -1;

  /**
   * Begins the walk.
   *
   * @param count the number of fields in the structure; a higher field number is damage
   */
  GobFields(GobInput in, int count) {
    this.in = in;
    this.count = count;
  }

  /** Returns the number, from 0, of the next field present; -1 behind the last. */
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
