package io.holdfast.server.ctl;

import io.holdfast.server.migration.DamagedFileException;
import io.holdfast.server.migration.GroupReceiver;
import io.holdfast.server.migration.MigrationException;
import io.holdfast.server.migration.PushgatewayFile;
import io.holdfast.storage.ImportedGroup;
import io.holdfast.storage.ImportedGroup.ImportedFamily;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** A Pushgateway's persistence file as a source of groups. */
final class FileSource {
  private static final int MOST_FAMILY_BYTES = 1 << 30;

  private final Console console;
  private final Path file;

  FileSource(Console console, Path file) {
    this.console = console;
    this.file = file;
  }

  /** Reads the whole file, and returns the number of groups in it. */
  long count() throws Failure {
    long[] groups = {0};
    read(
        group -> groups[0]++,
        (group, family, reason) -> {
          // Told when the file is read for the copy.
        });
    return groups[0];
  }

  /** Reads all groups. */
  void read(SourceGroup.Receiver receiver) throws Failure {
    read(
        receiver,
        (group, family, reason) ->
            console
                .err()
                .println(
                    Table.printable(
                        group
                            + (family == null ? "" : ": family " + family)
                            + " is left out: "
                            + reason)));
  }

  private interface LeftOut {
    void tell(String group, @Nullable String family, String reason);
  }

  private void read(SourceGroup.Receiver receiver, LeftOut leftOut) throws Failure {
    Assembly assembly = new Assembly(receiver, leftOut);
    try (FileChannel channel = FileChannel.open(file)) {
      PushgatewayFile.read(channel, MOST_FAMILY_BYTES, assembly);
    } catch (IOException e) {
      throw Failure.of("\"" + file + "\" cannot be read: " + e.getMessage());
    } catch (DamagedFileException e) {
      throw Failure.of(
          "\"%s\" is no sound file of a Pushgateway: %s (expected: its --persistence.file, after it"
                  .formatted(file, e.getMessage())
              + " has stopped)");
    } catch (MigrationException e) {
      throw assembly.failure == null
          ? Failure.of(String.valueOf(e.getMessage()))
          : assembly.failure;
    }
  }

  /** Puts the parts of each group together. */
  private static final class Assembly implements GroupReceiver {
    private final SourceGroup.Receiver receiver;
    private final LeftOut leftOut;
    private final ByteArrayOutputStream body = new ByteArrayOutputStream();
    private int families;
    private int series;
    private @Nullable Failure failure;

    Assembly(SourceGroup.Receiver receiver, LeftOut leftOut) {
      this.receiver = receiver;
      this.leftOut = leftOut;
    }

    @Override
    public void take(ImportedGroup part, long bytes, long position) throws MigrationException {
      for (ImportedFamily each : part.families()) {
        try {
          each.family().writeDelimitedTo(body);
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
        families++;
        series += each.family().getMetricCount();
      }
      ImportedGroup.Times times = part.times();
      if (times != null) {
        SourceGroup group =
            new SourceGroup(
                part.labels(),
                times.lastPush() == null ? 0 : times.lastPush(),
                times.lastFailure() == null ? 0 : times.lastFailure(),
                families,
                series,
                body.toByteArray());
        body.reset();
        families = 0;
        series = 0;
        try {
          receiver.take(group);
        } catch (Failure e) {
          failure = e;
          throw new MigrationException(e.reason(), e);
        }
      }
    }

    @Override
    public void leftOut(String group, @Nullable String family, String reason) {
      leftOut.tell(group, family, reason);
    }
  }
}
