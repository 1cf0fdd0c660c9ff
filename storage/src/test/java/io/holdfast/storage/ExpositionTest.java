package io.holdfast.storage;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.proto.metrics.Gauge;
import io.holdfast.proto.metrics.LabelPair;
import io.holdfast.proto.metrics.Metric;
import io.holdfast.proto.metrics.MetricFamily;
import io.holdfast.proto.metrics.MetricType;
import io.holdfast.proto.metrics.Summary;
import io.holdfast.testkit.Seed;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.random.RandomGenerator;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.GZIPInputStream;
import java.util.zip.Inflater;
import org.junit.jupiter.api.Test;

class ExpositionTest {
  private static final int BUFFER = 64 * 1024;

  @Test
  void empty_isNothing_plainAndCompressed() throws IOException {
    assertEquals("", Pushes.text(Exposition.empty()));
    assertArrayEquals(new byte[0], inflated(Exposition.empty(), List.of()));
  }

  @Test
  void texts_ofAllSizes_areTheSamePlainAndCompressed() throws IOException {
    for (int i = 0; i < 12; i++) {
      long seed = Seed.ofCase(i);
      RandomGenerator random = Seed.random(seed);
      try (Applying store = new Applying(Map.of())) {
        StringBuilder expected = new StringBuilder();
        // Around the buffer's size, and several times that, in one line and in many.
        int size = BUFFER * random.nextInt(1, 4) + random.nextInt(-200, 200);
        int lines = random.nextInt(1, 300);
        for (int n = 0; n < lines; n++) {
          String value = "x".repeat(size / lines);
          String job = "%05d".formatted(n);
          store.apply(Pushes.put(Pushes.job(job), "m{l=\"" + value + "\"} 1\n"));
          expected.append("m{instance=\"\",job=\"" + job + "\",l=\"" + value + "\"} 1\n");
        }
        Exposition exposition = store.groups().exposition();
        String text = Pushes.text(exposition);
        assertTrue(text.startsWith("# TYPE m untyped\n" + expected + "# HELP push"), text);
        assertSameCompressed(exposition, List.of(), Seed.message(seed));
      }
    }
  }

  private static void assertSameCompressed(
      Exposition exposition, List<SelfMetricFamily> own, String message) throws IOException {
    byte[] plain = Pushes.text(exposition, own).getBytes(StandardCharsets.UTF_8);
    assertArrayEquals(plain, inflated(exposition, own), message);
  }

  /** One member, with nothing behind it, as clients expect that read no further. */
  private static byte[] inflated(Exposition exposition, List<SelfMetricFamily> own)
      throws IOException {
    byte[] compressed;
    try (ExpositionReader reader = exposition.gzippedText(own)) {
      compressed = Pushes.bytes(reader);
    }
    Inflater inflater = new Inflater(true);
    inflater.setInput(compressed, 10, compressed.length - 10);
    byte[] buffer = new byte[BUFFER];
    try {
      while (!inflater.finished()) {
        int length = inflater.inflate(buffer);
        assertTrue(length > 0 || inflater.finished(), "the stream ends without a final block");
      }
    } catch (DataFormatException e) {
      throw new AssertionError(e);
    }
    assertEquals(8, inflater.getRemaining());
    inflater.end();
    try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(compressed))) {
      return in.readAllBytes();
    }
  }

  @Test
  void unchangedLeaves_areNotCompressedAgain() throws IOException {
    try (Applying store = new Applying(Map.of())) {
      for (int i = 0; i < 1_000; i++) {
        store.apply(Pushes.put(Pushes.job("j" + i), "m 1\n"));
      }
      Exposition first = store.groups().exposition();
      assertSameCompressed(first, List.of(), "first");
      Set<Object> before = compressedLeaves(store.groups());
      assertSameCompressed(store.groups().exposition(), List.of(), "again");
      assertEquals(before, compressedLeaves(store.groups()));

      store.apply(Pushes.put(Pushes.job("j500"), "m 2\n"));
      assertSameCompressed(store.groups().exposition(), List.of(), "changed");
      Set<Object> after = compressedLeaves(store.groups());
      Set<Object> made = identities();
      made.addAll(after);
      made.removeAll(before);
      // One leaf each of m and of the push times; push failures did not change.
      assertEquals(2, made.size());
      assertEquals(before.size(), after.size());
      assertSameCompressed(first, List.of(), "the first, later");
    }
  }

  private static Set<Object> identities() {
    return Collections.newSetFromMap(new IdentityHashMap<>());
  }

  private static Set<Object> compressedLeaves(Groups groups) {
    Set<Object> memos = identities();
    groups
        .names()
        .forEach(
            named ->
                named
                    .holders()
                    .forEachLeaf(
                        leaf -> {
                          assertNotNull(leaf.memo);
                          memos.add(leaf.memo);
                        }));
    return memos;
  }

  @Test
  void reader_endsAndCloses_anyNumberOfTimes() {
    try (Applying store = new Applying(Map.of())) {
      store.apply(Pushes.put(Pushes.job("a"), "m 1\n"));
      for (ExpositionReader reader :
          List.of(
              store.groups().exposition().text(List.of()),
              store.groups().exposition().gzippedText(List.of()))) {
        assertNotNull(reader.next());
        assertNull(reader.next());
        assertNull(reader.next());
        reader.close();
        reader.close();
      }
      ExpositionReader early = store.groups().exposition().gzippedText(List.of());
      early.close();
      assertNull(early.next());
    }
  }

  @Test
  void ownFamilies_standInOrder_andAreJoinedOrYield() throws IOException {
    try (Applying store = new Applying(Map.of())) {
      store.apply(
          Pushes.put(
              Pushes.job("a"),
              "# TYPE b gauge\nb 1\n# TYPE d gauge\nd 1\n# TYPE s_count gauge\ns_count 1\n"));
      List<SelfMetricFamily> own =
          List.of(
              own("a", MetricType.GAUGE, false),
              own("b", MetricType.GAUGE, false),
              own("c", MetricType.GAUGE, true),
              own("d", MetricType.GAUGE, true),
              own("s", MetricType.SUMMARY, true),
              own("z", MetricType.GAUGE, true));
      List<String> lines = new ArrayList<>();
      Pushes.text(store.groups().exposition(), own)
          .lines()
          .filter(line -> !line.contains("push_"))
          .forEach(lines::add);
      assertEquals(
          List.of(
              "# TYPE a gauge",
              "a{own=\"1\"} 1",
              "# TYPE b gauge",
              "b{own=\"1\"} 1",
              "b{instance=\"\",job=\"a\"} 1",
              "# TYPE c gauge",
              "c{own=\"1\"} 1",
              "# TYPE d gauge",
              "d{instance=\"\",job=\"a\"} 1",
              "# TYPE s_count gauge",
              "s_count{instance=\"\",job=\"a\"} 1",
              "# TYPE z gauge",
              "z{own=\"1\"} 1"),
          lines);
      assertSameCompressed(store.groups().exposition(), own, "with own");
    }
  }

  /** Pushed before the server had a family of that name, or merged from a server without it. */
  @Test
  void ownFamilyThatDoesNotYield_isNotMixedWithAnotherType() {
    try (Applying store = new Applying(Map.of())) {
      store.apply(Pushes.put(Pushes.job("a"), "# TYPE b counter\nb 1\n"));
      List<SelfMetricFamily> own = List.of(own("b", MetricType.GAUGE, false));
      String text = Pushes.text(store.groups().exposition(), own);
      assertTrue(text.startsWith("# TYPE b gauge\nb{own=\"1\"} 1\n# HELP push_"), text);
    }
  }

  private static SelfMetricFamily own(String name, MetricType type, boolean yields) {
    Metric.Builder metric =
        Metric.newBuilder().addLabel(LabelPair.newBuilder().setName("own").setValue("1"));
    if (type == MetricType.SUMMARY) {
      metric.setSummary(Summary.getDefaultInstance());
    } else {
      metric.setGauge(Gauge.newBuilder().setValue(1));
    }
    return new SelfMetricFamily(
        MetricFamily.newBuilder().setName(name).setType(type).addMetric(metric).build(), yields);
  }

  @Test
  void crcOfAConcatenation_isThatOfTheWhole() {
    for (int i = 0; i < 300; i++) {
      long seed = Seed.ofCase(i);
      RandomGenerator random = Seed.random(seed);
      byte[] whole = new byte[random.nextInt(1 << random.nextInt(1, 18))];
      random.nextBytes(whole);
      int cut = random.nextInt(whole.length + 1);
      int joined =
          Crc32Concatenation.of(
              crc(whole, 0, cut), crc(whole, cut, whole.length), whole.length - cut);
      assertEquals(crc(whole, 0, whole.length), joined, Seed.message(seed));
    }
  }

  private static int crc(byte[] bytes, int from, int to) {
    CRC32 crc = new CRC32();
    crc.update(bytes, from, to - from);
    return (int) crc.getValue();
  }
}
