package io.holdfast.server.it;

import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.xerial.snappy.SnappyFramedOutputStream;

/**
 * Connections that send what costs the server more than the client, read nothing, and stay open.
 * The server may close them at any time.
 */
final class Attack implements Closeable {
  private static final int RECEIVE_BUFFER_BYTES = 4096;

  private final int port;
  private final List<Socket> sockets = new ArrayList<>();

  Attack(int port) {
    this.port = port;
  }

  /** Sends the same on so many connections. */
  Attack send(int connections, String bytes) throws IOException {
    return send(connections, bytes.getBytes(StandardCharsets.ISO_8859_1));
  }

  private Attack send(int connections, byte[] bytes) throws IOException {
    for (int i = 0; i < connections; i++) {
      Socket socket = new Socket();
      sockets.add(socket);
      try {
        socket.setReceiveBufferSize(RECEIVE_BUFFER_BYTES);
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        socket.getOutputStream().write(bytes);
      } catch (IOException e) {
        // Refused, or closed for another, before all was sent: the next one tries.
      }
    }
    return this;
  }

  /** Bodies in snappy that inflate twentyfold, and whose last byte does not come. */
  Attack slowSnappy(int connections, int inflatedBytes) throws IOException {
    byte[] body = snappy(inflatedBytes);
    ByteArrayOutputStream request = new ByteArrayOutputStream();
    request.writeBytes(
        ("PUT /metrics/job/slow HTTP/1.1\r\nHost: a\r\nContent-Encoding: snappy\r\n"
                + "Content-Length: "
                + (body.length + 1)
                + "\r\n\r\n")
            .getBytes(StandardCharsets.US_ASCII));
    request.writeBytes(body);
    return send(connections, request.toByteArray());
  }

  /** The last bytes of all bodies at once. */
  void sendOneMore() {
    for (Socket socket : sockets) {
      try {
        socket.getOutputStream().write('\n');
      } catch (IOException e) {
        // Closed, which is right.
      }
    }
  }

  private static byte[] snappy(int inflatedBytes) {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    try (SnappyFramedOutputStream out = new SnappyFramedOutputStream(body)) {
      out.write("#".repeat(inflatedBytes).getBytes(StandardCharsets.US_ASCII));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return body.toByteArray();
  }

  @Override
  public void close() throws IOException {
    for (Socket socket : sockets) {
      socket.close();
    }
  }
}
