package io.holdfast.dist;

import java.util.ArrayList;
import java.util.List;

/**
 * A unit of systemd, played: the user, the environment files, the command, a read-only system with
 * one writable directory, and no capability. The filter of system calls and the hidden devices need
 * systemd itself.
 */
final class ServiceUnit {
  /** Arguments: user, state directory, working directory, mask of modes, and what to run. */
  private static final String PLAY =
      """
      mount --bind "/var/lib/$2" "/var/lib/$2"
      mount -o remount,bind,ro /
      user=$1
      cd "$3"
      umask "$4"
      shift 4
      echo $$ >/tmp/node.pid
      exec setpriv "--reuid=$user" "--regid=$user" --clear-groups --no-new-privs --bounding-set=-all \
        --inh-caps=-all env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin "$@"
      """;

  private final Machine machine;
  private final List<String> lines;

  private ServiceUnit(Machine machine, List<String> lines) {
    this.machine = machine;
    this.lines = lines;
  }

  static ServiceUnit installed(Machine machine, String name) throws Exception {
    String text = machine.run("cat \"$1\"", "/usr/lib/systemd/system/" + name);
    return new ServiceUnit(machine, text.lines().toList());
  }

  /** Starts the service. The process ends with the service, and with its exit code. */
  Process start() throws Exception {
    List<String> variables = new ArrayList<>();
    for (String file : values("EnvironmentFile")) {
      String path = file.startsWith("-") ? file.substring(1) : file;
      machine
          .run("[ ! -f \"$1\" ] || cat \"$1\"", path)
          .lines()
          .filter(line -> line.matches("[A-Z_]+=.*"))
          .map(line -> line.replaceFirst("=([\"'])(.*)\\1$", "=$2"))
          .forEach(variables::add);
    }
    List<String> arguments = new ArrayList<>();
    arguments.add(PLAY);
    arguments.addAll(List.of(value("User"), value("StateDirectory")));
    arguments.addAll(List.of(value("WorkingDirectory"), value("UMask")));
    arguments.addAll(variables);
    for (String word : value("ExecStart").split(" ")) {
      arguments.addAll(word.startsWith("$") ? words(variables, word.substring(1)) : List.of(word));
    }
    return machine.start(
        "play=$1; shift; exec unshare --mount /bin/sh -ec \"$play\" sh \"$@\"",
        arguments.toArray(String[]::new));
  }

  /** Asks the service to end, as systemd does. */
  void terminate() throws Exception {
    machine.run("kill -TERM \"$(cat /tmp/node.pid)\"");
  }

  private String value(String key) {
    return String.join(" ", values(key));
  }

  private List<String> values(String key) {
    return lines.stream()
        .filter(line -> line.startsWith(key + "="))
        .map(line -> line.substring(key.length() + 1))
        .toList();
  }

  /** Returns the words of a variable, as systemd splits them. */
  private static List<String> words(List<String> variables, String name) {
    return variables.stream()
        .filter(variable -> variable.startsWith(name + "="))
        .map(variable -> variable.substring(name.length() + 1).strip())
        .filter(value -> !value.isEmpty())
        .flatMap(value -> List.of(value.split("\\s+")).stream())
        .toList();
  }
}
