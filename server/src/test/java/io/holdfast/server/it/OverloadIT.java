package io.holdfast.server.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.CodedOutputStream;
import io.holdfast.proto.metrics.Bucket;
import io.holdfast.proto.metrics.Histogram;
import io.holdfast.proto.metrics.LabelPair;
import io.holdfast.proto.metrics.Metric;
import io.holdfast.proto.metrics.MetricFamily;
import io.holdfast.proto.metrics.MetricType;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Requests and stores that a small heap cannot hold. Their clients get refusals, and other clients
 * notice nothing: the process lives on, keeps its groups and takes ordinary pushes.
 */
@Tag("alone")
final class OverloadIT {
  private static final int BODY_OVER_THE_LIMIT = 200 << 20;

  /** Below the limit of one body, and far above what the heap holds of many. */
  private static final int LARGE_BODY = 3 << 19;

  private static final int MANY_PUSHES = 200;
  private static final int MANY_CONNECTIONS = 500;

  private static final Pattern LIMIT = Pattern.compile("at most \\d+ bytes");

  @RegisterExtension final Processes processes = Processes.perTest();

  @TempDir Path store;

  private ServerProcess server;

  @BeforeEach
  void start() throws IOException {
    int port = Port.free();
    List<String> command =
        HoldfastCommand.withJvmOptions(
            List.of("-Xmx128m"),
            "--web.listen-address=127.0.0.1:" + port,
            "--storage.path=" + store);
    server = processes.launch("holdfast", port, command).awaitReady("/-/ready");
    assertEquals(200, server.send(Step.put("/metrics/job/held", "held_total 1\n")).status());
  }

  @AfterEach
  void ordinaryPushesAreTaken() throws IOException {
    assertTrue(server.isAlive(), server::output);
    RawHttp.Response push = server.send(Step.put("/metrics/job/ordinary", "ordinary_total 1\n"));
    assertEquals(200, push.status(), push::text);
    Map<String, String> served = server.scrape().values();
    assertEquals("1", served.get("held_total{instance=\"\",job=\"held\"}"));
    assertEquals("1", served.get("ordinary_total{instance=\"\",job=\"ordinary\"}"));
  }

  @Test
  void bodyOverTheLimit_byItsDeclaredLength_is413() throws IOException {
    try (LargeBody push = new LargeBody(server.port(), "Content-Length: " + BODY_OVER_THE_LIMIT)) {
      assertTooLarge(push.answer());
    }
  }

  @Test
  void bodyOverTheLimit_inChunks_is413() throws IOException {
    try (LargeBody push = new LargeBody(server.port(), "Transfer-Encoding: chunked")) {
      push.sendChunks(BODY_OVER_THE_LIMIT);
      assertTooLarge(push.answer());
    }
  }

  @Test
  void bodyThatInflatesPastTheLimit_is413() throws IOException {
    Step push =
        Step.request("PUT", "/metrics/job/bomb")
            .with("Content-Encoding: gzip")
            .withBody(gigabyteOfZerosCompressed());
    RawHttp.Response answer = server.send(push);
    assertEquals(413, answer.status(), answer::text);
    assertTrue(LIMIT.matcher(answer.text()).find(), answer::text);
  }

  @Test
  void pushThatRendersPastTheLimit_is413() throws IOException {
    Histogram.Builder histogram = Histogram.newBuilder().setSampleCount(1).setSampleSum(1);
    for (int i = 0; i < 10_000; i++) {
      histogram.addBucket(Bucket.newBuilder().setUpperBound(i).setCumulativeCount(1));
    }
    MetricFamily.Builder family =
        MetricFamily.newBuilder()
            .setName("swelling")
            .setType(MetricType.HISTOGRAM)
            .addMetric(
                Metric.newBuilder()
                    .setHistogram(histogram)
                    .addLabel(LabelPair.newBuilder().setName("l").setValue("x".repeat(1 << 15))));
    RawHttp.Response answer = server.send(Step.putFamilies("/metrics/job/swelling", family));
    assertEquals(413, answer.status(), answer::text);
    assertTrue(answer.text().contains("bytes"), answer::text);
  }

  @Test
  void manyLargePushesAtOnce_areEachAnswered() throws Exception {
    StringBuilder text = new StringBuilder();
    for (int i = 0; text.length() < LARGE_BODY; i++) {
      text.append("burst_total{series=\"").append(i).append("\",l=\"");
      text.append("x".repeat(900)).append("\"} 1\n");
    }
    Burst burst = new Burst(server.port(), text.toString().getBytes(StandardCharsets.US_ASCII));
    Map<String, Integer> byStatus = new TreeMap<>();
    for (String answer : burst.push("/metrics/job/burst", MANY_PUSHES)) {
      String status = answer.lines().findFirst().orElse("nothing");
      byStatus.merge(status, 1, Integer::sum);
      if (status.startsWith("HTTP/1.1 503")) {
        assertTrue(answer.contains("Retry-After: "), answer);
      } else {
        assertTrue(status.startsWith("HTTP/1.1 200"), () -> answer + server.output());
      }
    }
    assertTrue(byStatus.containsKey("HTTP/1.1 200 OK"), byStatus::toString);
  }

  @Test
  void manyIdleConnections_stopNoPush() throws IOException {
    String head = "PUT /metrics/job/idle HTTP/1.1\r\nHost: a\r\nContent-Length: ";
    List<String> beginnings = List.of("", "PUT /metrics/jo", head + LARGE_BODY + "\r\n\r\n");
    List<Socket> idle = new ArrayList<>();
    try {
      for (int i = 0; i < MANY_CONNECTIONS; i++) {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port());
        idle.add(socket);
        socket.getOutputStream().write(beginnings.get(i % 3).getBytes(StandardCharsets.US_ASCII));
      }
      ordinaryPushesAreTaken();
    } finally {
      for (Socket socket : idle) {
        socket.close();
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {4, 330, 65_000})
  void manyUnfinishedHeads_stopNoPush(int fieldBytes) throws IOException {
    String field = "a:" + "x".repeat(fieldBytes - 4) + "\r\n";
    String head = "GET / HTTP/1.1\r\nHost: a\r\n" + field.repeat(65_000 / fieldBytes);
    List<Socket> unfinished = new ArrayList<>();
    try {
      for (int i = 0; i < MANY_CONNECTIONS; i++) {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port());
        unfinished.add(socket);
        try {
          socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
        } catch (IOException e) {
          // Refused, or closed for another, before all was sent: the next one tries.
        }
      }
      ordinaryPushesAreTaken();
    } finally {
      for (Socket socket : unfinished) {
        socket.close();
      }
    }
  }

  /** Ten kilobytes that would be four megabytes of messages with eighty times that in objects. */
  @Test
  void unknownFields_areNoObjects() throws IOException {
    ByteArrayOutputStream metrics = new ByteArrayOutputStream();
    byte[] metric = HexFormat.of().parseHex("221040014801500158016001680170017801");
    while (metrics.size() < 1_900_000) {
      metrics.writeBytes(metric);
    }
    MetricFamily family =
        MetricFamily.newBuilder().setName("stuffed").setType(MetricType.GAUGE).build();
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    CodedOutputStream out = CodedOutputStream.newInstance(body);
    out.writeUInt32NoTag(family.getSerializedSize() + metrics.size());
    family.writeTo(out);
    out.flush();
    body.writeBytes(metrics.toByteArray());
    for (int i = 0; i < 4; i++) {
      RawHttp.Response answer =
          server.send(
              Step.request("PUT", "/metrics/job/stuffed")
                  .with("Content-Encoding: gzip")
                  .with(
                      "Content-Type: application/vnd.google.protobuf;"
                          + " proto=io.prometheus.client.MetricFamily; encoding=delimited")
                  .withBody(gzipped(body.toByteArray())));
      assertTrue(Set.of(400, 413, 503).contains(answer.status()), answer::text);
    }
  }

  /** Refused and empty pushes fill the store's account, and what it holds opens again. */
  @Test
  void refusedAndEmptyPushes_fillAnAccount() throws IOException {
    Map<Integer, Integer> byStatus = new TreeMap<>();
    String padding = "v".repeat(3_900);
    String path = "";
    for (int i = 0; i < 12_000 && !byStatus.containsKey(503); i++) {
      path = "/metrics/job/x/instance/" + i + padding;
      byStatus.merge(
          server.send(Step.put(path, i % 2 == 0 ? "" : "m 1 1\n")).status(), 1, Integer::sum);
    }
    assertTrue(byStatus.containsKey(503), byStatus::toString);
    assertEquals(400, server.send(Step.put(path, "m 1 1\n")).status());
    assertEquals(
        202, server.send(Step.request("DELETE", "/metrics/job/x/instance/0" + padding)).status());
    assertEquals(
        202, server.send(Step.request("DELETE", "/metrics/job/x/instance/2" + padding)).status());
  }

  /** Unread errors, scrapes and API answers, beside pushes that replace what they hold. */
  @Test
  void answersThatNobodyReads_holdLittle() throws IOException {
    StringBuilder body = new StringBuilder();
    for (int i = 0; i < 20; i++) {
      body.append("m").append(i).append("{l=\"").append("x".repeat(60_000)).append("\"} 1\n");
    }
    List<String> requests =
        List.of(
            "GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n",
            "GET /api/v1/metrics HTTP/1.1\r\nHost: a\r\n\r\n",
            "GET /metrics HTTP/1.1\r\nHost: a\r\nAccept: application/openmetrics-text\r\n\r\n",
            "PUT /metrics/job/e HTTP/1.1\r\nHost: a\r\nContent-Length: 60004\r\n\r\nm "
                + "\u0001".repeat(60_000)
                + " \n");
    List<Socket> stalled = new ArrayList<>();
    try {
      for (int i = 0; i < 120; i++) {
        if (i % 2 == 0) {
          int status = server.send(Step.put("/metrics/job/large", body.toString())).status();
          assertEquals(200, status, server::output);
        }
        Socket socket = new Socket();
        socket.setReceiveBufferSize(4096);
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), server.port()));
        stalled.add(socket);
        socket
            .getOutputStream()
            .write(requests.get(i % requests.size()).getBytes(StandardCharsets.US_ASCII));
      }
      ordinaryPushesAreTaken();
    } finally {
      for (Socket socket : stalled) {
        socket.close();
      }
    }
  }

  private static void assertTooLarge(String answer) {
    assertTrue(answer.startsWith("HTTP/1.1 413 "), answer);
    assertTrue(LIMIT.matcher(answer).find(), answer);
  }

  private static byte[] gzipped(byte[] content) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(bytes)) {
      gzip.write(content);
    }
    return bytes.toByteArray();
  }

  private static byte[] gigabyteOfZerosCompressed() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    byte[] zeros = new byte[1 << 20];
    try (GZIPOutputStream gzip = new GZIPOutputStream(bytes)) {
      for (int i = 0; i < 1024; i++) {
        gzip.write(zeros);
      }
    }
    return bytes.toByteArray();
  }
}
