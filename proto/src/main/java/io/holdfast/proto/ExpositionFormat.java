package io.holdfast.proto;

import io.holdfast.proto.metrics.Metric;
import io.holdfast.proto.metrics.MetricType;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A format of a scrape. An exposition is written in pieces that join by concatenation: for each
 * family a header, the samples of each of its owners and a footer; at the end {@link #end}. All
 * methods are pure.
 *
 * @param escaping of names that the legacy rule forbids
 */
public record ExpositionFormat(Syntax syntax, EscapingScheme escaping) {
  private static final byte[] NOTHING = {};

  /** The format that every scraper understands. */
  public static final ExpositionFormat PLAIN_TEXT =
      new ExpositionFormat(Syntax.TEXT, EscapingScheme.UNDERSCORES);

  /** The look of a format, apart from its names. */
  public enum Syntax {
    /** The text format 0.0.4. */
    TEXT("text/plain; version=0.0.4; charset=utf-8"),

    /** OpenMetrics in its current version. */
    OPEN_METRICS("application/openmetrics-text; version=1.0.0; charset=utf-8"),

    /** OpenMetrics under its first version's name. */
    OPEN_METRICS_0_0_1("application/openmetrics-text; version=0.0.1; charset=utf-8"),

    /** Messages, each behind its length. */
    PROTOBUF(
        "application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily;"
            + " encoding=delimited"),

    /** Messages as text over several lines. */
    PROTOBUF_TEXT(
        "application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=text"),

    /** Messages as text, one in a line. */
    PROTOBUF_COMPACT_TEXT(
        "application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily;"
            + " encoding=compact-text");

    private final String mediaType;

    Syntax(String mediaType) {
      this.mediaType = mediaType;
    }

    /** Returns whether the syntax is OpenMetrics, of any version. */
    public boolean isOpenMetrics() {
      return this == OPEN_METRICS || this == OPEN_METRICS_0_0_1;
    }
  }

  /**
   * Returns the bytes before a family's samples.
   *
   * @param name as pushed
   */
  public record FamilyHeader(String name, MetricType type, @Nullable String help) {}

  /** Returns the value of the header {@code Content-Type}. */
  public String contentType() {
    return syntax.mediaType + "; escaping=" + escaping.term();
  }

  /** Returns whether a header depends on the length of the samples. */
  public boolean needsLength() {
    return syntax == Syntax.PROTOBUF;
  }

  /**
   * Returns the first bytes of a family.
   *
   * @param samplesLength bytes of all samples of all owners; used only if {@link #needsLength}
   */
  public byte[] header(FamilyHeader header, long samplesLength) {
    return switch (syntax) {
      case TEXT -> TextWriter.header(header.name, header.help, header.type, escaping);
      case OPEN_METRICS, OPEN_METRICS_0_0_1 ->
          OpenMetricsWriter.header(header.name, header.help, header.type, escaping);
      case PROTOBUF ->
          ProtobufWriter.header(header.name, header.help, header.type, escaping, samplesLength);
      case PROTOBUF_TEXT, PROTOBUF_COMPACT_TEXT ->
          ProtobufTextWriter.header(header.name, header.help, header.type, escaping, isCompact());
    };
  }

  /**
   * Returns the samples of one owner.
   *
   * @param name as pushed
   * @param created whether to add series with the creation times of others, if the format has such
   *     series
   * @throws IllegalArgumentException if a metric lacks the value that the type demands
   */
  public byte[] samples(String name, MetricType type, List<Metric> metrics, boolean created) {
    return switch (syntax) {
      case TEXT -> TextWriter.samples(name, type, metrics, escaping);
      case OPEN_METRICS, OPEN_METRICS_0_0_1 ->
          OpenMetricsWriter.samples(
              name, type, metrics, new OpenMetricsWriter.Style(escaping, created));
      case PROTOBUF -> ProtobufWriter.samples(metrics, escaping);
      case PROTOBUF_TEXT, PROTOBUF_COMPACT_TEXT ->
          ProtobufTextWriter.samples(metrics, escaping, isCompact());
    };
  }

  /** Returns the last bytes of a family. */
  public byte[] footer() {
    return switch (syntax) {
      case TEXT, OPEN_METRICS, OPEN_METRICS_0_0_1, PROTOBUF -> NOTHING;
      case PROTOBUF_TEXT, PROTOBUF_COMPACT_TEXT -> ProtobufTextWriter.footer();
    };
  }

  /** Returns the last bytes of an exposition. */
  public byte[] end() {
    return syntax.isOpenMetrics() ? OpenMetricsWriter.end() : NOTHING;
  }

  private boolean isCompact() {
    return syntax == Syntax.PROTOBUF_COMPACT_TEXT;
  }
}
