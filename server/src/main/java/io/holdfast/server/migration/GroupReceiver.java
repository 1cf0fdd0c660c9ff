package io.holdfast.server.migration;

import io.holdfast.storage.ImportedGroup;
import org.jspecify.annotations.Nullable;

/** The receiver of a file's groups, one by one. */
public interface GroupReceiver {
  /**
   * Takes a group or a part of a group. The last part of each group has the push times.
   *
   * @param bytes of the part in the file, about
   * @param position the offset up to which the file is read
   */
  void take(ImportedGroup part, long bytes, long position) throws MigrationException;

  /**
   * Reports a group or family that cannot be imported.
   *
   * @param group the grouping key, as text
   * @param family null if the whole group cannot be imported
   */
  void leftOut(String group, @Nullable String family, String reason);
}
