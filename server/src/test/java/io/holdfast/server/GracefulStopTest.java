package io.holdfast.server;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The end of a node whose clients keep connections. */
class GracefulStopTest {
  @TempDir Path directory;

  /** A server that waited for the kept connection would first cut the push, which rests longer. */
  @Test
  void stop_endsKeptConnections_whilePushesUnderWayAreFinished() throws Exception {
    App app = Nodes.started(directory);
    try (RawConnection kept = new RawConnection(app.port());
        RawConnection pushing = new RawConnection(app.port())) {
      pushing.send(
          "PUT /metrics/job/a HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n"
              + "Content-Length: 4\r\n\r\n");
      // From then on the push is under way.
      assertEquals(100, pushing.answer().status());
      pushing.send("m ");
      kept.send("GET /-/ready HTTP/1.1\r\nHost: a\r\n\r\n");
      assertEquals(200, kept.answer().status());
      CompletableFuture<Void> stop = CompletableFuture.runAsync(app::close);

      assertEquals("", kept.rest());
      pushing.send("1\n");

      assertEquals(200, pushing.answer().status());
      stop.get(30, TimeUnit.SECONDS);
    }
  }
}
