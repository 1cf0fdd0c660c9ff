package io.holdfast.server.it;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.concurrent.atomic.AtomicInteger;

/** Finds free TCP ports on the loopback address. */
final class Port {
  /** Below the ports that Linux gives to clients and to servers on port 0. */
  private static final int FIRST = 20_000;

  private static final int COUNT = 12_000;

  /** Forks of the tests that run at once begin at different places. */
  private static final AtomicInteger NEXT =
      new AtomicInteger((int) (ProcessHandle.current().pid() * 101 % COUNT));

  private Port() {}

  /**
   * A port that nothing listens on, and that neither this method nor the kernel gives to anything
   * else before the test's server takes it.
   */
  static int free() {
    for (int attempt = 0; attempt < COUNT; attempt++) {
      int port = FIRST + NEXT.getAndIncrement() % COUNT;
      try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
        return socket.getLocalPort();
      } catch (IOException e) {
        // Something listens there.
      }
    }
    throw new AssertionError("no free port from " + FIRST + " to " + (FIRST + COUNT - 1));
  }
}
