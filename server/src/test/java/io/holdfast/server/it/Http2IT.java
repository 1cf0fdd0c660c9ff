package io.holdfast.server.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Frames of HTTP/2 that no client library would send. */
final class Http2IT {
  private static final int HEADERS = 1;
  private static final int SETTINGS = 4;
  private static final int GO_AWAY = 7;
  private static final int RESET = 3;
  private static final int END_STREAM = 1;
  private static final int END_HEADERS = 4;

  /** How HPACK writes {@code :status 400}. */
  private static final int BAD_REQUEST = 0x8c;

  private static final int OK = 0x88;

  /** Both are right: a server may answer before it resets a stream. */
  private static final List<Integer> REFUSED = List.of(BAD_REQUEST, RESET);

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
      try (Client client = new Client(node.port())) {
        client.headers(body.isEmpty(), "content-length", "4");
        if (!body.isEmpty()) {
          client.frame(0, END_STREAM, 1, body.getBytes(StandardCharsets.US_ASCII));
        }
        assertTrue(REFUSED.contains(client.status()), body);
      }
    }
    assertKept();
  }

  @Test
  void transferEncoding_isRefused_andChangesNothing() throws Exception {
    try (Client client = new Client(node.port())) {
      client.headers(false, "transfer-encoding", "chunked");
      client.frame(0, END_STREAM, 1, "m 2\n".getBytes(StandardCharsets.US_ASCII));
      assertTrue(REFUSED.contains(client.status()));
    }
    assertKept();
  }

  @Test
  void bodyAsLongAsAnnounced_isTaken() throws Exception {
    try (Client client = new Client(node.port())) {
      client.headers(false, "content-length", "4");
      client.frame(0, 0, 1, "m ".getBytes(StandardCharsets.US_ASCII));
      client.frame(0, END_STREAM, 1, "1\n".getBytes(StandardCharsets.US_ASCII));
      assertEquals(OK, client.status());
    }
    assertKept();
  }

  private static void assertKept() throws IOException {
    String body = node.curl("/metrics").body();
    assertTrue(body.contains("\nm{instance=\"\",job=\"kept\"} 1\n"), body);
  }

  /** One connection with one request, on stream 1. */
  private static final class Client implements Closeable {
    private final SSLSocket socket;
    private final DataOutputStream out;

    Client(int port) throws Exception {
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, new TrustManager[] {new Anybody()}, new SecureRandom());
      socket = (SSLSocket) context.getSocketFactory().createSocket("127.0.0.1", port);
      socket.setSoTimeout(10_000);
      SSLParameters parameters = socket.getSSLParameters();
      parameters.setApplicationProtocols(new String[] {"h2"});
      socket.setSSLParameters(parameters);
      out = new DataOutputStream(socket.getOutputStream());
      out.write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
      frame(SETTINGS, 0, 0, new byte[0]);
    }

    void headers(boolean isLast, String name, String value) throws IOException {
      ByteArrayOutputStream block = new ByteArrayOutputStream();
      literal(block, ":method", "PUT");
      literal(block, ":scheme", "https");
      literal(block, ":authority", "localhost");
      literal(block, ":path", "/metrics/job/kept");
      literal(block, name, value);
      frame(HEADERS, END_HEADERS | (isLast ? END_STREAM : 0), 1, block.toByteArray());
    }

    private static void literal(ByteArrayOutputStream block, String name, String value) {
      block.write(0);
      block.write(name.length());
      block.writeBytes(name.getBytes(StandardCharsets.US_ASCII));
      block.write(value.length());
      block.writeBytes(value.getBytes(StandardCharsets.US_ASCII));
    }

    void frame(int type, int flags, int stream, byte[] payload) throws IOException {
      out.writeByte(0);
      out.writeShort(payload.length);
      out.writeByte(type);
      out.writeByte(flags);
      out.writeInt(stream);
      out.write(payload);
      out.flush();
    }

    /** The first byte of the answer's head, or the frame that took its place. */
    int status() throws IOException {
      DataInputStream in = new DataInputStream(socket.getInputStream());
      while (true) {
        int length = in.readUnsignedByte() << 16 | in.readUnsignedShort();
        int type = in.readUnsignedByte();
        in.readUnsignedByte();
        in.readInt();
        byte[] payload = in.readNBytes(length);
        if (type == RESET || type == GO_AWAY) {
          return type;
        }
        if (type == HEADERS) {
          int at = 0;
          // Changes of the table's size come first.
          while ((payload[at] & 0xe0) == 0x20) {
            at += (payload[at] & 0x1f) == 0x1f ? 2 + ((payload[at + 1] & 0x80) >> 7) : 1;
          }
          return payload[at] & 0xff;
        }
      }
    }

    @Override
    public void close() throws IOException {
      socket.close();
    }
  }

  private static final class Anybody implements X509TrustManager {
    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type) {}

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }
}
