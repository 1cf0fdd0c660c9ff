package io.holdfast.server.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The heap that {@code bin/holdfast} chooses in a container. The cgroups are files in a mount
 * namespace of the test, so that both versions are tested on any machine.
 */
final class MemoryLimitIT {
  /** The files of version 1, where an ancestor has the smaller limit. */
  private static final String VERSION_1 =
      """
      mkdir -p /sys/fs/cgroup/memory/pod/container
      echo 9223372036854771712 >/sys/fs/cgroup/memory/memory.limit_in_bytes
      echo $1 >/sys/fs/cgroup/memory/pod/memory.limit_in_bytes
      echo 9223372036854771712 >/sys/fs/cgroup/memory/pod/container/memory.limit_in_bytes
      printf '5:cpu,cpuacct:/pod\\n4:memory:/pod/container\\n0::/\\n' >"$2/cgroup"
      """;

  /** The files of version 2, as a container sees them: its own cgroup is the root. */
  private static final String VERSION_2 =
      """
      echo $1 >/sys/fs/cgroup/memory.max
      printf '0::/\\n' >"$2/cgroup"
      """;

  private static final String START =
      """
      mount --bind "$2/cgroup" /proc/$$/cgroup
      exec "$3" --version
      """;

  @TempDir Path directory;

  @ParameterizedTest
  @CsvSource({
    "1, 134217728, 25",
    "2, 134217728, 25",
    "1, 268435456, 128",
    "2, 268435456, 128",
    "2, 4294967296, 3200"
  })
  void heap_leavesRoomForTheRest(int version, String limit, long heapMebibytes) throws IOException {
    String output = start(version == 1 ? VERSION_1 : VERSION_2, limit).orFail();

    String heap = output.replaceAll("(?s).*\\bMaxHeapSize\\s*= (\\d+).*", "$1");
    // The JVM rounds up to whole regions.
    long beyond = (Long.parseLong(heap) >> 20) - heapMebibytes;
    assertTrue(beyond == 0 || beyond == 1, output);
  }

  @Test
  void withoutALimit_theHeapIsAShareOfTheMachine() throws IOException {
    String output = start(VERSION_2, "max").orFail();

    assertTrue(output.contains("MaxRAMPercentage                         = 50"), output);
    assertTrue(output.matches("(?s).*\\bMaxHeapSize +=[^\\n]*ergonomic.*"), output);
  }

  @ParameterizedTest
  @CsvSource({"1", "2"})
  void containerThatIsTooSmall_isRefused_withTheFigureThatWorks(int version) throws IOException {
    Programs.Result refused = start(version == 1 ? VERSION_1 : VERSION_2, "52428800");

    assertEquals(1, refused.exitCode());
    assertTrue(
        refused
            .output()
            .startsWith(
                "holdfast: the memory limit of this cgroup is 50 MiB (expected: at least 128 MiB"),
        refused::output);
  }

  private Programs.Result start(String files, String limit) throws IOException {
    String script = "set -e\nmount -t tmpfs none /sys/fs/cgroup\n" + files + START;
    return Programs.run(
        directory,
        new byte[0],
        List.of(
            "env",
            "HOLDFAST_JAVA_OPTS=-XX:+PrintFlagsFinal",
            Programs.require("unshare", "util-linux"),
            "--mount",
            "sh",
            "-c",
            script,
            "sh",
            limit,
            directory.toString(),
            Programs.repository().resolve("bin/holdfast").toString()));
  }
}
