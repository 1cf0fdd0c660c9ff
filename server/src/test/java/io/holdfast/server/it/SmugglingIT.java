package io.holdfast.server.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.server.it.SmuggledRequests.Variant;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * Requests that a proxy and the server may read in two ways, straight to the server and through the
 * two proxies that stand before it most often. No other client may get the answer to what is hidden
 * in them.
 */
final class SmugglingIT {
  /** Long enough for an answer on the loopback address; most variants are answered at once. */
  private static final int ANSWER_MILLIS = 150;

  private static final int PROBES = 3;
  private static final Pattern NODE = Pattern.compile("(?m)^  server node-[23] .*\n");

  @RegisterExtension static final Processes PROCESSES = Processes.perClass();

  @TempDir static Path directory;

  private static ServerProcess server;

  @BeforeAll
  static void start() throws IOException {
    server = PROCESSES.holdfast(directory.resolve("store"));
  }

  @AfterAll
  static void nothingOfItIsOurMistake() {
    assertTrue(!server.output().contains("level=error"), server::output);
  }

  @Test
  void straightToTheServer_noSecondRequestIsSeen() throws IOException {
    List<String> seen = new ArrayList<>();
    for (Variant variant : SmuggledRequests.all()) {
      String answers = exchange(server.port(), variant);
      if (variant.isAmbiguous() && answers.contains("HTTP/1.1 404")) {
        seen.add(variant + " -> " + firstLines(answers));
      }
      assertTrue(!answers.contains("HTTP/1.1 500"), () -> variant + " -> " + answers);
    }
    assertEquals(List.of(), seen);
    assertProbed(server.port(), "the end");
  }

  @Test
  void throughHaproxy_noOtherClientIsPoisoned() throws IOException {
    int port = Port.free();
    String config =
        Files.readString(Programs.repository().resolve("deploy/balancers/haproxy.cfg"))
            .replaceAll("(?s)\nfrontend balancer.*", "\n")
            .replace("bind :9091", "bind 127.0.0.1:" + port)
            .replace("127.0.0.1:9191", "127.0.0.1:" + server.port())
            .replace("raw daemon", "raw daemon\n  stats timeout 1s");
    Path file = directory.resolve("haproxy.cfg");
    Files.writeString(file, NODE.matcher(config).replaceAll(""));
    String haproxy = Programs.require("haproxy", "haproxy");
    throughProxy(port, List.of(haproxy, "-f", file.toString()), "haproxy");
  }

  @Test
  void throughNginx_noOtherClientIsPoisoned() throws IOException {
    int port = Port.free();
    Path file =
        Files.writeString(
            directory.resolve("nginx.conf"),
            """
            daemon off;
            master_process off;
            error_log /dev/null;
            pid %1$s/nginx.pid;
            events {}
            http {
              access_log off;
              client_body_temp_path %1$s/nginx-body;
              proxy_temp_path %1$s/nginx-proxy;
              fastcgi_temp_path %1$s/nginx-fastcgi;
              uwsgi_temp_path %1$s/nginx-uwsgi;
              scgi_temp_path %1$s/nginx-scgi;
              upstream holdfast {
                server 127.0.0.1:%2$d;
                keepalive 4;
              }
              server {
                listen 127.0.0.1:%3$d;
                location / {
                  proxy_pass http://holdfast;
                  proxy_http_version 1.1;
                  proxy_set_header Connection "";
                  proxy_request_buffering off;
                }
              }
            }
            """
                .formatted(directory, server.port(), port));
    String nginx = Programs.require("nginx", "nginx-light");
    throughProxy(port, List.of(nginx, "-c", file.toString()), "nginx");
  }

  private static void throughProxy(int port, List<String> command, String name) throws IOException {
    PROCESSES.launch(name, port, command).awaitReady("/-/ready");
    for (Variant variant : SmuggledRequests.all()) {
      exchange(port, variant);
      assertProbed(port, variant.toString());
    }
  }

  /** Other clients, on the connections between proxy and server that the variant has used. */
  private static void assertProbed(int port, String after) throws IOException {
    for (int i = 0; i < PROBES; i++) {
      try (RawHttp probe = new RawHttp(port)) {
        RawHttp.Response answer = probe.send(Step.get("/-/healthy"));
        assertEquals(200, answer.status(), () -> after + " -> " + answer.text());
        assertEquals("OK", answer.text().strip(), after);
      }
    }
  }

  /** Whatever is answered until nothing more comes for a while. */
  private static String exchange(int port, Variant variant) throws IOException {
    ByteArrayOutputStream answers = new ByteArrayOutputStream();
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.setSoTimeout(ANSWER_MILLIS);
      socket.getOutputStream().write(variant.bytes().getBytes(StandardCharsets.ISO_8859_1));
      byte[] buffer = new byte[8192];
      for (int read = 0; read >= 0; read = socket.getInputStream().read(buffer)) {
        answers.write(buffer, 0, read);
      }
    } catch (SocketTimeoutException | SocketException e) {
      // It waits for more, or has cut the connection.
      return answers.toString(StandardCharsets.ISO_8859_1);
    }
    return answers.toString(StandardCharsets.ISO_8859_1);
  }

  private static String firstLines(String answers) {
    return answers.lines().filter(line -> line.startsWith("HTTP/")).toList().toString();
  }
}
