package io.holdfast.server;

import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;

/** A connection over TLS that sends the frames of HTTP/2 that it is given, and trusts anybody. */
public final class Http2Connection implements Closeable {
  /** How HPACK writes {@code :status 200}. */
  public static final int OK = 0x88;

  /** How HPACK writes {@code :status 400}. */
  public static final int BAD_REQUEST = 0x8c;

  private static final int TIMEOUT_MILLIS = 30_000;
  private static final int DATA = 0;
  private static final int HEADERS = 1;
  private static final int RESET = 3;
  private static final int SETTINGS = 4;
  private static final int GO_AWAY = 7;
  private static final int END_STREAM = 1;
  private static final int END_HEADERS = 4;
  private static final int CANCEL = 8;

  private final SSLSocket socket;
  private final DataOutputStream out;
  private final DataInputStream in;

  /** The beginning of an answer, or the end of a stream or of the connection. */
  public record Event(Kind kind, int stream, int status) {
    /** What came. */
    public enum Kind {
      HEAD,
      RESET,
      GO_AWAY
    }
  }

  /** Connects, and begins to speak HTTP/2. */
  public Http2Connection(Socket raw) throws IOException {
    socket = secure(raw, "h2");
    out = new DataOutputStream(socket.getOutputStream());
    in = new DataInputStream(socket.getInputStream());
    out.write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
    frame(SETTINGS, 0, 0, new byte[0]);
  }

  /** Puts TLS over a socket, for one protocol. */
  static SSLSocket secure(Socket raw, String protocol) throws IOException {
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, new TrustManager[] {new Anybody()}, new SecureRandom());
      SSLSocket socket =
          (SSLSocket)
              context.getSocketFactory().createSocket(raw, "localhost", raw.getPort(), true);
      socket.setSoTimeout(TIMEOUT_MILLIS);
      SSLParameters parameters = socket.getSSLParameters();
      parameters.setApplicationProtocols(new String[] {protocol});
      socket.setSSLParameters(parameters);
      socket.startHandshake();
      return socket;
    } catch (GeneralSecurityException e) {
      throw new IOException(e);
    }
  }

  /** Begins a PUT. */
  public void put(int stream, String path, boolean isLast, String... header) throws IOException {
    ByteArrayOutputStream block = new ByteArrayOutputStream();
    literal(block, ":method", "PUT");
    literal(block, ":scheme", "https");
    literal(block, ":authority", "localhost");
    literal(block, ":path", path);
    for (int i = 0; i < header.length; i += 2) {
      literal(block, header[i], header[i + 1]);
    }
    frame(HEADERS, END_HEADERS | (isLast ? END_STREAM : 0), stream, block.toByteArray());
  }

  /** Sends a part of a body. */
  public void data(int stream, boolean isLast, String body) throws IOException {
    frame(DATA, isLast ? END_STREAM : 0, stream, body.getBytes(StandardCharsets.US_ASCII));
  }

  /** Gives up a stream. */
  public void reset(int stream) throws IOException {
    frame(RESET, 0, stream, new byte[] {0, 0, 0, CANCEL});
  }

  private static void literal(ByteArrayOutputStream block, String name, String value) {
    block.write(0);
    block.write(name.length());
    block.writeBytes(name.getBytes(StandardCharsets.US_ASCII));
    block.write(value.length());
    block.writeBytes(value.getBytes(StandardCharsets.US_ASCII));
  }

  private void frame(int type, int flags, int stream, byte[] payload) throws IOException {
    out.writeByte(0);
    out.writeShort(payload.length);
    out.writeByte(type);
    out.writeByte(flags);
    out.writeInt(stream);
    out.write(payload);
    out.flush();
  }

  /** Waits for the next answer's head, or for an end. */
  public Event next() throws IOException {
    while (true) {
      int length = in.readUnsignedByte() << 16 | in.readUnsignedShort();
      int type = in.readUnsignedByte();
      in.readUnsignedByte();
      int stream = in.readInt();
      byte[] payload = in.readNBytes(length);
      if (type == HEADERS) {
        return new Event(Event.Kind.HEAD, stream, status(payload));
      }
      if (type == RESET) {
        return new Event(Event.Kind.RESET, stream, 0);
      }
      if (type == GO_AWAY) {
        return new Event(Event.Kind.GO_AWAY, stream, 0);
      }
    }
  }

  /** The first byte of an answer's head, behind changes of the table's size. */
  private static int status(byte[] payload) {
    int at = 0;
    while ((payload[at] & 0xe0) == 0x20) {
      at += (payload[at] & 0x1f) == 0x1f ? 2 + ((payload[at + 1] & 0x80) >> 7) : 1;
    }
    return payload[at] & 0xff;
  }

  @Override
  public void close() throws IOException {
    socket.close();
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
