package io.holdfast.storage;

import io.holdfast.proto.NameRule;
import io.holdfast.proto.ParseException;
import io.holdfast.proto.TextParser;
import io.holdfast.proto.metrics.MetricFamily;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/** Changes from text bodies, and expositions as text. */
public final class Pushes {
  /** When pushes arrive that name no time of their own. */
  public static final long NANOS = 1_700_000_000_500_000_000L;

  public static final ContentLimits LIMITS = ContentLimits.ofText(1 << 30);

  private Pushes() {}

  /**
   * Returns the key of these labels.
   *
   * @param namesAndValues in turns
   */
  public static GroupKey group(String... namesAndValues) {
    SortedMap<String, String> labels = new TreeMap<>();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      labels.put(namesAndValues[i], namesAndValues[i + 1]);
    }
    return GroupKey.of(labels);
  }

  public static GroupKey job(String job) {
    return group("job", job);
  }

  public static Change post(GroupKey group, String body) {
    return PushPreparation.prepare(group, false, NANOS, families(body), LIMITS);
  }

  public static Change put(GroupKey group, String body) {
    return PushPreparation.prepare(group, true, NANOS, families(body), LIMITS);
  }

  public static Change.Push accepted(Change change) {
    if (change instanceof Change.Push push) {
      return push;
    }
    throw new AssertionError("refused: " + change);
  }

  public static Rejection rejection(Change change) {
    if (change instanceof Change.FailedPush failed) {
      return failed.rejection();
    }
    throw new AssertionError("accepted: " + change);
  }

  public static List<MetricFamily> families(String body) {
    try {
      return TextParser.parse(body.getBytes(StandardCharsets.UTF_8), NameRule.UTF8);
    } catch (ParseException e) {
      throw new AssertionError(body, e);
    }
  }

  public static String text(Exposition exposition) {
    return text(exposition, List.of());
  }

  public static String text(Exposition exposition, List<SelfMetricFamily> own) {
    try (ExpositionReader reader = exposition.text(own)) {
      return new String(bytes(reader), StandardCharsets.UTF_8);
    }
  }

  public static byte[] bytes(ExpositionReader reader) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (ByteBuffer piece = reader.next(); piece != null; piece = reader.next()) {
      byte[] part = new byte[piece.remaining()];
      piece.get(part);
      bytes.writeBytes(part);
    }
    return bytes.toByteArray();
  }
}
