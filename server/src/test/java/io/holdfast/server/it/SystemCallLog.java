package io.holdfast.server.it;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What strace writes about a running process: a line when a call ends, before the process goes on.
 * When another thread's call comes between, a line where it begins, and one where it ends.
 */
final class SystemCallLog {
  private static final Pattern SYNC =
      Pattern.compile("(?<thread>\\d+) +f(?:data)?sync\\(\\d+<(?<file>[^>]*)>(?<rest>.*)");
  private static final Pattern RESUMED =
      Pattern.compile("(?<thread>\\d+) +<\\.\\.\\. f(?:data)?sync resumed>(?<rest>.*)");

  private final Path file;

  SystemCallLog(Path file) {
    this.file = file;
  }

  /** What makes strace write this log of the command. */
  List<String> prefix() {
    return List.of(
        Programs.require("strace", "strace"),
        "--follow-forks",
        "--seccomp-bpf",
        "--decode-fds=path",
        "--trace=fsync,fdatasync",
        "--signal=none",
        "--output=" + file);
  }

  /** How many syncs of files whose name ends like this have succeeded until now. */
  int syncs(String nameEnd) throws IOException {
    Map<String, String> begun = new HashMap<>();
    int syncs = 0;
    for (String line : Files.readAllLines(file)) {
      Matcher sync = SYNC.matcher(line);
      Matcher resumed = RESUMED.matcher(line);
      if (sync.matches()) {
        begun.put(sync.group("thread"), sync.group("file"));
        syncs += isDone(sync.group("rest")) && sync.group("file").endsWith(nameEnd) ? 1 : 0;
      } else if (resumed.matches()) {
        String of = begun.getOrDefault(resumed.group("thread"), "");
        syncs += isDone(resumed.group("rest")) && of.endsWith(nameEnd) ? 1 : 0;
      }
    }
    return syncs;
  }

  private static boolean isDone(String rest) {
    return rest.stripTrailing().endsWith("= 0");
  }
}
