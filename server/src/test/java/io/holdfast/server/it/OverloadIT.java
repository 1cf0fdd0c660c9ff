package io.holdfast.server.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.proto.metrics.Bucket;
import io.holdfast.proto.metrics.Histogram;
import io.holdfast.proto.metrics.LabelPair;
import io.holdfast.proto.metrics.Metric;
import io.holdfast.proto.metrics.MetricFamily;
import io.holdfast.proto.metrics.MetricType;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * More than a small heap can hold. Whoever sends it is told so, and nobody else notices: the
 * process lives on, holds what it held and takes ordinary pushes.
 */
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

  private static void assertTooLarge(String answer) {
    assertTrue(answer.startsWith("HTTP/1.1 413 "), answer);
    assertTrue(LIMIT.matcher(answer).find(), answer);
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
