package io.holdfast.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients that go away while their changes wait for the writer. */
class GoneClientTest {
  @TempDir static Path directory;
  private static ServedStore served;

  @BeforeAll
  static void start() throws Exception {
    served = ServedStore.start(directory);
  }

  @AfterAll
  static void stop() {
    served.close();
  }

  @BeforeEach
  void pushFirst() throws Exception {
    try (RawConnection client = connection()) {
      assertEquals(200, client.send(push("m 1\n")).answer().status());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"PUT", "POST", "DELETE"})
  void change_whoseClientResetsTheConnection_isNotMade(String method) throws Exception {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), served.port());
    try (RawConnection client = new RawConnection(socket);
        ServedStore.Held held = served.holdWriter()) {
      client.send(request(method, "m 2\n"));
      held.awaitWaiting();
      socket.setSoLinger(true, 0);
      socket.close();
    }
    awaitWriter();
    assertServed("1");
  }

  @Test
  void clientThatResets_afterItSentHalfOfTheNextRequest_isGone() throws Exception {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), served.port());
    try (RawConnection client = new RawConnection(socket);
        ServedStore.Held held = served.holdWriter()) {
      client.send(push("m 2\n"));
      held.awaitWaiting();
      client.send("PUT /metrics/job/");
      socket.setSoLinger(true, 0);
      socket.close();
    }
    awaitWriter();
    assertServed("1");
  }

  @Test
  void clientThatHasEndedItsSide_isServed() throws Exception {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), served.port());
    try (RawConnection client = new RawConnection(socket)) {
      try (ServedStore.Held held = served.holdWriter()) {
        client.send(push("m 2\n"));
        socket.shutdownOutput();
        held.awaitWaiting();
      }
      assertEquals(200, client.answer().status());
    }
    assertServed("2");
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 20, 200})
  void requestsBehindAChangeThatWaits_areReadInOrder_afterALook(int more) throws Exception {
    try (RawConnection client = connection()) {
      try (ServedStore.Held held = served.holdWriter()) {
        client.send(push("m 2\n"));
        held.awaitWaiting();
        for (int i = 1; i <= more; i++) {
          client.send(push("m " + (2 + i) + "\n"));
        }
      }
      for (int i = 0; i <= more; i++) {
        assertEquals(200, client.answer().status());
      }
      assertServed(String.valueOf(2 + more));
      client.send(push("m 1000\n"));
      assertEquals(200, client.answer().status());
    }
    assertServed("1000");
  }

  @Test
  void requestThatComesInTwoHalves_aroundALook_isRead() throws Exception {
    String next = push("m 3\n");
    try (RawConnection client = connection()) {
      try (ServedStore.Held held = served.holdWriter()) {
        client.send(push("m 2\n"));
        held.awaitWaiting();
        client.send(next.substring(0, 20));
      }
      assertEquals(200, client.answer().status());
      client.send(next.substring(20));
      assertEquals(200, client.answer().status());
    }
    assertServed("3");
  }

  /** Changes are made in the order in which they came. */
  private void awaitWriter() throws IOException {
    try (RawConnection client = connection()) {
      String last = "PUT /metrics/job/last HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n";
      assertEquals(200, client.send(last).answer().status());
    }
  }

  private void assertServed(String value) throws Exception {
    String text = served.scrape("text/plain").body();
    assertTrue(text.contains("\nm{instance=\"\",job=\"a\"} " + value + "\n"), text);
  }

  private RawConnection connection() throws IOException {
    return new RawConnection(served.port());
  }

  private static String push(String body) {
    return request("PUT", body);
  }

  private static String request(String method, String body) {
    return method
        + " /metrics/job/a HTTP/1.1\r\nHost: a\r\nContent-Length: "
        + body.length()
        + "\r\n\r\n"
        + body;
  }
}
