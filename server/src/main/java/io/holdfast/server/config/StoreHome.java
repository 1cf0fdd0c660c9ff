package io.holdfast.server.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The place of the store for a command line without {@code --storage.path}.
 *
 * <p>The image names the directory at which its users mount a volume, in the environment variable
 * {@value #VARIABLE}. Charts and compose files for the Pushgateway mount {@code /data}, and a store
 * elsewhere is lost with the container. The variable is needed: on a host without it a mount at
 * {@code /data} belongs to others, and an upgrade must not start with an empty store there.
 *
 * <p>Concurrency: immutable.
 */
public final class StoreHome {
  static final String VARIABLE = "HOLDFAST_VOLUME";

  /** The place of a process that has no volume. */
  static final StoreHome WORKING_DIRECTORY =
      new StoreHome(null, Path.of("/proc/self/mountinfo"), Files::isWritable);

  private static final String IN_VOLUME = "holdfast";
  private static final int MOUNT_POINT = 4;

  private final @Nullable String volume;
  private final Path mounts;
  private final Predicate<Path> isWritable;

  /**
   * @param volume the directory that may be a mount point; null or empty for none
   * @param mounts file with the mount table, in the form of {@code /proc/self/mountinfo}
   * @param isWritable whether this process may write into a directory
   */
  StoreHome(@Nullable String volume, Path mounts, Predicate<Path> isWritable) {
    this.volume = volume;
    this.mounts = mounts;
    this.isWritable = isWritable;
  }

  /** Returns the place that the environment of this process asks for. */
  public static StoreHome of(Map<String, String> environment) {
    return new StoreHome(
        environment.get(VARIABLE), WORKING_DIRECTORY.mounts, WORKING_DIRECTORY.isWritable);
  }

  /**
   * The store's directory, and the reason for the log.
   *
   * @param warning for a volume that cannot be used as intended; null otherwise
   */
  public record Choice(String path, String reason, @Nullable String warning) {}

  /**
   * Chooses the directory.
   *
   * @throws IllegalArgumentException if the variable's value is no absolute path
   */
  Choice choose(String otherwise) {
    if (volume == null || volume.isEmpty()) {
      return new Choice(otherwise, "no --storage.path", null);
    }
    Path directory = absolute(volume);
    boolean isMounted;
    try (Stream<String> lines = Files.lines(mounts)) {
      isMounted = lines.anyMatch(line -> isMountOf(directory, line));
    } catch (IOException e) {
      return unused(otherwise, "the mounts are unknown: " + e.getMessage());
    }
    if (!isMounted) {
      return new Choice(
          otherwise, "no --storage.path, and no volume is mounted at " + directory, null);
    }
    // Also false for a volume that is mounted read-only.
    if (!isWritable.test(directory)) {
      return unused(otherwise, "the volume at " + directory + " is not writable for this user");
    }
    return new Choice(
        directory.resolve(IN_VOLUME).toString(),
        "no --storage.path, and a writable volume is mounted at " + directory,
        null);
  }

  private static Choice unused(String otherwise, String reason) {
    return new Choice(
        otherwise,
        "no --storage.path, and " + reason,
        "the store is not in the volume: "
            + reason
            + "; give the volume to this user (in Kubernetes: fsGroup), or set --storage.path");
  }

  private static Path absolute(String text) {
    try {
      Path path = Path.of(text).normalize();
      if (path.isAbsolute()) {
        return path;
      }
    } catch (InvalidPathException e) {
      // The message below has the value.
    }
    throw new IllegalArgumentException(
        VARIABLE + ": \"" + text + "\" (expected: the absolute path of a directory)");
  }

  private static boolean isMountOf(Path directory, String line) {
    List<String> fields = List.of(line.split(" ", -1));
    return fields.size() > MOUNT_POINT
        && unescaped(fields.get(MOUNT_POINT)).equals(directory.toString());
  }

  /** Decodes the octal escapes of the kernel: for a blank, a tab, a line end and a backslash. */
  private static String unescaped(String field) {
    return field
        .replace("\\040", " ")
        .replace("\\011", "\t")
        .replace("\\012", "\n")
        .replace("\\134", "\\");
  }
}
