package io.holdfast.server.it;

import static io.holdfast.server.it.Step.DELIMITED;
import static io.holdfast.server.it.Step.get;
import static io.holdfast.server.it.Step.gzip;
import static io.holdfast.server.it.Step.post;
import static io.holdfast.server.it.Step.put;
import static io.holdfast.server.it.Step.request;

import io.holdfast.proto.metrics.Gauge;
import io.holdfast.proto.metrics.Metric;
import io.holdfast.proto.metrics.MetricFamily;
import io.holdfast.proto.metrics.MetricType;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.xerial.snappy.SnappyFramedOutputStream;

/** Methods, unknown paths, media types and encodings: what happens before a body is understood. */
final class RouteSequences {
  private static final String TARGET = "/metrics/job/a";
  private static final Step PLAIN = put(TARGET, "m 1\n");
  private static final Step UNREADABLE = put(TARGET, "!\n");
  private static final byte[] TEXT = "m 1\n".getBytes(StandardCharsets.UTF_8);

  private RouteSequences() {}

  static List<Sequence> all() {
    return Stream.of(methods(), mediaTypes(), repeatedParameters(), encodings(), snappy())
        .flatMap(List::stream)
        .toList();
  }

  private static List<Sequence> methods() {
    return List.of(
        single(get("/metrics")),
        single(get("/-/healthy")),
        single(get("/-/ready")),
        single(get("/-/quit")),
        single(put("/-/quit", "")),
        single(post("/-/quit", "")),
        single(request("DELETE", "/-/quit")),
        single(request("HEAD", "/metrics")),
        single(request("HEAD", "/-/ready")),
        single(request("HEAD", TARGET)),
        single(get(TARGET)),
        single(request("PATCH", TARGET)),
        single(request("OPTIONS", TARGET)),
        single(request("OPTIONS", "/metrics")),
        single(request("TRACE", TARGET)),
        single(request("BREW", TARGET)),
        single(request("put", TARGET).withBody(TEXT)),
        single(request("DELETE", "/metrics")),
        single(put("/-/ready", "")),
        single(post("/-/healthy", "")),
        single(get("/-/unknown")),
        single(get("/unknown")),
        single(put("/unknown", "m 1\n")),
        single(get("/metrics/")),
        single(get("/metrics/job/")),
        single(get("//metrics")),
        single(get("/-//ready")),
        single(get("/./-/ready")),
        single(get("/METRICS")),
        single(get("/-/Ready")),
        single(get("/api/v1/admin/wipe")),
        single(post("/api/v1/admin/wipe", "")),
        single(request("DELETE", "/api/v1/admin/wipe")),
        single(get("/api/v1/unknown")),
        single(get("/api/v1/status")),
        single(get("/api/v1/status/")),
        single(get("/api/v1/metrics")),
        single(get("/api/v1/Metrics")),
        single(get("/api/v1//metrics")),
        single(get("/api/v1/metrics").with("Content-Encoding: gzip")),
        single(request("HEAD", "/api/v1/metrics")),
        single(request("OPTIONS", "/api/v1/metrics")),
        single(request("OPTIONS", "/api/v1/unknown/")),
        single(request("OPTIONS", "/api/v1/")),
        single(put("/api/v1/status", "")),
        single(request("DELETE", "/api/v1/metrics")),
        single(get("/api/v2/status")),
        single(get("/metrics?name[]=m")),
        single(get("/metrics").with("Accept: application/json")),
        single(get("/metrics").with("Accept-Encoding: gzip")),
        single(get("/metrics").with("Accept-Encoding: identity")),
        Sequence.of("body in chunks", PLAIN.inChunks()),
        Sequence.of("body of a request without one", get("/-/ready").withBody(TEXT)),
        Sequence.of(
            "a DELETE with a body that cannot be read",
            PLAIN,
            request("DELETE", TARGET).withBody(new byte[] {1, 2, 3})));
  }

  private static List<Sequence> mediaTypes() {
    String type = "Content-Type: ";
    String protobuf = "application/vnd.google.protobuf";
    String proto = "; proto=io.prometheus.client.MetricFamily";
    return Stream.of(
            DELIMITED,
            type + protobuf + proto + "; encoding=delimited",
            type + protobuf + "; encoding=delimited" + proto,
            type + protobuf.toUpperCase(java.util.Locale.ROOT) + proto + "; encoding=delimited",
            type + protobuf + "; PROTO=io.prometheus.client.MetricFamily; Encoding=delimited",
            type
                + protobuf
                + "; proto=\"io.prometheus.client.MetricFamily\"; encoding=\"delimited\"",
            type + protobuf + proto + "; encoding=Delimited",
            type + protobuf + "; proto=io.prometheus.client.metricfamily; encoding=delimited",
            type + protobuf + proto + "; encoding=text",
            type + protobuf + proto,
            type + protobuf + "; encoding=delimited",
            type + protobuf,
            type + protobuf + proto + "; encoding=delimited; charset=utf-8",
            type + protobuf + proto + "; encoding=delimited;",
            type + protobuf + proto + "; encoding=delimited; encoding=text",
            type + protobuf + proto + "; encoding=delimited; x",
            type + protobuf + proto + ";encoding=delimited",
            type
                + " "
                + protobuf
                + "  ;  proto=io.prometheus.client.MetricFamily ; encoding=delimited",
            type + "text/plain; version=0.0.4",
            type + "text/plain",
            type + "application/json",
            type + "application/x-protobuf" + proto + "; encoding=delimited",
            type + "application/openmetrics-text; version=1.0.0",
            type,
            type + "/",
            "X-Nothing: here")
        .distinct()
        .flatMap(
            header ->
                Stream.of(
                    Sequence.of("protobuf as " + header, family().with(header)),
                    Sequence.of("text as " + header, PLAIN.with(header))))
        .filter(sequence -> !sequence.name().equals("text as " + DELIMITED))
        .toList();
  }

  /** A later Go takes a parameter twice when both say the same. */
  private static List<Sequence> repeatedParameters() {
    String reason = "1.5.1 is built with an older Go";
    String header = DELIMITED + "; encoding=delimited";
    return List.of(
        Sequence.of("protobuf with one parameter twice", family().with(header))
            .insteadBecause(reason, List.of(200), family().with(DELIMITED)),
        Sequence.of("text with one parameter twice", PLAIN.with(header))
            .insteadBecause(reason, List.of(400), UNREADABLE));
  }

  private static List<Sequence> encodings() {
    String noticed = "Later versions notice an error behind the last line";
    byte[] zipped = gzip(TEXT);
    byte[] twoMembers =
        concatenate(
            gzip("m 1\n".getBytes(StandardCharsets.UTF_8)),
            gzip("n 2\n".getBytes(StandardCharsets.UTF_8)));
    byte[] wrongChecksum = zipped.clone();
    wrongChecksum[zipped.length - 8] ^= 1;
    byte[] wrongLength = zipped.clone();
    wrongLength[zipped.length - 1] ^= 1;
    return List.of(
        encoded("gzip", zipped),
        encoded("GZip", zipped)
            .insteadBecause("Later versions ignore the case", List.of(200), PLAIN),
        encoded("gzip, gzip", gzip(zipped)),
        encoded("x-gzip", zipped),
        encoded("identity", TEXT),
        encoded("deflate", TEXT),
        encoded("br", TEXT),
        encoded("", TEXT),
        named("gzip of nothing", "gzip", gzip(new byte[0])),
        named("gzip in two members", "gzip", twoMembers),
        named("gzip with an empty body", "gzip", new byte[0]),
        named("gzip that is plain", "gzip", TEXT),
        named("gzip cut in its header", "gzip", Arrays.copyOf(zipped, 5)),
        named("gzip cut in its data", "gzip", Arrays.copyOf(zipped, 12)),
        named("gzip cut in its trailer", "gzip", Arrays.copyOf(zipped, zipped.length - 4))
            .insteadBecause(noticed, List.of(400), UNREADABLE),
        named("gzip with a wrong checksum", "gzip", wrongChecksum)
            .insteadBecause(noticed, List.of(400), UNREADABLE),
        named("gzip with a wrong length", "gzip", wrongLength)
            .insteadBecause(noticed, List.of(400), UNREADABLE),
        named("gzip with bytes behind it", "gzip", concatenate(zipped, TEXT))
            .insteadBecause(noticed, List.of(400), UNREADABLE),
        named(
            "gzip of text that cannot be read",
            "gzip",
            gzip("!\n".getBytes(StandardCharsets.UTF_8))),
        Sequence.of(
            "gzip of protobuf",
            family()
                .withBody(gzip(family().body().toByteArray()))
                .with("Content-Encoding: gzip")
                .with(DELIMITED)),
        Sequence.of(
            "gzip on a scrape without a body", get("/metrics").with("Content-Encoding: gzip")),
        Sequence.of(
            "gzip on a DELETE without a body",
            PLAIN,
            request("DELETE", TARGET).with("Content-Encoding: gzip")),
        Sequence.of(
            "gzip on a path that is not there",
            put("/unknown", "").with("Content-Encoding: gzip")));
  }

  private static List<Sequence> snappy() {
    String reason = "1.6 brought snappy";
    byte[] framed = snappyFramed(TEXT);
    byte[] wrongChecksum = framed.clone();
    wrongChecksum[14] ^= 1;
    byte[] unknownChunk = concatenate(framed, new byte[] {(byte) 0x80, 1, 0, 0, 9});
    byte[] unskippableChunk = concatenate(framed, new byte[] {2, 1, 0, 0, 9});
    List<Integer> fine = List.of(200);
    List<Integer> bad = List.of(400);
    return List.of(
        encoded("snappy", framed).insteadBecause(reason, fine, PLAIN),
        encoded("SNAPPY", framed).insteadBecause(reason, fine, PLAIN),
        named("snappy with an empty body", "snappy", new byte[0]),
        named("snappy that is plain", "snappy", TEXT).insteadBecause(reason, bad, UNREADABLE),
        named("snappy cut short", "snappy", Arrays.copyOf(framed, framed.length - 2)),
        named("snappy with a wrong checksum", "snappy", wrongChecksum),
        named(
            "snappy of text that cannot be read",
            "snappy",
            snappyFramed("!\n".getBytes(StandardCharsets.UTF_8))),
        named("snappy with padding", "snappy", unknownChunk).insteadBecause(reason, fine, PLAIN),
        named("snappy with an unknown chunk", "snappy", unskippableChunk));
  }

  private static Step family() {
    return request("PUT", TARGET)
        .withBody(
            Step.delimited(
                MetricFamily.newBuilder()
                    .setName("m")
                    .setType(MetricType.GAUGE)
                    .addMetric(Metric.newBuilder().setGauge(Gauge.newBuilder().setValue(1)))));
  }

  private static Sequence single(Step step) {
    String headers = step.headers().isEmpty() ? "" : " " + step.headers();
    return Sequence.of("route " + step.method() + " " + step.target() + headers, step);
  }

  private static Sequence encoded(String encoding, byte[] body) {
    return named("encoding <" + encoding + ">", encoding, body);
  }

  private static Sequence named(String name, String encoding, byte[] body) {
    return Sequence.of(name, PLAIN.withBody(body).with("Content-Encoding: " + encoding));
  }

  private static byte[] concatenate(byte[] first, byte[] second) {
    byte[] both = Arrays.copyOf(first, first.length + second.length);
    System.arraycopy(second, 0, both, first.length, second.length);
    return both;
  }

  static byte[] snappyFramed(byte[] plain) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (SnappyFramedOutputStream snappy = new SnappyFramedOutputStream(bytes)) {
      snappy.write(plain);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }
}
