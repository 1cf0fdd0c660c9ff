package io.holdfast.server.it;

import com.google.protobuf.ByteString;
import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.GZIPInputStream;

/**
 * An HTTP/1.1 client that sends exactly the bytes it is given: no path is cleaned, no header added
 * but {@code Host} and the body's length. Keeps its connection while the server does. Never
 * retries: an {@link IOException} means that the request perhaps took effect.
 *
 * <p>Concurrency: for one thread.
 */
final class RawHttp implements Closeable {
  private static final Duration TIMEOUT = Duration.ofSeconds(10);

  private final InetSocketAddress address;
  private final int timeoutMillis;
  private Socket socket = new Socket();
  private InputStream in = InputStream.nullInputStream();

  /** To a server on the loopback address. */
  RawHttp(int port) {
    this(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), TIMEOUT);
  }

  RawHttp(InetSocketAddress address) {
    this(address, TIMEOUT);
  }

  /** Waits for the connection, and for each piece of an answer, no longer than the timeout. */
  RawHttp(InetSocketAddress address, Duration timeout) {
    this.address = address;
    this.timeoutMillis = (int) timeout.toMillis();
    closeQuietly();
  }

  /** Sends the request and waits for its whole answer. */
  Response send(Step step) throws IOException {
    try {
      if (socket.isClosed()) {
        socket = new Socket();
        socket.connect(address, timeoutMillis);
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(timeoutMillis);
        in = new BufferedInputStream(socket.getInputStream());
      }
      socket.getOutputStream().write(encode(step));
      Response response = read(step.method());
      if (response.header("connection").equalsIgnoreCase("close")) {
        closeQuietly();
      }
      return response;
    } catch (IOException e) {
      closeQuietly();
      throw e;
    }
  }

  @Override
  public void close() {
    closeQuietly();
  }

  private void closeQuietly() {
    try {
      socket.close();
    } catch (IOException e) {
      throw new AssertionError("a socket could not be closed", e);
    }
  }

  private byte[] encode(Step step) throws IOException {
    StringBuilder head = new StringBuilder();
    head.append(step.method()).append(' ').append(step.target()).append(" HTTP/1.1\r\n");
    head.append("Host: ").append(address.getAddress().getHostAddress());
    head.append(':').append(address.getPort()).append("\r\n");
    step.headers().forEach(header -> head.append(header).append("\r\n"));
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    if (step.chunked()) {
      head.append("Transfer-Encoding: chunked\r\n\r\n");
      bytes.write(head.toString().getBytes(StandardCharsets.ISO_8859_1));
      for (byte single : step.body()) {
        bytes.write(new byte[] {'1', '\r', '\n', single, '\r', '\n'});
      }
      bytes.write("0\r\n\r\n".getBytes(StandardCharsets.ISO_8859_1));
      return bytes.toByteArray();
    }
    if (step.hasBody()) {
      head.append("Content-Length: ").append(step.body().size()).append("\r\n");
    }
    bytes.write(head.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1));
    step.body().writeTo(bytes);
    return bytes.toByteArray();
  }

  private Response read(String method) throws IOException {
    String[] status = line().split(" ", 3);
    Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    for (String header = line(); !header.isEmpty(); header = line()) {
      int colon = header.indexOf(':');
      headers.put(header.substring(0, colon), header.substring(colon + 1).strip());
    }
    int code = Integer.parseInt(status[1]);
    if (code == 100) {
      return read(method);
    }
    byte[] body = method.equals("HEAD") || code == 204 || code == 304 ? new byte[0] : body(headers);
    if (headers.getOrDefault("content-encoding", "").equals("gzip")) {
      body = new GZIPInputStream(new ByteArrayInputStream(body)).readAllBytes();
    }
    return new Response(code, headers, ByteString.copyFrom(body));
  }

  private byte[] body(Map<String, String> headers) throws IOException {
    if (headers.getOrDefault("transfer-encoding", "").equalsIgnoreCase("chunked")) {
      ByteArrayOutputStream body = new ByteArrayOutputStream();
      for (int size = chunkSize(); size > 0; size = chunkSize()) {
        body.write(exactly(size));
        line();
      }
      String trailer;
      do {
        trailer = line();
      } while (!trailer.isEmpty());
      return body.toByteArray();
    }
    String length = headers.get("content-length");
    return length == null ? in.readAllBytes() : exactly(Integer.parseInt(length));
  }

  private int chunkSize() throws IOException {
    return Integer.parseInt(line().split(";", 2)[0].strip(), 16);
  }

  private byte[] exactly(int length) throws IOException {
    byte[] bytes = in.readNBytes(length);
    if (bytes.length < length) {
      throw new EOFException(bytes.length + " bytes of a body (expected: " + length + ")");
    }
    return bytes;
  }

  private String line() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (int next = in.read(); next != '\n'; next = in.read()) {
      if (next < 0) {
        throw new EOFException("connection closed within an answer's head");
      }
      bytes.write(next);
    }
    return bytes.toString(StandardCharsets.ISO_8859_1).stripTrailing();
  }

  /** An answer; gzip is already undone in {@code body}. */
  record Response(int status, Map<String, String> headers, ByteString body) {
    /** The header's value, or nothing at all. */
    String header(String name) {
      return headers.getOrDefault(name, "");
    }

    String text() {
      return body.toStringUtf8();
    }
  }
}
