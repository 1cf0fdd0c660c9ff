package io.holdfast.server.it;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.zip.GZIPInputStream;

/**
 * A client that asks for one page, reads the first kilobyte of the answer and then nothing until it
 * is told to go on. What the system buffers for it is kept small, so that the server notices.
 */
final class SlowScraper implements Closeable {
  private static final int FIRST_BYTES = 1024;
  private static final int RECEIVE_BUFFER_BYTES = 4096;
  private static final int TIMEOUT_MILLIS = 30_000;

  private final Socket socket = new Socket();
  private final byte[] firstBytes;

  /** Returns when the first kilobyte is here. */
  SlowScraper(int port, String target, String acceptEncoding) throws IOException {
    socket.setReceiveBufferSize(RECEIVE_BUFFER_BYTES); // Counts only before the connection is made.
    socket.setSoTimeout(TIMEOUT_MILLIS);
    socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    String request = "GET " + target + " HTTP/1.1\r\nHost: a\r\nAccept-Encoding: ";
    socket
        .getOutputStream()
        .write((request + acceptEncoding + "\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
    firstBytes = socket.getInputStream().readNBytes(FIRST_BYTES);
  }

  /** Reads the rest and returns the body, inflated. */
  String goOn() throws IOException {
    InputStream first = new ByteArrayInputStream(firstBytes);
    try (InputStream in =
        new BufferedInputStream(new SequenceInputStream(first, socket.getInputStream()))) {
      String head = head(in);
      assertTrue(head.startsWith("HTTP/1.1 200 "), head);
      byte[] body = joined(in);
      if (head.contains("Content-Encoding: gzip")) {
        body = new GZIPInputStream(new ByteArrayInputStream(body)).readAllBytes();
      }
      return new String(body, StandardCharsets.UTF_8);
    }
  }

  private static String head(InputStream in) throws IOException {
    StringBuilder head = new StringBuilder();
    for (String line = line(in); !line.isEmpty(); line = line(in)) {
      head.append(line).append('\n');
    }
    return head.toString();
  }

  /** The chunks as one; fails unless the last of them is there. */
  private static byte[] joined(InputStream chunks) throws IOException {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    for (int size = chunkSize(chunks); size > 0; size = chunkSize(chunks)) {
      byte[] chunk = chunks.readNBytes(size);
      if (chunk.length < size) {
        throw new EOFException("the answer ends within a chunk");
      }
      body.write(chunk);
      chunks.skipNBytes(2);
    }
    return body.toByteArray();
  }

  private static int chunkSize(InputStream chunks) throws IOException {
    return Integer.parseInt(line(chunks), 16);
  }

  private static String line(InputStream in) throws IOException {
    StringBuilder line = new StringBuilder();
    for (int next = in.read(); next != '\n'; next = in.read()) {
      if (next < 0) {
        throw new EOFException("the answer ends before its last chunk");
      }
      line.append((char) next);
    }
    return line.toString().strip();
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
