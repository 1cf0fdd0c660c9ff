package io.holdfast.benchmarks.load;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.nio.ByteBuffer;
import java.util.Locale;

/** The reading of one answer after the other from a connection: the status, and where it ends. */
final class Answer {
  private static final byte[] END_OF_HEAD = "\r\n\r\n".getBytes(US_ASCII);
  private static final byte[] END_OF_CHUNKS = "0\r\n\r\n".getBytes(US_ASCII);
  private static final int STATUS_AT = "HTTP/1.1 ".length();
  private static final int NO_CONTENT = 204;
  private static final String LENGTH = "content-length:";
  private static final String CHUNKED = "transfer-encoding: chunked";
  private static final String CLOSE = "connection: close";

  private final byte[] head = new byte[16 << 10];
  private int headBytes;
  private int matched;
  private boolean isInBody;
  private boolean isChunked;
  private long bodyLeft;
  private int status;
  private boolean closes;

  /** Forgets a former answer. */
  void begin() {
    headBytes = 0;
    matched = 0;
    isInBody = false;
  }

  /** Reads what there is and returns whether the answer is complete. */
  boolean read(ByteBuffer bytes) {
    while (bytes.hasRemaining()) {
      if (isInBody ? readBody(bytes) : readHead(bytes)) {
        return true;
      }
    }
    return false;
  }

  int status() {
    return status;
  }

  /** Returns whether the server closes the connection behind the answer. */
  boolean closes() {
    return closes;
  }

  private boolean readHead(ByteBuffer bytes) {
    byte next = bytes.get();
    head[headBytes++] = next;
    if (!endsWith(END_OF_HEAD, next)) {
      return false;
    }
    String text = new String(head, 0, headBytes, US_ASCII).toLowerCase(Locale.ROOT);
    status = Integer.parseInt(text.substring(STATUS_AT, STATUS_AT + 3));
    closes = text.contains(CLOSE);
    isChunked = text.contains(CHUNKED);
    int length = text.indexOf(LENGTH);
    bodyLeft = 0;
    if (length >= 0 && status != NO_CONTENT) {
      int from = length + LENGTH.length();
      bodyLeft = Long.parseLong(text.substring(from, text.indexOf('\r', from)).strip());
    }
    isInBody = true;
    matched = 0;
    return !isChunked && bodyLeft == 0;
  }

  private boolean readBody(ByteBuffer bytes) {
    if (isChunked) {
      return endsWith(END_OF_CHUNKS, bytes.get());
    }
    int read = (int) Math.min(bodyLeft, bytes.remaining());
    bytes.position(bytes.position() + read);
    bodyLeft -= read;
    return bodyLeft == 0;
  }

  private boolean endsWith(byte[] end, byte next) {
    if (next == end[matched]) {
      matched++;
    } else {
      matched = next == end[0] ? 1 : 0;
    }
    return matched == end.length;
  }
}
