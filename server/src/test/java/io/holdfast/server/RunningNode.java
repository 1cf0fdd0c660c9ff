package io.holdfast.server;

import java.nio.file.Path;

/** A node in this process, for tests in other rooms. */
public final class RunningNode implements AutoCloseable {
  private final App app;

  private RunningNode(App app) {
    this.app = app;
  }

  public static RunningNode start(Path directory, String... more) throws Exception {
    return new RunningNode(Nodes.started(directory, more));
  }

  public String url() {
    return "http://127.0.0.1:" + app.port();
  }

  @Override
  public void close() {
    app.close();
  }
}
