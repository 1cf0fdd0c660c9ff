package io.holdfast.server.it;

import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** A push whose body is larger than a test should hold in memory. */
final class LargeBody implements Closeable {
  private static final int TIMEOUT_MILLIS = 30_000;
  private static final int CHUNK_BYTES = 64 << 10;

  private final Socket socket;

  /** Sends the head; {@code length} is the header line that says how the body comes. */
  LargeBody(int port, String length) throws IOException {
    socket = new Socket(InetAddress.getLoopbackAddress(), port);
    socket.setSoTimeout(TIMEOUT_MILLIS);
    write("PUT /metrics/job/large HTTP/1.1\r\nHost: a\r\n" + length + "\r\n\r\n");
  }

  /** Stops before that when the server takes no more. */
  void sendChunks(long bytes) {
    byte[] blanks = new byte[CHUNK_BYTES];
    Arrays.fill(blanks, (byte) '\n');
    try {
      OutputStream out = socket.getOutputStream();
      for (long sent = 0; sent < bytes; sent += CHUNK_BYTES) {
        write(Integer.toHexString(CHUNK_BYTES) + "\r\n");
        out.write(blanks);
        write("\r\n");
      }
    } catch (IOException e) {
      // It has answered: see answer().
    }
  }

  /** Head and body as they came. */
  String answer() throws IOException {
    StringBuilder answer = new StringBuilder();
    byte[] buffer = new byte[CHUNK_BYTES];
    for (int read = 0; read >= 0 && !isComplete(answer); ) {
      read = socket.getInputStream().read(buffer);
      answer.append(new String(buffer, 0, Math.max(read, 0), StandardCharsets.US_ASCII));
    }
    return answer.toString();
  }

  /** A refusal's text ends with a line feed, behind the head's empty line. */
  private static boolean isComplete(StringBuilder answer) {
    int body = answer.indexOf("\r\n\r\n") + 4;
    return body > 4 && body < answer.length() && answer.charAt(answer.length() - 1) == '\n';
  }

  private void write(String text) throws IOException {
    socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
