package io.holdfast.server;

import io.holdfast.server.config.Flags;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Nodes in this process, on a free port of the loopback address. */
final class Nodes {
  private Nodes() {}

  static App started(Path directory, String... more) throws Exception {
    List<String> arguments = new ArrayList<>(List.of(more));
    arguments.add("--web.listen-address=127.0.0.1:0");
    arguments.add("--storage.path=" + directory.resolve("store"));
    Flags.Result.Run run = (Flags.Result.Run) Flags.parse(arguments.toArray(String[]::new));
    App started = new App(run.options());
    started.start();
    return started;
  }
}
