package io.holdfast.server.migration;

import io.holdfast.server.migration.GobType.Basic;
import io.holdfast.server.migration.GobType.Field;
import io.holdfast.server.migration.GobType.Opaque;
import io.holdfast.server.migration.GobType.Structure;
import io.holdfast.server.migration.GobType.Table;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * A Pushgateway's persistence file. The file is one value in a gob stream, in Go's terms:
 *
 * <pre>
 * map[string]struct {                  by grouping key
 *   Labels  map[string]string
 *   Metrics map[string]struct {        by family name
 *     Timestamp            time.Time
 *     GobbableMetricFamily (bytes: an encoded io.prometheus.client.MetricFamily)
 *   }
 * }
 * </pre>
 *
 * Fields are found by their names, as in Go. They come in any order, are absent if they are zero,
 * and unknown fields are skipped. Pushgateways before 0.10 write numbers for grouping keys, so the
 * keys are ignored.
 *
 * <p>Reading takes memory for a part of one group, whatever the size of the file.
 */
public final class PushgatewayFile {
  private static final int MOST_NAME_BYTES = 1 << 20;
  private static final int BUFFER_BYTES = 256 << 10;

  private final GobInput in;
  private final GobStream stream;
  private final int maxFamilyBytes;
  private final GroupReceiver receiver;

  private PushgatewayFile(GobInput in, int maxFamilyBytes, GroupReceiver receiver) {
    this.in = in;
    this.stream = new GobStream(in);
    this.maxFamilyBytes = maxFamilyBytes;
    this.receiver = receiver;
  }

  /**
   * Reads a whole file.
   *
   * @param size of the file
   * @param maxFamilyBytes of an encoded family; a larger one is left out
   * @throws DamagedFileException if the file is damaged; the groups that the receiver got before
   *     can then be wrong, too
   */
  static void read(InputStream file, long size, int maxFamilyBytes, GroupReceiver receiver)
      throws IOException, DamagedFileException, MigrationException {
    new PushgatewayFile(new GobInput(file, size), maxFamilyBytes, receiver).read();
  }

  public static void read(FileChannel file, int maxFamilyBytes, GroupReceiver receiver)
      throws IOException, DamagedFileException, MigrationException {
    // The stream stays open, because closing it would close the file. The file is read a second
    // time.
    InputStream in = Channels.newInputStream(file.position(0));
    read(new BufferedInputStream(in, BUFFER_BYTES), file.size(), maxFamilyBytes, receiver);
  }

  private void read() throws IOException, DamagedFileException, MigrationException {
    if (in.isAtEndOfFile()) {
      throw new DamagedFileException(0, "the file is empty");
    }
    GobType type = stream.openValue();
    Table groups = table(type, "the value");
    GobType key = stream.type(groups.key());
    if (key != Basic.BYTES && key != Basic.NUMBER) {
      throw unexpected("a grouping key", "a string");
    }
    Structure group = structure(groups.element(), "a group");
    for (long left = in.length("groups"); left > 0; left--) {
      stream.skip(groups.key());
      read(group);
    }
    if (!in.isAtEndOfMessage() || !in.isAtEndOfFile()) {
      throw new DamagedFileException(in.position(), "the file goes on behind its end");
    }
  }

  private void read(Structure structure)
      throws IOException, DamagedFileException, MigrationException {
    GroupDraft group = new GroupDraft(maxFamilyBytes, receiver);
    GobFields fields = new GobFields(in, structure.fields().size());
    for (int i = fields.next(); i >= 0; i = fields.next()) {
      Field field = structure.fields().get(i);
      switch (field.name()) {
        case "Labels" -> readLabels(table(stream.type(field.type()), "Labels"), group);
        case "Metrics" -> readFamilies(table(stream.type(field.type()), "Metrics"), group);
        default -> stream.skip(field.type());
      }
    }
    group.end(in.position());
  }

  private void readLabels(Table labels, GroupDraft group) throws IOException, DamagedFileException {
    requireText(labels.key(), "a label name");
    requireText(labels.element(), "a label value");
    long start = in.position();
    for (long left = in.length("labels"); left > 0; left--) {
      String name = text("a label name", group);
      group.putLabel(name, text("a label value", group));
      if (in.position() - start > MOST_NAME_BYTES) {
        throw new DamagedFileException(
            start, "labels of more than " + MOST_NAME_BYTES + " bytes in one group");
      }
    }
    group.isLabelled = true;
  }

  /**
   * Returns a label's text. A label that is not UTF-8 is no damage, because Pushgateways accept
   * such labels.
   */
  private String text(String what, GroupDraft group) throws IOException, DamagedFileException {
    byte[] bytes = in.bytes(what, MOST_NAME_BYTES);
    String text = new String(bytes, StandardCharsets.UTF_8);
    if (!Arrays.equals(text.getBytes(StandardCharsets.UTF_8), bytes)) {
      group.refuse("its labels are not UTF-8");
    }
    return text;
  }

  private void readFamilies(Table families, GroupDraft group)
      throws IOException, DamagedFileException, MigrationException {
    requireText(families.key(), "a family name");
    Structure family = structure(families.element(), "a family");
    for (long left = in.length("families"); left > 0; left--) {
      group.add(family(family), in.position());
    }
  }

  private FamilyDraft family(Structure structure) throws IOException, DamagedFileException {
    byte[] name = in.bytes("a family name", MOST_NAME_BYTES);
    FamilyDraft family = new FamilyDraft(new String(name, StandardCharsets.UTF_8));
    GobFields fields = new GobFields(in, structure.fields().size());
    for (int i = fields.next(); i >= 0; i = fields.next()) {
      Field field = structure.fields().get(i);
      switch (field.name()) {
        case "Timestamp" -> family.pushedAtNanos = time(field);
        case "GobbableMetricFamily" -> readMessage(field, family);
        default -> stream.skip(field.type());
      }
    }
    return family;
  }

  private long time(Field field) throws IOException, DamagedFileException {
    requireOpaque(field, "a time");
    long start = in.position();
    return GoTime.unixNanos(in.bytes("a time", MOST_NAME_BYTES), start);
  }

  private void readMessage(Field field, FamilyDraft family)
      throws IOException, DamagedFileException {
    requireOpaque(field, "a metric family");
    long length = in.length("a metric family");
    family.length = length;
    family.offset = in.position();
    if (length > maxFamilyBytes) {
      in.skip(length);
    } else {
      family.message = in.exactly((int) length);
    }
  }

  private Table table(GobType type, String what) throws DamagedFileException {
    if (type instanceof Table table) {
      return table;
    }
    throw unexpected(what, "a map");
  }

  private Structure structure(int number, String what) throws DamagedFileException {
    if (stream.type(number) instanceof Structure structure) {
      return structure;
    }
    throw unexpected(what, "a struct");
  }

  private void requireText(int number, String what) throws DamagedFileException {
    if (stream.type(number) != Basic.BYTES) {
      throw unexpected(what, "a string");
    }
  }

  private void requireOpaque(Field field, String what) throws DamagedFileException {
    if (!(stream.type(field.type()) instanceof Opaque)) {
      throw unexpected(what, "a type that encodes itself");
    }
  }

  private DamagedFileException unexpected(String what, String expected) {
    return new DamagedFileException(
        in.position(),
        what + " is not " + expected + "; this is not the persistence file of a Pushgateway");
  }
}
