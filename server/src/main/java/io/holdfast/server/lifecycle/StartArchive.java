package io.holdfast.server.lifecycle;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * The archive of loaded classes with which {@code bin/holdfast} starts the JVM. A JVM ignores an
 * archive of another build without a word, and the start then takes more than twice as long.
 *
 * @param use whether the JVM uses an archive
 * @param file as the JVM was told it; empty without an archive
 */
public record StartArchive(Use use, String file) {
  private static final List<String> OPTIONS = List.of("-XX:SharedArchiveFile=", "-XX:AOTCache=");
  private static final Path MAPPINGS = Path.of("/proc/self/maps");

  /** Whether the JVM uses the archive. */
  public enum Use {
    /** The archive is mapped into the memory of the process. */
    USED,
    /** The archive belongs to another JVM, or to other jars, or is damaged. */
    IGNORED,
    /** The JVM was not told of an archive. */
    ABSENT,
    /** The system does not tell which files are mapped. */
    UNKNOWN
  }

  /** Returns the archive of this process. */
  public static StartArchive ofProcess() {
    List<String> arguments = ManagementFactory.getRuntimeMXBean().getInputArguments();
    try {
      return of(arguments, Files.readAllLines(MAPPINGS));
    } catch (IOException e) {
      return of(arguments, List.of());
    }
  }

  /**
   * Returns the archive of a process.
   *
   * @param arguments of the JVM; the last one wins
   * @param mappings the lines of {@code /proc/PID/maps}, which end with a file's path; empty if the
   *     system has no such file
   */
  static StartArchive of(List<String> arguments, List<String> mappings) {
    String file = "";
    for (String argument : arguments) {
      for (String option : OPTIONS) {
        if (argument.startsWith(option)) {
          file = argument.substring(option.length());
        }
      }
    }
    if (file.isEmpty()) {
      return new StartArchive(Use.ABSENT, file);
    }
    if (mappings.isEmpty()) {
      return new StartArchive(Use.UNKNOWN, file);
    }
    String name = "/" + Path.of(file).getFileName();
    boolean isMapped = mappings.stream().anyMatch(line -> line.endsWith(name));
    return new StartArchive(isMapped ? Use.USED : Use.IGNORED, file);
  }
}
