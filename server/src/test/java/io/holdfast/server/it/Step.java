package io.holdfast.server.it;

import com.google.protobuf.ByteString;
import io.holdfast.proto.metrics.MetricFamily;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.zip.GZIPOutputStream;

/**
 * One request. {@code target} goes into the request line as it is, each char a byte; {@code
 * headers} are whole lines.
 */
record Step(String method, String target, List<String> headers, ByteString body, boolean chunked) {
  static final String DELIMITED =
      "Content-Type: application/vnd.google.protobuf; "
          + "proto=io.prometheus.client.MetricFamily; encoding=delimited";

  Step {
    headers = List.copyOf(headers);
  }

  static Step request(String method, String target) {
    return new Step(method, target, List.of(), ByteString.EMPTY, false);
  }

  static Step get(String target) {
    return request("GET", target);
  }

  static Step put(String target, String text) {
    return request("PUT", target).withBody(text.getBytes(StandardCharsets.UTF_8));
  }

  static Step post(String target, String text) {
    return request("POST", target).withBody(text.getBytes(StandardCharsets.UTF_8));
  }

  static Step delete(String target) {
    return request("DELETE", target);
  }

  static Step wipe() {
    return request("PUT", "/api/v1/admin/wipe");
  }

  /** A PUT of delimited protobuf. */
  static Step putFamilies(String target, MetricFamily.Builder... families) {
    return request("PUT", target).with(DELIMITED).withBody(delimited(families));
  }

  /** A POST of delimited protobuf. */
  static Step postFamilies(String target, MetricFamily.Builder... families) {
    return request("POST", target).with(DELIMITED).withBody(delimited(families));
  }

  static byte[] delimited(MetricFamily.Builder... families) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try {
      for (MetricFamily.Builder family : families) {
        family.build().writeDelimitedTo(bytes);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  static byte[] gzip(byte[] plain) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(bytes)) {
      gzip.write(plain);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  /** The same request with one more header line. */
  Step with(String header) {
    List<String> all = new ArrayList<>(headers);
    all.add(header);
    return new Step(method, target, all, body, chunked);
  }

  Step withBody(byte[] replacement) {
    return new Step(method, target, headers, ByteString.copyFrom(replacement), chunked);
  }

  /** The same request with its body in chunks of one byte each. */
  Step inChunks() {
    return new Step(method, target, headers, body, true);
  }

  /** Methods that carry a body say how long it is even when it is empty. */
  boolean hasBody() {
    return !body.isEmpty() || method.equals("PUT") || method.equals("POST");
  }

  @Override
  public String toString() {
    return method + " " + target + " " + headers + " <" + visible(body.toStringUtf8()) + ">";
  }

  /** On one line, in printable ASCII. */
  static String visible(String text) {
    return text.codePoints().mapToObj(Step::visible).collect(Collectors.joining());
  }

  private static String visible(int codePoint) {
    if (codePoint == '\n') {
      return "\\n";
    }
    if (codePoint == '\\') {
      return "\\\\";
    }
    boolean isPrintable = codePoint >= ' ' && codePoint < 127;
    return isPrintable ? Character.toString(codePoint) : "\\u" + Integer.toHexString(codePoint);
  }
}
