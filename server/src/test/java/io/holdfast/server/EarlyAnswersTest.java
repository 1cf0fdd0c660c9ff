package io.holdfast.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.server.RawConnection.Answer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Answers that are known before the request's body is. */
class EarlyAnswersTest {
  private static final String GOOD =
      "POST /metrics/job/good HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nm 1\n";

  @TempDir Path directory;
  private App app;

  @BeforeEach
  void start() throws Exception {
    app = Nodes.started(directory, "--push.max-body-size=1MiB");
  }

  @AfterEach
  void stop() {
    app.close();
  }

  @ParameterizedTest
  @CsvSource({
    "PUT, /nowhere, 404",
    "PUT, /metrics, 405",
    "PUT, /metrics//job/a, 301",
    "PUT, /metrics/job/a/b/c/d/e, 400",
    "PUT, /metrics/job@base64/!, 400",
    "PUT, /-/quit, 403",
    "GET, /metrics, 200",
    "GET, /-/healthy, 200",
    "DELETE, /metrics/job/x, 202",
    "OPTIONS, /metrics, 200"
  })
  void bodyThatNobodyWants_isRead_andTheConnectionGoesOn(String method, String path, int status)
      throws IOException {
    String body = "#".repeat(200_000);
    try (RawConnection client = new RawConnection(app.port())) {
      for (int i = 0; i < 20; i++) {
        client.send(head(method, path, "Content-Length: " + body.length())).send(body);
        Answer refused = client.answer();
        assertEquals(status, refused.status(), refused::toString);
        assertFalse(refused.isLast(), refused::toString);
        assertEquals(200, client.send(GOOD).answer().status());
      }
    }
  }

  @Test
  void bodyInChunks_isReadToItsEnd_too() throws IOException {
    try (RawConnection client = new RawConnection(app.port())) {
      client.send(head("PUT", "/nowhere", "Transfer-Encoding: chunked"));
      for (int i = 0; i < 10; i++) {
        client.send("4e20\r\n" + "#".repeat(20_000) + "\r\n");
      }
      client.send("0\r\nX: trailer\r\n\r\n");
      assertEquals(404, client.answer().status());
      assertEquals(200, client.send(GOOD).answer().status());
    }
  }

  @Test
  void answer_waitsForTheRestOfTheBody() throws IOException {
    try (RawConnection client = new RawConnection(app.port())) {
      client.send(head("PUT", "/nowhere", "Content-Length: 6")).send("abc");
      client.send("def").send(GOOD);
      assertEquals(404, client.answer().status());
      assertEquals(200, client.answer().status());
    }
  }

  @Test
  void bodyThatIsAnnouncedTooLong_isAnsweredAtOnce_andTheCloseAnnounced() throws IOException {
    try (RawConnection client = new RawConnection(app.port())) {
      Answer answer = client.send(head("PUT", "/nowhere", "Content-Length: 9999999")).answer();
      assertEquals(404, answer.status());
      assertTrue(answer.isLast(), answer::toString);
      assertEquals("", client.rest());
    }
  }

  @ParameterizedTest
  @CsvSource({"/nowhere, 404", "/metrics/job/large, 413"})
  void clientThatReadsAfterItWroteAll_hasItsAnswer(String path, int status) throws IOException {
    String piece = "#".repeat(100_000);
    for (String length : List.of("Content-Length: 20000000", "Transfer-Encoding: chunked")) {
      try (RawConnection client = new RawConnection(app.port())) {
        client.send(head("PUT", path, length));
        boolean isChunked = length.startsWith("T");
        for (int i = 0; i < 200; i++) {
          client.send(isChunked ? "186a0\r\n" + piece + "\r\n" : piece);
        }
        Answer answer = client.answer();
        assertEquals(status, answer.status(), answer::toString);
        assertTrue(answer.isLast(), answer::toString);
        assertEquals("", client.rest());
      }
    }
  }

  @Test
  void bodyThatComesTooSlowly_isWaitedForNoLonger() throws Exception {
    app.close();
    // Half of it is the time that is left.
    app = Nodes.started(directory, "--web.idle-timeout=1s");
    try (RawConnection client = new RawConnection(app.port())) {
      Answer answer = client.send(head("PUT", "/nowhere", "Content-Length: 9")).send("m").answer();
      assertEquals(404, answer.status());
      assertTrue(answer.isLast(), answer::toString);
      assertEquals("", client.rest());
    }
  }

  @Test
  void redirect_thatDoesNotFitIntoAHead_is414() throws IOException {
    try (RawConnection client = new RawConnection(app.port())) {
      for (String target : List.of("/static/?" + "x".repeat(60_000), "//" + "y".repeat(7_000))) {
        Answer answer = client.send("GET " + target + " HTTP/1.1\r\nHost: a\r\n\r\n").answer();
        assertEquals(414, answer.status(), answer::toString);
      }
      client.send("GET //" + "y".repeat(6_000) + " HTTP/1.1\r\nHost: a\r\n\r\n");
      assertEquals(301, client.answer().status());
    }
  }

  @Test
  void clientThatAwaitsContinue_isAnsweredAtOnce_andMayNotGoOn() throws IOException {
    try (RawConnection client = new RawConnection(app.port())) {
      String expecting = "Content-Length: 1000\r\nExpect: 100-continue";
      Answer answer = client.send(head("PUT", "/nowhere", expecting)).answer();
      assertEquals(404, answer.status());
      assertTrue(answer.isLast(), answer::toString);
    }
  }

  @Test
  void wrongFraming_afterTheAnswerIsKnown_closes() throws IOException {
    try (RawConnection client = new RawConnection(app.port())) {
      client.send(head("PUT", "/nowhere", "Transfer-Encoding: chunked")).send("zz\r\n" + GOOD);
      Answer answer = client.answer();
      assertEquals(404, answer.status());
      assertTrue(answer.isLast(), answer::toString);
      assertEquals("", client.rest());
    }
  }

  @Test
  void codingBesideALength_counts_andNothingFollows() throws IOException {
    for (String both :
        List.of(
            "Content-Length: 6\r\nTransfer-Encoding: chunked",
            "Transfer-Encoding: chunked\r\nContent-Length: 6")) {
      try (RawConnection client = new RawConnection(app.port())) {
        client.send(head("PUT", "/metrics/job/both", both));
        client.send("4\r\nb 1\n\r\n0\r\n\r\n" + GOOD);
        Answer answer = client.answer();
        assertEquals(200, answer.status(), answer::toString);
        assertTrue(answer.isLast(), answer::toString);
        assertEquals("", client.rest());
      }
    }
  }

  private static String head(String method, String path, String more) {
    return method + " " + path + " HTTP/1.1\r\nHost: a\r\n" + more + "\r\n\r\n";
  }
}
