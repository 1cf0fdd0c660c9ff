package io.holdfast.server.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.server.Http2Connection;
import io.holdfast.server.Http2Connection.Event;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Frames of HTTP/2 that no client library would send. */
final class Http2IT {
  private static final String KEPT = "/metrics/job/kept";

  @RegisterExtension static final Processes PROCESSES = Processes.perClass();

  @TempDir static Path directory;

  private static SecureNode node;

  @BeforeAll
  static void start() throws IOException {
    node = SecureNode.start(PROCESSES, directory, SecureNode.TLS);
    assertEquals(200, node.curl("--data-binary", "m 1\n", "/metrics/job/kept").status());
  }

  @Test
  void bodyThatIsNotAsLongAsAnnounced_isRefused_andChangesNothing() throws Exception {
    for (String body : List.of("", "m", "m 2\nm 3\n")) {
      try (Http2Connection client = connect()) {
        client.put(1, KEPT, body.isEmpty(), "content-length", "4");
        if (!body.isEmpty()) {
          client.data(1, true, body);
        }
        assertRefused(client);
      }
    }
    assertKept();
  }

  @Test
  void transferEncoding_isRefused_andChangesNothing() throws Exception {
    try (Http2Connection client = connect()) {
      client.put(1, KEPT, false, "transfer-encoding", "chunked");
      client.data(1, true, "m 2\n");
      assertRefused(client);
    }
    assertKept();
  }

  @Test
  void bodyAsLongAsAnnounced_isTaken() throws Exception {
    try (Http2Connection client = connect()) {
      client.put(1, KEPT, false, "content-length", "4");
      client.data(1, false, "m ");
      client.data(1, true, "1\n");
      assertEquals(Http2Connection.OK, client.next().status());
    }
    assertKept();
  }

  private static Http2Connection connect() throws IOException {
    return new Http2Connection(new Socket(InetAddress.getLoopbackAddress(), node.port()));
  }

  /** A server may answer before it resets a stream, or reset it at once. */
  private static void assertRefused(Http2Connection client) throws IOException {
    Event event = client.next();
    assertTrue(
        event.kind() != Event.Kind.HEAD || event.status() == Http2Connection.BAD_REQUEST,
        event::toString);
  }

  private static void assertKept() throws IOException {
    String body = node.curl("/metrics").body();
    assertTrue(body.contains("\nm{instance=\"\",job=\"kept\"} 1\n"), body);
  }
}
