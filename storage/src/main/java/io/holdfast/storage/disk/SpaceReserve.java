package io.holdfast.storage.disk;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** The space of a file system that pushes must leave free. Any threads may use it. */
public record SpaceReserve(Path directory, long minimumFreeBytes) {

  /** Returns the problem, in words for client and operator, or null if there is enough space. */
  public @Nullable String problem() throws IOException {
    long free = Files.getFileStore(directory).getUsableSpace();
    return free >= minimumFreeBytes
        ? null
        : "the disk of --storage.path is full: "
            + free
            + " bytes free (expected: at least "
            + minimumFreeBytes
            + ")";
  }
}
