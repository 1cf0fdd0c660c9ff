package io.holdfast.server.migration;

import io.holdfast.server.migration.GobType.Basic;
import io.holdfast.server.migration.GobType.Opaque;
import io.holdfast.server.migration.GobType.Sequence;
import io.holdfast.server.migration.GobType.Structure;
import io.holdfast.server.migration.GobType.Table;
import java.io.IOException;

/** The stream of type descriptions, followed by the value that they describe. */
final class GobStream {
  /** The bound on the nesting of values. A Pushgateway's values nest to a depth of 6. */
  private static final int MOST_DEPTH = 64;

  private final GobInput in;
  private final GobTypes types = new GobTypes();

  GobStream(GobInput in) {
    this.in = in;
  }

  /** Reads up to the first value and returns the type of that value. */
  GobType openValue() throws IOException, DamagedFileException {
    while (true) {
      in.beginMessage();
      long start = in.position();
      long number = in.signed();
      if (number > Integer.MAX_VALUE || number < -Integer.MAX_VALUE) {
        throw new DamagedFileException(start, "type number " + number + " (expected: 32 bits)");
      }
      if (number >= 0) {
        GobType type = types.get((int) number, start);
        // A value that is no structure follows a zero.
        if (!(type instanceof Structure) && in.unsigned() != 0) {
          throw new DamagedFileException(start, "a value without the zero in front of it");
        }
        return type;
      }
      types.describe((int) -number, in);
      if (!in.isAtEndOfMessage()) {
        throw new DamagedFileException(in.position(), "a message goes on behind its type");
      }
    }
  }

  GobType type(int number) throws DamagedFileException {
    return types.get(number, in.position());
  }

  /** Skips a value. */
  void skip(int type) throws IOException, DamagedFileException {
    skip(types.get(type, in.position()), 0);
  }

  private void skip(GobType type, int depth) throws IOException, DamagedFileException {
    if (depth == MOST_DEPTH) {
      throw new DamagedFileException(
          in.position(), "values in one another (expected: at most " + MOST_DEPTH + " deep)");
    }
    if (type instanceof Basic basic) {
      skip(basic);
    } else if (type instanceof Opaque) {
      in.skip(in.length("bytes"));
    } else if (type instanceof Sequence sequence) {
      GobType element = type(sequence.element());
      for (long left = in.length("elements"); left > 0; left--) {
        skip(element, depth + 1);
      }
    } else if (type instanceof Table table) {
      GobType key = type(table.key());
      GobType element = type(table.element());
      for (long left = in.length("entries"); left > 0; left--) {
        skip(key, depth + 1);
        skip(element, depth + 1);
      }
    } else if (type instanceof Structure structure) {
      GobFields fields = new GobFields(in, structure.fields().size());
      for (int field = fields.next(); field >= 0; field = fields.next()) {
        skip(type(structure.fields().get(field).type()), depth + 1);
      }
    }
  }

  private void skip(Basic basic) throws IOException, DamagedFileException {
    switch (basic) {
      case NUMBER -> {
        long unusedNumber = in.unsigned();
      }
      case COMPLEX -> {
        long unusedReal = in.unsigned();
        long unusedImaginary = in.unsigned();
      }
      case BYTES -> in.skip(in.length("bytes"));
      case INTERFACE ->
          throw new DamagedFileException(
              in.position(), "a value with its own type (expected: none in such a file)");
    }
  }
}
