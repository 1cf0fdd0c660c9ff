package io.holdfast.server.ctl;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;

/** The file system under a store on this machine. */
final class StoreMount {
  private static final Path MOUNTS = Path.of("/proc/self/mounts");
  private static final long MIB = 1 << 20;
  private static final Set<String> IN_MEMORY = Set.of("tmpfs", "ramfs");
  private static final int LOW_PERCENT = 10;

  /** The space that a node keeps for deletes. */
  private static final long RESERVE_BYTES = 16 * MIB;

  private StoreMount() {}

  static Finding space(Path store) {
    try {
      var files = Files.getFileStore(store);
      long free = files.getUsableSpace();
      long total = Math.max(1, files.getTotalSpace());
      String text = "%d MiB of %d MiB are free under %s".formatted(free / MIB, total / MIB, store);
      if (free < RESERVE_BYTES) {
        return Finding.problem(
            "disk space", text + " (expected: more than 16 MiB, or pushes are refused)");
      }
      return free * 100 / total < LOW_PERCENT
          ? Finding.warning("disk space", text + " (expected: more than 10 %)")
          : Finding.ok("disk space", text);
    } catch (IOException e) {
      return Finding.unknown("disk space", store + " cannot be read: " + e.getMessage());
    }
  }

  /** Says whether other programs can fill the store's file system, or a restart can empty it. */
  static Finding mount(Path store) {
    try {
      return mount(store.toRealPath(), Files.readAllLines(MOUNTS));
    } catch (IOException e) {
      return Finding.unknown("mount", store + " cannot be read: " + e.getMessage());
    }
  }

  /**
   * Judges the mount with the longest path above the store.
   *
   * @param mounts lines of {@code /proc/self/mounts}: device, path, type and more
   */
  static Finding mount(Path store, List<String> mounts) {
    Path longest = Path.of("/");
    String type = "unknown";
    for (String line : mounts) {
      String[] fields = line.split(" ", -1);
      if (fields.length > 2) {
        Path at = Path.of(fields[1].replace("\\040", " "));
        if (store.startsWith(at) && at.getNameCount() >= longest.getNameCount()) {
          longest = at;
          type = fields[2];
        }
      }
    }
    String text = "%s is on the mount %s (%s)".formatted(store, longest, type);
    if (IN_MEMORY.contains(type)) {
      return Finding.problem(
          "mount", text + ", in memory: a restart of the machine loses it (expected: a disk)");
    }
    if (type.equals("overlay")) {
      return Finding.problem(
          "mount", text + ", a container's layer: it goes with the container (expected: a volume)");
    }
    return longest.getNameCount() == 0
        ? Finding.warning(
            "mount", text + ": other programs can fill it (expected: a mount of its own)")
        : Finding.ok("mount", text);
  }
}
