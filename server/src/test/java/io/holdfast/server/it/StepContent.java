package io.holdfast.server.it;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import io.holdfast.proto.metrics.MetricFamily;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.zip.GZIPInputStream;
import org.xerial.snappy.SnappyFramedInputStream;

/** What a request says, as far as it can be read: written apart from the server's own parsers. */
final class StepContent {
  private static final String GZIP = "Content-Encoding: gzip";
  private static final String SNAPPY = "Content-Encoding: snappy";

  private final Step step;

  StepContent(Step step) {
    this.step = step;
  }

  /** The decoded path, a char for each byte. */
  String path() {
    String escaped = step.target().split("\\?", 2)[0];
    StringBuilder decoded = new StringBuilder();
    for (int i = 0; i < escaped.length(); i++) {
      String digits = i + 3 <= escaped.length() ? escaped.substring(i + 1, i + 3) : "";
      boolean isEscape = escaped.charAt(i) == '%' && digits.matches("[0-9a-fA-F]{2}");
      decoded.append(isEscape ? (char) Integer.parseInt(digits, 16) : escaped.charAt(i));
      i += isEscape ? 2 : 0;
    }
    return decoded.toString();
  }

  /** The body as text if that is what it is taken as, each char a byte; or nothing. */
  String text() {
    return isProtobuf() ? "" : new String(plain(), StandardCharsets.ISO_8859_1);
  }

  /** The families before the first damage, if it is protobuf. */
  List<MetricFamily> families() {
    List<MetricFamily> families = new ArrayList<>();
    readFamilies(families);
    return families;
  }

  /** Whether the compression, or the frames of protobuf, are damaged. */
  boolean isDamaged() {
    // Byte for byte what a sequence's own compression makes: no reader of gzip is strict enough.
    boolean isGzipDamaged =
        step.headers().contains(GZIP)
            && !Arrays.equals(Step.gzip(plain()), step.body().toByteArray());
    return isGzipDamaged || !readFamilies(new ArrayList<>());
  }

  /** The request without snappy, which 1.5.1 does not know; nothing if that is damaged. */
  Optional<Step> withoutSnappy() {
    if (!step.headers().contains(SNAPPY)) {
      return Optional.of(step);
    }
    try (InputStream in = new SnappyFramedInputStream(step.body().newInput(), true)) {
      List<String> headers =
          step.headers().stream().filter(header -> !header.equals(SNAPPY)).toList();
      ByteString body = ByteString.readFrom(in);
      return Optional.of(new Step(step.method(), step.target(), headers, body, step.chunked()));
    } catch (IOException damaged) {
      return Optional.empty();
    }
  }

  private boolean isProtobuf() {
    return step.headers().stream()
        .anyMatch(header -> header.toLowerCase(Locale.ROOT).contains("metricfamily"));
  }

  /** False when it ends too early, or is no protobuf. */
  private boolean readFamilies(List<MetricFamily> families) {
    CodedInputStream in = CodedInputStream.newInstance(isProtobuf() ? plain() : new byte[0]);
    try {
      while (!in.isAtEnd()) {
        families.add(MetricFamily.parser().parsePartialFrom(in.readBytes()));
      }
      return true;
    } catch (IOException damaged) {
      return false;
    }
  }

  /** What is to be had of the body without its compression. */
  private byte[] plain() {
    if (step.headers().contains(SNAPPY)) {
      return withoutSnappy().orElse(step).body().toByteArray();
    }
    if (!step.headers().contains(GZIP)) {
      return step.body().toByteArray();
    }
    ByteArrayOutputStream plain = new ByteArrayOutputStream();
    try (InputStream in = new GZIPInputStream(step.body().newInput())) {
      for (int next = in.read(); next >= 0; next = in.read()) {
        plain.write(next);
      }
    } catch (IOException damaged) {
      return plain.toByteArray();
    }
    return plain.toByteArray();
  }
}
