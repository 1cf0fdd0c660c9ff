package io.holdfast.server.http;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

class ContentTypesTest {
  private static final String TYPE = "application/vnd.google.protobuf";
  private static final String PROTO = "proto=io.prometheus.client.MetricFamily";

  @ParameterizedTest
  @ValueSource(
      strings = {
        TYPE + ";" + PROTO + ";encoding=delimited",
        TYPE + "; " + PROTO + "; encoding=delimited",
        TYPE + " ; encoding = delimited ;\t" + PROTO + " ; ",
        "Application/VND.google.protobuf;PROTO=io.prometheus.client.MetricFamily;Encoding=delimited",
        TYPE + ";proto=\"io.prometheus.client.MetricFamily\";encoding=\"delimited\"",
        TYPE + ";" + PROTO + ";encoding=delimited;q=\"a\\\"b\\c\";other=1",
        TYPE + ";" + PROTO + ";" + PROTO + ";encoding=delimited",
      })
  void isDelimitedProtobuf_thatType(String header) {
    assertTrue(ContentTypes.isDelimitedProtobuf(header));
  }

  @ParameterizedTest
  @NullSource
  @ValueSource(
      strings = {
        "",
        "text/plain",
        TYPE,
        TYPE + ";" + PROTO,
        TYPE + ";encoding=delimited",
        TYPE + ";" + PROTO + ";encoding=text",
        TYPE + ";" + PROTO + ";encoding=Delimited",
        TYPE + ";proto=io.prometheus.client.metricfamily;encoding=delimited",
        TYPE + ";" + PROTO + ";encoding=delimited;encoding=text",
        TYPE + ";" + PROTO + ";encoding=delimited;x",
        TYPE + ";" + PROTO + ";encoding=delimited;x=",
        TYPE + ";" + PROTO + ";encoding=delimited;;",
        TYPE + ";" + PROTO + ";encoding=delimited;x=\"a",
        TYPE + ";" + PROTO + ";encoding=delimited x",
        "text/plain;" + PROTO + ";encoding=delimited",
        "application / vnd.google.protobuf;" + PROTO + ";encoding=delimited",
      })
  void isDelimitedProtobuf_anythingElse(String header) {
    assertFalse(ContentTypes.isDelimitedProtobuf(header));
  }
}
