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

/** What pages of other sites make browsers send, and what other programs send. */
class BrowserGuardTest {
  private static final String CHROME =
      "User-Agent: Mozilla/5.0 (X11; Linux x86_64) Chrome/140.0\r\n"
          + "Accept: */*\r\nAccept-Encoding: gzip, deflate\r\nAccept-Language: en-US,en;q=0.9\r\n";

  private static final String REBOUND = "rebind.evil.example:9415";

  /** Every route that changes something, and one that is not there. */
  private static final List<String> CHANGES =
      List.of(
          "POST /metrics/job/backup",
          "PUT /metrics/job/backup",
          "DELETE /metrics/job/backup",
          "PUT /api/v1/admin/wipe",
          "POST /group/job/backup",
          "POST /delete-all",
          "POST /-/quit",
          "PUT /-/quit",
          "POST /nowhere",
          "PATCH /metrics");

  private static final List<String> READS =
      List.of("GET /", "GET /status", "GET /metrics", "GET /api/v1/metrics", "GET /api/v1/status");

  @TempDir Path directory;
  private App app;

  @BeforeEach
  void start() throws Exception {
    app = started();
    send("PUT /metrics/job/backup", "pushgateway:9091", "");
  }

  @AfterEach
  void stop() {
    app.close();
  }

  private App started(String... more) throws Exception {
    String[] flags = new String[more.length + 2];
    flags[0] = "--web.enable-lifecycle";
    flags[1] = "--web.enable-admin-api";
    System.arraycopy(more, 0, flags, 2, more.length);
    return Nodes.started(directory, flags);
  }

  private void restart(String... flags) throws Exception {
    app.close();
    app = started(flags);
  }

  @Test
  void pageOfAnotherSite_changesNothing_whateverTheRoute() throws IOException {
    for (String change : CHANGES) {
      for (String mark :
          List.of(
              "Origin: http://evil.example\r\nSec-Fetch-Site: cross-site\r\n",
              "Origin: http://evil.example\r\n",
              "Origin: null\r\n",
              "Origin: \r\n",
              "Origin: http://localhost@evil.example\r\n",
              "Origin: http://localhost:1#.evil.example\r\n",
              "Sec-Fetch-Site: same-site\r\n",
              "Sec-Fetch-Site: Same-Origin\r\n",
              "Sec-Fetch-Site: \r\n")) {
        Answer answer = send(change, "localhost:9091", CHROME + mark);
        assertEquals(403, answer.status(), () -> change + mark + answer);
        assertTrue(answer.body().contains("other sites"), answer::toString);
      }
    }
    assertFalse(app.quitRequested().isDone());
    assertTrue(scrape().contains("m{instance=\"\",job=\"backup\"} 1\n"), this::scrape);
    assertTrue(
        scrape()
            .contains(
                "pushgateway_refused_browser_requests_total{reason=\"foreign_site\"} "
                    + CHANGES.size() * 9),
        this::scrape);
  }

  @Test
  void pageOfAReboundName_changesNothing_andReadsNothing() throws IOException {
    for (String change : CHANGES) {
      Answer answer = send(change, REBOUND, CHROME + "Origin: http://" + REBOUND + "\r\n");
      assertEquals(421, answer.status(), () -> change + answer);
      assertTrue(
          answer.body().contains("--web.allowed-host=rebind.evil.example\n"), answer::toString);
      // What Firefox lets a script set.
      String disguised = "User-Agent: curl/8\r\nAccept-Language: *\r\n";
      assertEquals(
          421, send(change, REBOUND, disguised + "Origin: http://" + REBOUND + "\r\n").status());
    }
    for (String read : READS) {
      assertEquals(421, send(read, REBOUND, CHROME).status(), read);
      String disguised = "User-Agent: curl/8\r\nAccept-Language: \r\n";
      assertEquals(421, send(read, REBOUND, disguised).status(), read);
    }
    assertTrue(scrape().contains("m{instance=\"\",job=\"backup\"} 1\n"), this::scrape);
  }

  @Test
  void person_whoOpensThePage_byANameThatNoStrangerOwns_readsAndDeletes() throws IOException {
    for (String host :
        List.of(
            "127.0.0.1:9091",
            "[::1]:9091",
            "localhost:9091",
            "pushgateway:9091",
            "pushgateway.monitoring.svc.cluster.local:9091")) {
      for (String read : READS) {
        assertEquals(200, send(read, host, CHROME).status(), () -> read + host);
      }
      send("PUT /metrics/job/backup", host, "");
      String own = CHROME + "Origin: http://" + host + "\r\n";
      assertEquals(303, send("POST /group/job/backup", host, own).status(), host);
    }
  }

  @Test
  void program_mayUseAnyName() throws IOException {
    for (String program :
        List.of(
            "",
            "User-Agent: curl/8.5.0\r\nAccept: */*\r\n",
            "User-Agent: Go-http-client/1.1\r\nAccept-Encoding: gzip\r\n",
            "User-Agent: Mozilla/5.0 (Windows NT; Windows NT 10.0; en-US) WindowsPowerShell/5.1\r\n",
            // Node's fetch.
            "Accept: */*\r\nAccept-Language: *\r\nSec-Fetch-Mode: cors\r\nUser-Agent: node\r\n"
                + "Accept-Encoding: gzip, deflate\r\n")) {
      String host = "pushgateway.example.com:9091";
      assertEquals(200, send("POST /metrics/job/backup", host, program).status(), program);
      assertEquals(200, send("PUT /metrics/job/backup", host, program).status(), program);
      assertEquals(202, send("DELETE /metrics/job/backup", host, program).status(), program);
      for (String read : READS) {
        assertEquals(200, send(read, host, program).status(), program);
      }
    }
    // A language alone is no mark of a browser where something is changed: those send an origin.
    String deno = "Accept: */*\r\nAccept-Language: *\r\nUser-Agent: Deno/2.0\r\n";
    assertEquals(200, send("PUT /metrics/job/a", "push.example.com", deno).status());
  }

  @Test
  void namesByFlag_areOurs() throws Exception {
    restart("--web.allowed-host=push.example.com", "--web.external-url=https://m.example.com/");
    for (String host : List.of("push.example.com:9091", "m.example.com")) {
      assertEquals(200, send("GET /", host, CHROME).status());
      String own = CHROME + "Origin: http://" + host + "\r\n";
      assertEquals(200, send("POST /metrics/job/a", host, own).status());
    }
    assertEquals(421, send("GET /", "other.example.com", CHROME).status());
  }

  @Test
  void corsOrigin_saysWhichPagesMayReadTheApi() throws Exception {
    String origin = "Origin: https://a.example\r\n";
    Answer any = send("GET /api/v1/status", "localhost", origin);
    assertTrue(any.head().contains("\r\nAccess-Control-Allow-Origin: *\r\n"), any::toString);

    restart("--web.cors.origin=https?://(a|b)\\.example");

    Answer own = send("GET /api/v1/status", "localhost", origin);
    assertTrue(
        own.head().contains("\r\nAccess-Control-Allow-Origin: https://a.example\r\n"),
        own::toString);
    assertTrue(own.head().contains("\r\nVary: Origin\r\n"), own::toString);
    for (String other : List.of("https://a.example.evil", "https://xa.example", "null")) {
      Answer none = send("OPTIONS /api/v1/metrics", "localhost", "Origin: " + other + "\r\n");
      assertEquals(200, none.status());
      assertFalse(none.head().contains("Access-Control"), none::toString);
    }
  }

  private Answer send(String line, String host, String fields) throws IOException {
    String body = line.startsWith("P") ? "m 1\n" : "";
    try (RawConnection client = new RawConnection(app.port())) {
      return client
          .send(line + " HTTP/1.1\r\nHost: " + host + "\r\n" + fields)
          .send("Content-Length: " + body.length() + "\r\n\r\n" + body)
          .answer();
    }
  }

  private String scrape() {
    try {
      return send("GET /metrics", "localhost", "").body();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
