package io.holdfast.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.server.RawConnection.Answer;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Heads of old clients and of clients that send too much, as Go's servers read them. */
class HeaderFieldsTest {
  private static final String GOOD = "GET /-/healthy HTTP/1.1\r\nHost: a\r\n\r\n";

  @TempDir Path directory;
  private App app;

  @BeforeEach
  void start() throws Exception {
    app = Nodes.started(directory);
  }

  @AfterEach
  void stop() {
    app.close();
  }

  @Test
  void tooManyFields_are431_beforeTheHeadEnds() throws IOException {
    try (RawConnection client = new RawConnection(app.port())) {
      Answer answer = client.send("GET / HTTP/1.1\r\nHost: a\r\n" + "a:\r\n".repeat(201)).answer();
      assertEquals(431, answer.status());
      assertTrue(
          answer.body().endsWith("(expected: at most 200); the limit is --web.max-header-fields\n"),
          answer::toString);
    }
  }

  @Test
  void asManyFieldsAsMayBe_areTaken_inEachRequestOfAConnection() throws IOException {
    try (RawConnection client = new RawConnection(app.port())) {
      for (int i = 0; i < 3; i++) {
        client.send("GET /-/healthy HTTP/1.1\r\nHost: a\r\n" + "a:\r\n".repeat(199) + "\r\n");
        assertEquals(200, client.answer().status());
      }
    }
  }

  @Test
  void tooManyFieldsBehindABody_areRefused() throws IOException {
    try (RawConnection client = new RawConnection(app.port())) {
      client.send("PUT /metrics/job/a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n");
      client.send("0\r\n" + "a:\r\n".repeat(200) + "\r\n");
      Answer answer = client.answer();
      assertEquals(400, answer.status(), answer::toString);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Host:\r\n",
        "Host: \r\n",
        "Host: name:\r\n",
        "Host: :9091\r\n",
        "Host: [::1]:9091\r\n",
        "Host: a_b.c\r\n",
        "Host: a\r\nX: 1\r\n  2\r\n\t3\r\n",
        "Host: a\r\nContent-Length: 4\r\nContent-Length: 4\r\n",
        "Host: a\nX: y\n"
      })
  void oldClient_isUnderstood(String fields) throws IOException {
    try (RawConnection client = new RawConnection(app.port())) {
      String length = fields.contains("Content-Length") ? "" : "Content-Length: 4\r\n";
      String push = "PUT /metrics/job/a HTTP/1.1\r\n" + fields + length + "\r\nm 1\n";
      for (int i = 0; i < 2; i++) {
        Answer answer = client.send(push).answer();
        assertEquals(200, answer.status(), answer::toString);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "Host: a b\r\n",
        "Host: a/b\r\n",
        "Host: a@b\r\n",
        "Host: x^\r\n",
        "Host: a\r\nHost: a\r\n",
        " Host: a\r\n",
        "Host : a\r\n",
        "Host: a\r\nX\r\n",
        ":\r\nHost: a\r\n",
        ": x\r\nHost: a\r\n",
        "Host: a\r\n:\r\n",
        "Host: a\r\nX: y\r\n: z\r\n",
        "Host: a\r\nX: y\r\n:Z: z\r\n",
        "Host: a\r\nX: y\r\n:authority: b\r\n",
        "Host: a\r\nTransfer-Encoding: chunked\r\n:\r\n",
        "Host: a\r\nX: \0\r\n",
        "Host: a\r\nX: a\rb\r\n",
        "Host: a\r\nContent-Length: 4\r\nContent-Length: 5\r\n",
        "Host: a\r\nContent-Length: 4, 4\r\n",
        "Host: a\r\nContent-Length: +4\r\n",
        "Host: a\r\nContent-Length:\r\n",
        "Host: a\r\nContent-Length: 4\r\n 4\r\n",
        "Host: a\r\nTransfer-Encoding: identity\r\n",
        "Host: a\r\nTransfer-Encoding: chunked, chunked\r\n",
        "Host: a\r\nTransfer-Encoding: chunked, identity\r\n"
      })
  void headThatMayMeanSeveralThings_is400_andNothingFollows(String fields) throws IOException {
    try (RawConnection client = new RawConnection(app.port())) {
      client.send("PUT /metrics/job/a HTTP/1.1\r\n" + fields + "\r\n" + GOOD);
      Answer answer = client.answer();
      assertEquals(400, answer.status(), answer::toString);
      assertTrue(answer.isLast(), answer::toString);
    }
  }
}
