package io.holdfast.server.migration;

import java.util.List;

/**
 * What a value in a gob stream is, as the stream itself describes it. Other types are referred to
 * by number, because they may be described later, or contain one another.
 */
sealed interface GobType {

  /** What needs no description. */
  enum Basic implements GobType {
    /** Booleans, integers and floats: each one unsigned integer. */
    NUMBER,
    COMPLEX,
    /** Bytes and strings behind their length. */
    BYTES,
    /** A value with its own type. */
    INTERFACE
  }

  /** Bytes behind their length, in a form of the type's own. */
  record Opaque() implements GobType {}

  /** Elements behind their number: an array or a slice. */
  record Sequence(int element) implements GobType {}

  /** Keys and values in turn behind their number. */
  record Table(int key, int element) implements GobType {}

  /**
   * Fields, each behind the distance to the one before; those that are zero are left out.
   *
   * @param fields in the order of their numbers, from 0
   */
  record Structure(List<Field> fields) implements GobType {
    public Structure {
      fields = List.copyOf(fields);
    }
  }

  /** A field of a structure. */
  record Field(String name, int type) {}
}
