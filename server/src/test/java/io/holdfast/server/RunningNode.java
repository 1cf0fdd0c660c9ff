package io.holdfast.server;

import io.holdfast.server.config.ClusterArguments;
import java.net.InetAddress;
import java.net.ServerSocket;
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

  /** Starts the node of a cluster of three whose other nodes are not there. */
  public static RunningNode startOneOfThree(Path directory) throws Exception {
    int port;
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = socket.getLocalPort();
    }
    App app =
        new App(
            ClusterArguments.run(
                "--web.listen-address=127.0.0.1:0",
                "--storage.path=" + directory.resolve("store"),
                "--cluster.listen-address=127.0.0.1:" + port,
                "--cluster.peer=127.0.0.1:1",
                "--cluster.size=3",
                "--cluster.node-name=a"));
    app.start();
    return new RunningNode(app);
  }

  public String url() {
    return "http://127.0.0.1:" + app.port();
  }

  @Override
  public void close() {
    app.close();
  }
}
