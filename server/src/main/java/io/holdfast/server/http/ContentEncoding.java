package io.holdfast.server.http;

import java.util.Locale;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/** The compression of request bodies, and the decision whether a response can be compressed. */
public final class ContentEncoding {
  private static final int SMALL_BYTES = 64 << 10;

  private ContentEncoding() {}

  /**
   * The bounds of decompression.
   *
   * @param maxBytes of the result
   * @param room asked whether there is memory for a result of that many bytes
   * @param step called between pieces of the work; ends the work by throwing
   */
  public record Bounds(int maxBytes, IntPredicate room, Runnable step) {}

  /**
   * Returns the body without its compression. The known encodings are {@code gzip} and {@code
   * snappy} (framed), in upper or lower case. Any other encoding, or a list of encodings, counts as
   * none.
   *
   * @param header the value of Content-Encoding
   * @return {@code body} itself if it is not compressed
   */
  public static byte[] decode(@Nullable String header, byte[] body, Bounds bounds)
      throws BadEncodingException {
    if (header == null) {
      return body;
    }
    return switch (header.toLowerCase(Locale.ROOT)) {
      case "gzip" -> inflate(into -> Gunzip.decode(body, into), bounds);
      case "snappy" -> inflate(into -> Unsnap.decode(body, into), bounds);
      default -> body;
    };
  }

  private interface Decompressor {
    void run(LimitedBuffer into) throws BadEncodingException;
  }

  /**
   * Decompresses a large body twice. The first pass only measures. So a body that is too large
   * takes no memory, however many such bodies are sent.
   */
  private static byte[] inflate(Decompressor decompressor, Bounds bounds)
      throws BadEncodingException {
    LimitedBuffer measured = new LimitedBuffer(bounds.maxBytes, SMALL_BYTES, bounds.step);
    decompressor.run(measured);
    if (!bounds.room.test(measured.size())) {
      throw BadEncodingException.noRoom();
    }
    if (measured.isComplete()) {
      return measured.toByteArray();
    }
    LimitedBuffer whole = new LimitedBuffer(measured.size(), measured.size(), bounds.step);
    decompressor.run(whole);
    return whole.toByteArray();
  }

  public static boolean isGzip(@Nullable String header) {
    return header != null && header.equalsIgnoreCase("gzip");
  }

  /**
   * Returns whether the client prefers gzip to no compression. The rules are upstream's: no
   * compression wins a tie, and the header is read up to its first mistake.
   *
   * @param acceptEncoding the value of the first Accept-Encoding header
   */
  public static boolean acceptsGzip(@Nullable String acceptEncoding) {
    if (acceptEncoding == null) {
      return false;
    }
    double identity = -1;
    double gzip = -1;
    AcceptList list = new AcceptList(acceptEncoding);
    while (list.next()) {
      boolean any = list.value().equals("*");
      if (any || list.value().equals("identity")) {
        identity = Math.max(identity, list.quality());
      }
      if (any || list.value().equals("gzip")) {
        gzip = Math.max(gzip, list.quality());
      }
    }
    return gzip > identity && gzip > 0;
  }
}
