package io.holdfast.server.migration;

import io.holdfast.server.migration.GobType.Basic;
import io.holdfast.server.migration.GobType.Field;
import io.holdfast.server.migration.GobType.Opaque;
import io.holdfast.server.migration.GobType.Sequence;
import io.holdfast.server.migration.GobType.Structure;
import io.holdfast.server.migration.GobType.Table;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The types of a gob stream by their numbers: the basic types of every stream, and the types that
 * this stream describes. A description is itself a structure whose types have fixed numbers.
 * Exactly one of its fields is present and gives the kind of the type.
 */
final class GobTypes {
  /**
   * The bound on types, above the number in any Pushgateway's file. It protects the heap from a
   * damaged file.
   */
  private static final int MOST_TYPES = 10_000;

  /** The kinds: array, slice, structure, map, and three kinds that encode themselves. */
  private static final int KINDS = 7;

  private static final int MOST_FIELDS = 1_000;
  private static final int MOST_NAME_BYTES = 10_000;

  private final Map<Integer, GobType> types = new HashMap<>();

  GobTypes() {
    // bool, int, uint, float, bytes, string, complex, interface.
    types.put(1, Basic.NUMBER);
    types.put(2, Basic.NUMBER);
    types.put(3, Basic.NUMBER);
    types.put(4, Basic.NUMBER);
    types.put(5, Basic.BYTES);
    types.put(6, Basic.BYTES);
    types.put(7, Basic.COMPLEX);
    types.put(8, Basic.INTERFACE);
  }

  /**
   * Returns the type with this number.
   *
   * @param at the place in the file that refers to the type
   */
  GobType get(int number, long at) throws DamagedFileException {
    GobType type = types.get(number);
    if (type == null) {
      throw new DamagedFileException(at, "type " + number + " is not described");
    }
    return type;
  }

  /** Reads the description of a type. It takes the rest of a message. */
  void describe(int number, GobInput in) throws IOException, DamagedFileException {
    long start = in.position();
    if (types.size() == MOST_TYPES) {
      throw new DamagedFileException(start, "more than " + MOST_TYPES + " types");
    }
    GobFields kinds = new GobFields(in, KINDS);
    int kind = kinds.next();
    if (kind < 0) {
      throw new DamagedFileException(start, "type " + number + " is of no kind");
    }
    GobType type = new Description(in).read(kind);
    if (kinds.next() >= 0) {
      throw new DamagedFileException(start, "type " + number + " is of two kinds");
    }
    if (types.putIfAbsent(number, type) != null) {
      throw new DamagedFileException(start, "type " + number + " is described twice");
    }
  }

  /** One description. Each begins with the type's name and number, which are skipped. */
  private static final class Description {
    private final GobInput in;
    private int key;
    private int element;
    private final List<Field> fields = new ArrayList<>();

    Description(GobInput in) {
      this.in = in;
    }

    GobType read(int kind) throws IOException, DamagedFileException {
      return switch (kind) {
        case 0, 1 -> {
          readSequence();
          yield new Sequence(element);
        }
        case 2 -> {
          readStructure();
          yield new Structure(fields);
        }
        case 3 -> {
          readTable();
          yield new Table(key, element);
        }
        default -> {
          readOpaque();
          yield new Opaque();
        }
      };
    }

    private void readSequence() throws IOException, DamagedFileException {
      GobFields parts = new GobFields(in, 3);
      for (int part = parts.next(); part >= 0; part = parts.next()) {
        switch (part) {
          case 0 -> skipCommon();
          case 1 -> element = number();
          default -> {
            long unusedLength = in.signed();
          }
        }
      }
    }

    private void readTable() throws IOException, DamagedFileException {
      GobFields parts = new GobFields(in, 3);
      for (int part = parts.next(); part >= 0; part = parts.next()) {
        switch (part) {
          case 0 -> skipCommon();
          case 1 -> key = number();
          default -> element = number();
        }
      }
    }

    private void readStructure() throws IOException, DamagedFileException {
      GobFields parts = new GobFields(in, 2);
      for (int part = parts.next(); part >= 0; part = parts.next()) {
        if (part == 0) {
          skipCommon();
        } else {
          readFields();
        }
      }
    }

    private void readFields() throws IOException, DamagedFileException {
      long start = in.position();
      long count = in.length("fields of a type");
      if (count > MOST_FIELDS) {
        throw new DamagedFileException(
            start, "a type of " + count + " fields (expected: at most " + MOST_FIELDS + ")");
      }
      for (long i = 0; i < count; i++) {
        fields.add(field());
      }
    }

    private void readOpaque() throws IOException, DamagedFileException {
      GobFields parts = new GobFields(in, 1);
      while (parts.next() >= 0) {
        skipCommon();
      }
    }

    private void skipCommon() throws IOException, DamagedFileException {
      Field unusedNameAndNumber = field();
    }

    private Field field() throws IOException, DamagedFileException {
      String name = "";
      int number = 0;
      GobFields parts = new GobFields(in, 2);
      for (int part = parts.next(); part >= 0; part = parts.next()) {
        if (part == 0) {
          name = new String(in.bytes("a name", MOST_NAME_BYTES), StandardCharsets.UTF_8);
        } else {
          number = number();
        }
      }
      return new Field(name, number);
    }

    private int number() throws IOException, DamagedFileException {
      long start = in.position();
      long number = in.signed();
      if (number < 0 || number > Integer.MAX_VALUE) {
        throw new DamagedFileException(start, "type number " + number + " (expected: 1 or more)");
      }
      return (int) number;
    }
  }
}
