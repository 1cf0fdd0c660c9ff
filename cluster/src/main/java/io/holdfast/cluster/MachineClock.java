package io.holdfast.cluster;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The name of the machine's monotonic clock. On Linux {@link System#nanoTime} counts from the
 * machine's start for all processes, so the identity of that start names the clock.
 */
final class MachineClock {
  /** A random UUID that the kernel draws at each start of the machine. */
  static final Path BOOT_ID = Path.of("/proc/sys/kernel/random/boot_id");

  private static final Logger log = LoggerFactory.getLogger(MachineClock.class);

  private MachineClock() {}

  /** Returns the name. Without a readable file the name belongs to this process alone. */
  static long name(Path bootId) {
    UUID name;
    try {
      name = UUID.fromString(Files.readString(bootId).strip());
    } catch (IOException | IllegalArgumentException e) {
      log.debug("{} is unreadable; the clock has a name of its own: {}", bootId, e.toString());
      name = UUID.randomUUID();
    }
    return name.getMostSignificantBits() ^ name.getLeastSignificantBits();
  }
}
