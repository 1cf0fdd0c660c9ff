package io.holdfast.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import io.holdfast.server.Http2Connection.Event;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Requests over TLS that end before they are answered, and their neighbours. */
class SecureStreamsTest {
  @TempDir static Path directory;
  private static ServedStore served;

  @BeforeAll
  static void start() throws Exception {
    served = ServedStore.startSecure(directory, "--web.read-timeout=1s");
  }

  @AfterAll
  static void stop() {
    served.close();
  }

  @BeforeEach
  void pushGood() throws IOException {
    try (RawConnection client = new RawConnection(Http2Connection.secure(socket(), "http/1.1"))) {
      client.send("PUT /metrics/job/good HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n");
      assertEquals(200, client.answer().status());
    }
  }

  @Test
  void bodyThatTakesTooLong_endsItsStreamAlone() throws Exception {
    try (Http2Connection client = new Http2Connection(socket())) {
      client.put(1, "/metrics/job/slow", false);
      client.data(1, false, "m ");
      Event refused = client.next();
      assertEquals(new Event(Event.Kind.HEAD, 1, refused.status()), refused);
      assertNotEquals(Http2Connection.OK, refused.status());
      assertEquals(new Event(Event.Kind.RESET, 1, 0), client.next());
      client.put(3, "/metrics/job/good", false);
      client.data(3, true, "m 1\n");
      assertEquals(new Event(Event.Kind.HEAD, 3, Http2Connection.OK), client.next());
    }
  }

  @Test
  void change_whoseStreamIsReset_isNotMade() throws Exception {
    try (Http2Connection client = new Http2Connection(socket())) {
      try (ServedStore.Held held = served.holdWriter()) {
        client.put(1, "/metrics/job/reset", false);
        client.data(1, true, "m 1\n");
        held.awaitWaiting();
        client.reset(1);
        // Read in order, so the reset has come when this is refused.
        client.put(3, "/nowhere", true);
        // Two threads write the answers of the two streams, in either order.
        Map<Integer, Event.Kind> answers = new HashMap<>();
        for (int i = 0; i < 2; i++) {
          Event event = client.next();
          answers.put(event.stream(), event.kind());
        }
        assertEquals(Map.of(1, Event.Kind.RESET, 3, Event.Kind.HEAD), answers);
      }
      client.put(5, "/metrics/job/good", true);
      assertEquals(new Event(Event.Kind.HEAD, 5, Http2Connection.OK), client.next());
      assertEquals(1, served.store().exposition().groups());
    }
  }

  @Test
  void change_whoseTlsConnectionOfHttp1IsReset_isNotMade() throws Exception {
    Socket raw = socket();
    try (RawConnection client = new RawConnection(Http2Connection.secure(raw, "http/1.1"));
        ServedStore.Held held = served.holdWriter()) {
      client.send("PUT /metrics/job/reset HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nm 1\n");
      held.awaitWaiting();
      raw.setSoLinger(true, 0);
      raw.close();
    }
    pushGood();
    assertEquals(1, served.store().exposition().groups());
  }

  private static Socket socket() throws IOException {
    return new Socket(InetAddress.getLoopbackAddress(), served.port());
  }
}
