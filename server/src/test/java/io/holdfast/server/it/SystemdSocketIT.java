package io.holdfast.server.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Listening on a socket that systemd's own protocol hands over. */
final class SystemdSocketIT {
  @RegisterExtension final Processes processes = Processes.perTest();

  @TempDir Path store;

  @Test
  void handedOverSocket_isServed_andTheLogGoesOnToTheEnd() throws Exception {
    int port = Port.free();
    List<String> command = new ArrayList<>();
    command.add(Programs.require("systemd-socket-activate", "systemd"));
    command.add("--listen=127.0.0.1:" + port);
    // What scripts/holdfast does; not it, for it might build.
    command.addAll(List.of("sh", "-c", "exec 0<&3 3<&-; exec \"$@\"", "sh"));
    command.addAll(HoldfastCommand.of("--web.systemd-socket", "--storage.path=" + store));
    ServerProcess server = processes.launch("activated", port, command);

    // The first connection starts it, and waits.
    assertEquals(200, awaitFirst(port));
    assertEquals(200, server.send(Step.put("/metrics/job/a", "m 1\n")).status());
    assertEquals("1", server.scrape().values().get("m{instance=\"\",job=\"a\"}"));
    assertEquals(0, server.stop(), server::output);
    assertTrue(server.output().contains("address=[:" + port), server::output);
    assertTrue(server.output().contains("msg=stopped"), server::output);
  }

  @Test
  void startWithoutASocket_isRefusedWithTheFlagsName() throws Exception {
    int port = Port.free();
    ServerProcess server =
        processes.launch(
            "holdfast",
            port,
            HoldfastCommand.of("--web.systemd-socket", "--storage.path=" + store));
    assertEquals(1, server.awaitEnd(), server::output);
    assertTrue(server.output().contains("--web.systemd-socket: "), server::output);
  }

  private static int awaitFirst(int port) throws IOException {
    return org.awaitility.Awaitility.await()
        .atMost(java.time.Duration.ofSeconds(30))
        .ignoreException(java.net.ConnectException.class)
        .until(
            () -> {
              try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
                socket.setSoTimeout(30_000);
                String request = "GET /-/ready HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
                socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
                String answer =
                    new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
                return Integer.parseInt(answer.split(" ", 3)[1]);
              }
            },
            status -> true);
  }
}
