package io.holdfast.server.migration;

import io.holdfast.storage.ImportedGroup;
import org.jspecify.annotations.Nullable;

/** Takes the groups of a file as they are read. */
interface GroupReceiver {
  /**
   * Takes a group or a part of it. The last part of each group has the push times.
   *
   * @param bytes that the part has in the file, about
   * @param position how far the file is read
   */
  void take(ImportedGroup part, long bytes, long position) throws MigrationException;

  /**
   * Hears of what cannot be taken.
   *
   * @param group the grouping key, as text
   * @param family null if it is the whole group
   */
  void leftOut(String group, @Nullable String family, String reason);
}
