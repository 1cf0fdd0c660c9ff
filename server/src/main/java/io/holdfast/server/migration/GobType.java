package io.holdfast.server.migration;

import java.util.List;

/**
 * The type of a value in a gob stream, as the stream itself describes it. A type refers to other
 * types by number, because they can be described later or contain one another.
 */
sealed interface GobType {

  /** The types that need no description. */
  enum Basic implements GobType {
    /** Booleans, integers and floats. Each is one unsigned integer. */
    NUMBER,
    COMPLEX,
    /** Bytes and strings after their length. */
    BYTES,
    /** A value with its own type. */
    INTERFACE
  }

  /** Bytes after their length. The type itself defines their form. */
  record Opaque() implements GobType {}

  /** An array or a slice: the number of elements, then the elements. */
  record Sequence(int element) implements GobType {}

  /** The number of entries, then keys and values in turn. */
  record Table(int key, int element) implements GobType {}

  /**
   * Fields, each after its distance from the field before. Fields with the value zero are left out.
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
