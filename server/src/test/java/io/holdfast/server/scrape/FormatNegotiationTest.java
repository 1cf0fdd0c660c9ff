package io.holdfast.server.scrape;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.holdfast.proto.EscapingScheme;
import io.holdfast.proto.ExpositionFormat;
import io.holdfast.proto.ExpositionFormat.Syntax;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FormatNegotiationTest {
  private static final String PROTOBUF =
      "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited";

  /** What Prometheus 2 sends, with and without native histograms, and Prometheus 3. */
  @Test
  void prometheus_getsWhatItPrefers() {
    assertNegotiated(
        Syntax.OPEN_METRICS,
        EscapingScheme.UNDERSCORES,
        "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;"
            + "q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1");
    assertNegotiated(
        Syntax.PROTOBUF,
        EscapingScheme.UNDERSCORES,
        PROTOBUF
            + ",application/openmetrics-text;version=1.0.0;q=0.8,"
            + "application/openmetrics-text;version=0.0.1;q=0.75,"
            + "text/plain;version=0.0.4;q=0.5,*/*;q=0.1");
    assertNegotiated(
        Syntax.PROTOBUF,
        EscapingScheme.ALLOW_UTF8,
        PROTOBUF
            + ";escaping=allow-utf-8;q=0.6,application/openmetrics-text;version=1.0.0;"
            + "escaping=allow-utf-8;q=0.5,application/openmetrics-text;version=0.0.1;q=0.4,"
            + "text/plain;version=1.0.0;escaping=allow-utf-8;q=0.3,"
            + "text/plain;version=0.0.4;q=0.2,*/*;q=0.1");
    assertNegotiated(
        Syntax.OPEN_METRICS,
        EscapingScheme.ALLOW_UTF8,
        "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,"
            + "application/openmetrics-text;version=0.0.1;q=0.4,"
            + "text/plain;version=1.0.0;escaping=allow-utf-8;q=0.3,"
            + "text/plain;version=0.0.4;q=0.2,*/*;q=0.1");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "''                                             | TEXT",
        "*/*                                            | TEXT",
        "*                                              | TEXT",
        "text/*                                         | TEXT",
        "text/html,application/xhtml+xml,*/*;q=0.8      | TEXT",
        "text/plain;version=1.0.0                       | TEXT",
        "application/openmetrics-text                   | OPEN_METRICS_0_0_1",
        "application/openmetrics-text; version=1.0.0    | OPEN_METRICS",
        "application/openmetrics-text;version=2.0.0     | TEXT",
        "application/openmetrics-text;version=1.0.0;q=0 | OPEN_METRICS",
        "application/openmetrics-text;q=0.5,text/plain  | TEXT",
        "text/plain;q=0.5,application/openmetrics-text;version=1.0.0;q=0.6 | OPEN_METRICS",
        "text/plain;q=x,application/openmetrics-text;version=1.0.0;q=0.1   | OPEN_METRICS",
        "application/openmetrics-text/x;version=1.0.0   | TEXT",
        "APPLICATION/openmetrics-text;version=1.0.0     | TEXT",
        "application/vnd.google.protobuf                | TEXT",
        "application/vnd.google.protobuf;encoding=delimited | TEXT",
      })
  void header_isReadAsUpstreamReadsIt(String accept, Syntax syntax) {
    assertNegotiated(syntax, EscapingScheme.UNDERSCORES, accept);
  }

  @ParameterizedTest
  @CsvSource({
    "delimited, PROTOBUF",
    "text, PROTOBUF_TEXT",
    "compact-text, PROTOBUF_COMPACT_TEXT",
    "other, TEXT",
  })
  void protobuf_hasThreeEncodings(String encoding, Syntax syntax) {
    assertNegotiated(
        syntax,
        EscapingScheme.UNDERSCORES,
        "application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding="
            + encoding);
  }

  @ParameterizedTest
  @CsvSource({
    "allow-utf-8, ALLOW_UTF8",
    "underscores, UNDERSCORES",
    "dots, DOTS",
    "values, VALUES",
    "Dots, UNDERSCORES",
  })
  void escaping_isTaken_ifItIsKnown(String term, EscapingScheme scheme) {
    assertNegotiated(Syntax.TEXT, scheme, "text/plain;version=0.0.4;escaping=" + term);
  }

  @Test
  void escaping_countsUpToTheChosenElement_whateverItBelongsTo() {
    assertNegotiated(Syntax.TEXT, EscapingScheme.DOTS, "*/*;escaping=dots");
    assertNegotiated(
        Syntax.TEXT, EscapingScheme.VALUES, "text/html;escaping=values,text/plain;q=0.5");
    assertNegotiated(
        Syntax.TEXT, EscapingScheme.UNDERSCORES, "text/plain,text/html;escaping=values;q=0.5");
    assertEquals(
        ExpositionFormat.PLAIN_TEXT, FormatNegotiation.negotiate(null), "without a header");
  }

  private static void assertNegotiated(Syntax syntax, EscapingScheme scheme, String accept) {
    assertEquals(new ExpositionFormat(syntax, scheme), FormatNegotiation.negotiate(accept), accept);
  }

  @Test
  void formatsThatNobodyAsksForAnyMore_areTold_once() {
    ExpositionFormat protobuf = FormatNegotiation.negotiate(PROTOBUF);
    AtomicLong now = new AtomicLong(-5);
    FormatUse use = new FormatUse(now::get);
    assertEquals(List.of(), use.used(protobuf));
    now.addAndGet(FormatUse.PATIENCE.toNanos());
    assertEquals(List.of(), use.used(ExpositionFormat.PLAIN_TEXT));
    now.addAndGet(Duration.ofSeconds(1).toNanos());
    assertEquals(List.of(protobuf), use.used(ExpositionFormat.PLAIN_TEXT));
    assertEquals(List.of(), use.used(ExpositionFormat.PLAIN_TEXT));
  }
}
