package io.holdfast.server.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.proto.metrics.BucketSpan;
import io.holdfast.proto.metrics.Histogram;
import io.holdfast.proto.metrics.Metric;
import io.holdfast.proto.metrics.MetricFamily;
import io.holdfast.proto.metrics.MetricType;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * 25,000 groups, of which the API's answer is larger than the whole heap: the buckets of native
 * histograms are not in the text that is kept in memory. Several clients at once get all of it.
 */
final class ApiStreamingIT {
  private static final int GROUPS = 25_000;
  private static final int BUCKETS = 160;
  private static final int HEAP_MEGABYTES = 96;
  private static final int READERS = 3;

  @RegisterExtension final Processes processes = Processes.perTest();

  @TempDir Path store;

  @Test
  void answerLargerThanTheHeap_isSentToSeveralAtOnce() throws IOException {
    int port = Port.free();
    List<String> command =
        HoldfastCommand.withJvmOptions(
            List.of("-Xmx" + HEAP_MEGABYTES + "m"),
            "--web.listen-address=127.0.0.1:" + port,
            "--storage.path=" + store);
    ServerProcess server = processes.launch("holdfast", port, command).awaitReady("/-/ready");
    fill(server);

    List<CompletableFuture<Answer>> readers = new ArrayList<>();
    for (int i = 0; i < READERS; i++) {
      readers.add(CompletableFuture.supplyAsync(() -> read(server)));
    }
    for (CompletableFuture<Answer> reader : readers) {
      Answer answer = reader.join();
      assertEquals(GROUPS, answer.groups);
      assertTrue(answer.bytes > (long) HEAP_MEGABYTES << 20, answer::toString);
    }
    assertTrue(server.isAlive(), server::output);
    assertEquals(200, server.send(Step.get("/-/ready")).status());
  }

  private static void fill(ServerProcess server) {
    Step push = Step.putFamilies("/metrics/job/native", histogram());
    IntStream.range(0, 4)
        .mapToObj(
            part ->
                CompletableFuture.runAsync(
                    () -> {
                      try (RawHttp http = new RawHttp(server.address())) {
                        for (int i = part; i < GROUPS; i += 4) {
                          String target = "/metrics/job/native/group/" + i;
                          Step each =
                              Step.request("PUT", target)
                                  .with(Step.DELIMITED)
                                  .withBody(push.body().toByteArray());
                          assertEquals(200, http.send(each).status());
                        }
                      } catch (IOException e) {
                        throw new UncheckedIOException(e);
                      }
                    }))
        .toList()
        .forEach(CompletableFuture::join);
  }

  private static MetricFamily.Builder histogram() {
    Histogram.Builder histogram =
        Histogram.newBuilder()
            .setSchema(5)
            .setSampleCount(BUCKETS)
            .setSampleSum(1)
            .addPositiveSpan(BucketSpan.newBuilder().setOffset(0).setLength(BUCKETS))
            .addPositiveDelta(1);
    for (int i = 1; i < BUCKETS; i++) {
      histogram.addPositiveDelta(0);
    }
    return MetricFamily.newBuilder()
        .setName("request_seconds")
        .setType(MetricType.HISTOGRAM)
        .addMetric(Metric.newBuilder().setHistogram(histogram));
  }

  private record Answer(long bytes, int groups) {}

  /** Counts, and keeps nothing. */
  private static Answer read(ServerProcess server) {
    byte[] mark = "\"last_push_successful\":true".getBytes(StandardCharsets.US_ASCII);
    try (InputStream in = server.uri("/api/v1/metrics").toURL().openStream()) {
      byte[] buffer = new byte[1 << 16];
      long bytes = 0;
      int groups = 0;
      int matched = 0;
      byte last = 0;
      for (int length = in.read(buffer); length >= 0; length = in.read(buffer)) {
        bytes += length;
        for (int i = 0; i < length; i++) {
          // The mark's first byte does not occur again before its end but once, behind the name.
          matched = buffer[i] == mark[matched] ? matched + 1 : buffer[i] == mark[0] ? 1 : 0;
          if (matched == mark.length) {
            groups++;
            matched = 0;
          }
          last = buffer[i];
        }
      }
      assertEquals('}', last);
      return new Answer(bytes, groups);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
