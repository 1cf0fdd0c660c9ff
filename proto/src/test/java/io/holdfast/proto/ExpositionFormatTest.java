package io.holdfast.proto;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.holdfast.proto.ExpositionFormat.FamilyHeader;
import io.holdfast.proto.ExpositionFormat.Syntax;
import io.holdfast.proto.metrics.Bucket;
import io.holdfast.proto.metrics.BucketSpan;
import io.holdfast.proto.metrics.Gauge;
import io.holdfast.proto.metrics.Histogram;
import io.holdfast.proto.metrics.LabelPair;
import io.holdfast.proto.metrics.Metric;
import io.holdfast.proto.metrics.MetricFamily;
import io.holdfast.proto.metrics.MetricType;
import io.holdfast.testkit.Seed;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ExpositionFormatTest {
  private static final Metric ODD =
      Metric.newBuilder()
          .addLabel(LabelPair.newBuilder().setName("a.b").setValue("1"))
          .addLabel(LabelPair.newBuilder().setName("job").setValue("x"))
          .setGauge(Gauge.newBuilder().setValue(2))
          .build();

  @Test
  void protobuf_inPieces_readsAsOneMessage() throws ParseException {
    for (int i = 0; i < 200; i++) {
      long seed = Seed.ofCase(i);
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      List<MetricFamily> expected = new ArrayList<>();
      for (MetricFamily family : new RandomFamilies(Seed.random(seed)).expressibleAsText()) {
        expected.add(family);
        writeInPieces(new ExpositionFormat(Syntax.PROTOBUF, EscapingScheme.DOTS), family, out);
      }
      assertEquals(expected, DelimitedParser.parse(out.toByteArray()), Seed.message(seed));
    }
  }

  private static void writeInPieces(
      ExpositionFormat format, MetricFamily family, ByteArrayOutputStream out) {
    List<byte[]> pieces = new ArrayList<>();
    for (Metric metric : family.getMetricList()) {
      pieces.add(format.samples(family.getName(), family.getType(), List.of(metric), true));
    }
    String help = family.hasHelp() ? family.getHelp() : null;
    long length = pieces.stream().mapToLong(piece -> piece.length).sum();
    out.writeBytes(
        format.header(new FamilyHeader(family.getName(), family.getType(), help), length));
    pieces.forEach(out::writeBytes);
    out.writeBytes(format.footer());
  }

  @Test
  void protobuf_escapesNames() throws ParseException {
    MetricFamily family =
        MetricFamily.newBuilder().setName("c.d").setType(MetricType.GAUGE).addMetric(ODD).build();
    assertEquals(List.of(family), protobuf(EscapingScheme.ALLOW_UTF8, family));
    MetricFamily dots = protobuf(EscapingScheme.DOTS, family).get(0);
    assertEquals("c_dot_d", dots.getName());
    assertEquals("a_dot_b", dots.getMetric(0).getLabel(0).getName());
    assertEquals("job", dots.getMetric(0).getLabel(1).getName());
    assertEquals("U__c_2e_d", protobuf(EscapingScheme.VALUES, family).get(0).getName());
  }

  private static List<MetricFamily> protobuf(EscapingScheme scheme, MetricFamily family)
      throws ParseException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    writeInPieces(new ExpositionFormat(Syntax.PROTOBUF, scheme), family, out);
    return DelimitedParser.parse(out.toByteArray());
  }

  @Test
  void text_showsNamesAsTheSchemeSays() {
    assertEquals(
        "# TYPE \"c.d\" gauge\n{\"c.d\",\"a.b\"=\"1\",job=\"x\"} 2\n",
        text(EscapingScheme.ALLOW_UTF8));
    assertEquals(
        "# TYPE c_d gauge\nc_d{a_b=\"1\",job=\"x\"} 2\n", text(EscapingScheme.UNDERSCORES));
    assertEquals(
        "# TYPE c_dot_d gauge\nc_dot_d{a_dot_b=\"1\",job=\"x\"} 2\n", text(EscapingScheme.DOTS));
    assertEquals(
        "# TYPE U__c_2e_d gauge\nU__c_2e_d{U__a_2e_b=\"1\",job=\"x\"} 2\n",
        text(EscapingScheme.VALUES));
  }

  private static String text(EscapingScheme scheme) {
    ExpositionFormat format = new ExpositionFormat(Syntax.TEXT, scheme);
    return new String(
            format.header(new FamilyHeader("c.d", MetricType.GAUGE, null), 0),
            StandardCharsets.UTF_8)
        + new String(
            format.samples("c.d", MetricType.GAUGE, List.of(ODD), true), StandardCharsets.UTF_8);
  }

  /** Quotes, backslashes and line feeds in names too. */
  @Test
  void quotedNames_readAsTheyWere() throws ParseException {
    Metric metric =
        Metric.newBuilder()
            .addLabel(LabelPair.newBuilder().setName("l\"\\\n").setValue("1"))
            .setHistogram(
                Histogram.newBuilder()
                    .setSampleCount(1)
                    .setSampleSum(2)
                    .addBucket(
                        Bucket.newBuilder()
                            .setUpperBound(Double.POSITIVE_INFINITY)
                            .setCumulativeCount(1)))
            .build();
    MetricFamily family =
        MetricFamily.newBuilder()
            .setName("h \"\\\n\u00e9")
            .setHelp("help")
            .setType(MetricType.HISTOGRAM)
            .addMetric(metric)
            .build();
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    writeInPieces(new ExpositionFormat(Syntax.TEXT, EscapingScheme.ALLOW_UTF8), family, out);
    assertEquals(List.of(family), TextParser.parse(out.toByteArray(), NameRule.UTF8));
  }

  @Test
  void compactText_isOneLinePerFamily() {
    MetricFamily family =
        MetricFamily.newBuilder()
            .setName("g")
            .setType(MetricType.GAUGE)
            .addMetric(Metric.newBuilder().setGauge(Gauge.newBuilder().setValue(1)))
            .addMetric(Metric.newBuilder().setGauge(Gauge.newBuilder().setValue(2)))
            .build();
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    writeInPieces(
        new ExpositionFormat(Syntax.PROTOBUF_COMPACT_TEXT, EscapingScheme.UNDERSCORES),
        family,
        out);
    assertEquals(
        "name: \"g\" type: GAUGE metric { gauge { value: 1.0 } } metric { gauge { value: 2.0 } } \n",
        out.toString(StandardCharsets.UTF_8));
  }

  @Test
  void nativeHistogramThatContradictsItself_isShownWithoutItsBuckets() throws ParseException {
    Histogram.Builder sound =
        Histogram.newBuilder()
            .setSampleCount(4)
            .setSampleSum(9)
            .setSchema(3)
            .setZeroThreshold(1e-128)
            .setZeroCount(1)
            .addPositiveSpan(BucketSpan.newBuilder().setOffset(-2).setLength(2))
            .addPositiveDelta(1)
            .addPositiveDelta(1);
    assertEquals(sound.build(), shown(sound));
    Histogram nan = sound.clone().setSampleCount(5).setSampleSum(Double.NaN).build();
    assertEquals(nan, shown(nan.toBuilder()));
    Histogram classic = Histogram.newBuilder().setSampleCount(4).setSampleSum(9).build();
    assertEquals(classic, shown(sound.clone().setZeroCount(2)));
    assertEquals(classic, shown(sound.clone().setSchema(9)));
    assertEquals(classic, shown(sound.clone().addPositiveDelta(0)));
    assertEquals(classic, shown(sound.clone().setPositiveDelta(1, -2).setZeroCount(3)));
    assertEquals(
        classic,
        shown(
            sound
                .clone()
                .addPositiveSpan(BucketSpan.newBuilder().setOffset(-1).setLength(1))
                .addPositiveDelta(-2)));
  }

  private static Histogram shown(Histogram.Builder histogram) throws ParseException {
    MetricFamily family =
        MetricFamily.newBuilder()
            .setName("h")
            .setType(MetricType.HISTOGRAM)
            .addMetric(Metric.newBuilder().setHistogram(histogram))
            .build();
    return protobuf(EscapingScheme.UNDERSCORES, family).get(0).getMetric(0).getHistogram();
  }

  @Test
  void contentTypes_nameVersionAndEscaping() {
    assertEquals(
        "text/plain; version=0.0.4; charset=utf-8; escaping=underscores",
        ExpositionFormat.PLAIN_TEXT.contentType());
    assertEquals(
        "application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily;"
            + " encoding=delimited; escaping=allow-utf-8",
        new ExpositionFormat(Syntax.PROTOBUF, EscapingScheme.ALLOW_UTF8).contentType());
    assertEquals(
        "application/openmetrics-text; version=1.0.0; charset=utf-8; escaping=values",
        new ExpositionFormat(Syntax.OPEN_METRICS, EscapingScheme.VALUES).contentType());
  }
}
