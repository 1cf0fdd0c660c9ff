package io.holdfast.server.migration;

import io.holdfast.storage.ImportedGroup;
import io.holdfast.storage.ImportedGroup.ImportedFamily;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Everything that is read from a file, in a form to compare. */
final class ReadGroups implements GroupReceiver {
  /** Grouping key to families, with their times, and push times. */
  final Map<String, String> groups = new TreeMap<>();

  final Map<String, String> leftOut = new TreeMap<>();
  int parts;
  int largestPart;

  static ReadGroups of(byte[] file) throws DamagedFileException {
    return of(file, 1 << 20);
  }

  static ReadGroups of(byte[] file, int maxFamilyBytes) throws DamagedFileException {
    ReadGroups read = new ReadGroups();
    try {
      PushgatewayFile.read(new ByteArrayInputStream(file), file.length, maxFamilyBytes, read);
    } catch (IOException | MigrationException e) {
      throw new AssertionError(e);
    }
    return read;
  }

  @Override
  public void take(ImportedGroup part, long bytes, long position) {
    parts++;
    largestPart = Math.max(largestPart, part.families().size());
    String families =
        part.families().stream()
            .map(ReadGroups::describe)
            .sorted()
            .collect(Collectors.joining(" "));
    ImportedGroup.Times times = part.times();
    String end =
        times == null ? "" : "push=" + times.lastPush() + " failure=" + times.lastFailure();
    groups.merge(part.name(), (families + " " + end).strip(), (one, other) -> one + " " + other);
  }

  private static String describe(ImportedFamily family) {
    return family.family().getName()
        + ":"
        + family.family().getType()
        + ":"
        + family.family().getMetricCount()
        + "@"
        + family.pushedAtNanos();
  }

  @Override
  public void leftOut(String group, @Nullable String family, String reason) {
    leftOut.put(group + (family == null ? "" : " " + family), reason);
  }

  /** Without the times of pushes. */
  Map<String, String> timeless() {
    Map<String, String> timeless = new TreeMap<>();
    groups.forEach(
        (group, text) ->
            timeless.put(
                group, text.replaceAll("@\\d+", "").replaceAll("[1-9][\\d.E]{6,}", "TIME")));
    return timeless;
  }
}
