package io.holdfast.server;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.server.RawConnection.Answer;
import java.io.EOFException;
import java.io.IOException;
import java.net.SocketException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Request lines and heads that were made to get past something. */
class HostileRequestsTest {
  private static final List<String> METHODS =
      List.of(
          "GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "TRACE", "CONNECT", "PATCH", "get");

  private static final List<String> TARGETS =
      List.of(
          "/",
          "//",
          "/metrics",
          "/METRICS",
          "/metrics;x",
          "/%6detrics",
          "/metrics%00",
          "/metrics%0d%0aX:%20y",
          "/./metrics",
          "/x/../metrics",
          "/x/%2e%2e/metrics",
          "/x%2f..%2fmetrics",
          "/../metrics",
          "//metrics/job/a",
          "/metrics//job/a%0d%0aX:%20y",
          "/metrics/job/a",
          "/metrics/job/a#b",
          "/metrics/job/a;b",
          "/metrics/job@base64/%%%",
          "/api/v1/status",
          "/api/v1/metrics",
          "/api/v1/admin/wipe",
          "/-/quit",
          "/-/healthy",
          "/static/../-/quit",
          "/static/page.js",
          "/group/job/a",
          "/delete-all",
          "http://a/metrics",
          "http://a",
          "*",
          "a:1",
          "metrics",
          "?",
          "/?\u00ff",
          "/metrics?collect[]=%zz",
          "/metrics?" + "a&".repeat(5_000),
          "/?q=" + "%5b(".repeat(1_000));

  @TempDir Path directory;
  private App app;

  @AfterEach
  void stop() {
    app.close();
  }

  @Test
  void noRoute_isReachedWithoutAPassword() throws Exception {
    Path config =
        Files.writeString(
            directory.resolve("web.yml"),
            // Of the password U*U, at a low cost.
            "basic_auth_users:\n"
                + "  job: $2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW\n");
    app =
        Nodes.started(
            directory,
            "--web.config.file=" + config,
            "--web.enable-lifecycle",
            "--web.enable-admin-api");
    for (String method : METHODS) {
      for (String target : TARGETS) {
        int status = status(method, target);
        assertTrue(
            status == 401 || status == 400 || status == 0, () -> method + " " + target + status);
      }
    }
    assertFalse(app.quitRequested().isDone());
  }

  @Test
  void noRequest_isOurMistake_norWritesHeadersOfItsOwn() throws Exception {
    app = Nodes.started(directory);
    for (String method : METHODS) {
      for (String target : TARGETS) {
        int status = status(method, target);
        assertTrue(status < 500, () -> method + " " + target + " " + status);
      }
    }
  }

  /** 0 if the connection is cut without an answer. */
  private int status(String method, String target) throws IOException {
    try (RawConnection client = new RawConnection(app.port())) {
      client.send(method + " " + target + " HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
      if (method.equals("HEAD")) {
        // Its length is that of a body which does not come.
        String head = client.rest();
        assertFalse(head.contains("\r\nX: y"), head);
        return head.length() < 12 ? 0 : Integer.parseInt(head.substring(9, 12));
      }
      Answer answer = client.answer();
      assertFalse(answer.head().contains("\r\nX: y"), answer::toString);
      return answer.status();
    } catch (EOFException | SocketException e) {
      return 0;
    }
  }
}
