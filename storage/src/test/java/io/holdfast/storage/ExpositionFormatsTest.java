package io.holdfast.storage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.proto.DelimitedParser;
import io.holdfast.proto.EscapingScheme;
import io.holdfast.proto.ExpositionFormat;
import io.holdfast.proto.ExpositionFormat.Syntax;
import io.holdfast.proto.NameRule;
import io.holdfast.proto.OpenMetricsConverter;
import io.holdfast.proto.ParseException;
import io.holdfast.proto.TextParser;
import io.holdfast.proto.TextWriter;
import io.holdfast.proto.metrics.BucketSpan;
import io.holdfast.proto.metrics.Counter;
import io.holdfast.proto.metrics.Exemplar;
import io.holdfast.proto.metrics.Gauge;
import io.holdfast.proto.metrics.Histogram;
import io.holdfast.proto.metrics.LabelPair;
import io.holdfast.proto.metrics.Metric;
import io.holdfast.proto.metrics.MetricFamily;
import io.holdfast.proto.metrics.MetricType;
import io.holdfast.storage.disk.RecordSnapshot;
import io.holdfast.testkit.Seed;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExpositionFormatsTest {
  private static final ExpositionFormat PROTOBUF =
      new ExpositionFormat(Syntax.PROTOBUF, EscapingScheme.UNDERSCORES);
  private static final ExpositionFormat OPEN_METRICS =
      new ExpositionFormat(Syntax.OPEN_METRICS, EscapingScheme.UNDERSCORES);
  private static final GroupKey A = Pushes.job("a");

  @TempDir private Path directory;
  private StoreFixture fixture;

  @BeforeEach
  void setUp() {
    fixture = new StoreFixture(directory.resolve("store"));
  }

  @AfterEach
  void tearDown() {
    fixture.close();
  }

  /** Whatever is in conflict: every format shows the series that text shows. */
  @Test
  void formats_showTheSame_whateverIsInConflict() throws Exception {
    for (int i = 0; i < 8; i++) {
      long seed = Seed.ofCase(i);
      RandomPushes pushes = new RandomPushes(Seed.random(seed));
      MemoryStore other = new MemoryStore(2);
      try (RocksGroupStore store = fixture.openReplicated()) {
        StoreFixture.submit(store, new Change.Wipe());
        for (int n = 0; n < 40; n++) {
          Change change = pushes.next();
          if (n % 2 == 0) {
            StoreFixture.submit(store, change);
          } else {
            other.millis = InstantSource.system().millis() + n;
            StoreFixture.answer(store.merge(other.apply(change).request()));
          }
        }
        try (Snapshot snapshot = StoreFixture.answer(store.snapshot())) {
          assertEquals(
              Pushes.text(snapshot.exposition()),
              textOf(DelimitedParser.parse(read(snapshot, PROTOBUF))),
              Seed.message(seed));
          assertEquals(
              openMetricsOf(DelimitedParser.parse(read(snapshot, PROTOBUF))),
              string(read(snapshot, OPEN_METRICS)),
              Seed.message(seed));
        }
      }
    }
  }

  private static String textOf(List<MetricFamily> families) {
    StringBuilder text = new StringBuilder();
    for (MetricFamily family : families) {
      String help = family.hasHelp() ? family.getHelp() : null;
      text.append(string(TextWriter.header(family.getName(), help, family.getType())));
      text.append(string(samples(family)));
    }
    return text.toString();
  }

  private static byte[] samples(MetricFamily family) {
    return TextWriter.samples(family.getName(), family.getType(), family.getMetricList());
  }

  private static String openMetricsOf(List<MetricFamily> families) {
    StringBuilder text = new StringBuilder();
    for (MetricFamily family : families) {
      String help = family.hasHelp() ? family.getHelp() : null;
      ExpositionFormat.FamilyHeader header =
          new ExpositionFormat.FamilyHeader(family.getName(), family.getType(), help);
      text.append(string(OPEN_METRICS.header(header, 0)));
      text.append(
          string(
              OpenMetricsConverter.convert(family.getName(), family.getType(), samples(family))));
    }
    return text.append("# EOF\n").toString();
  }

  @Test
  void everyFormat_isTheSameCompressed_andTheSecondTime() throws IOException {
    RocksGroupStore store = fixture.open();
    for (int i = 0; i < 150; i++) {
      StoreFixture.apply(
          store,
          Pushes.put(
              Pushes.job("j" + i), "m{l=\"x\"} " + i + "\n{\"u.v\",\"a.b\"=\"" + i + "\"} 2\n"));
    }
    StoreFixture.apply(store, Pushes.put(Pushes.job("odd"), "u_v 1\n"));
    try (Snapshot snapshot = StoreFixture.answer(store.snapshot())) {
      for (Syntax syntax : Syntax.values()) {
        for (EscapingScheme scheme : EscapingScheme.values()) {
          ExpositionFormat format = new ExpositionFormat(syntax, scheme);
          String plain = string(read(snapshot, format));
          assertFalse(plain.isEmpty());
          assertEquals(plain, string(read(snapshot, format)), format::toString);
          assertEquals(plain, string(inflated(snapshot, format)), format::toString);
        }
      }
    }
  }

  /** Counts what is read from the disk. */
  private static final class Counting implements RecordSnapshot {
    private final Snapshot snapshot;
    private final List<Integer> reads = new ArrayList<>();

    Counting(Snapshot snapshot) {
      this.snapshot = snapshot;
    }

    Snapshot counted() {
      return new Snapshot(snapshot.replicaState(), this);
    }

    @Override
    public byte @Nullable [] get(byte[] key) {
      throw new UnsupportedOperationException();
    }

    @Override
    public List<byte @Nullable []> get(List<byte[]> keys) {
      reads.add(keys.size());
      return snapshot.records().get(keys);
    }

    @Override
    public Cursor cursor() {
      throw new UnsupportedOperationException();
    }

    @Override
    public void close() {
      snapshot.close();
    }
  }

  @Test
  void unchangedGroups_areNotReadAgain_unlessTheFormatIsForgotten() throws Exception {
    RocksGroupStore store = fixture.open();
    for (int i = 0; i < 1_000; i++) {
      StoreFixture.apply(store, Pushes.put(Pushes.job("j" + i), "m 1\n"));
    }
    byte[] first;
    Counting counting = new Counting(StoreFixture.answer(store.snapshot()));
    try (Snapshot snapshot = counting.counted()) {
      first = read(snapshot, PROTOBUF);
      assertEquals(1_000, sum(counting.reads));
      assertEquals(string(first), string(inflated(snapshot, PROTOBUF)));
      assertEquals(1_000, sum(counting.reads));
      read(snapshot, OPEN_METRICS);
      inflated(snapshot, OPEN_METRICS);
      assertEquals(1_000, sum(counting.reads), "text says it all");
    }
    StoreFixture.apply(store, Pushes.put(Pushes.job("j500"), "m 2\n"));
    counting = new Counting(StoreFixture.answer(store.snapshot()));
    try (Snapshot snapshot = counting.counted()) {
      read(snapshot, PROTOBUF);
      assertTrue(sum(counting.reads) <= 64, counting.reads::toString);
      int before = sum(counting.reads);
      snapshot.exposition().forget(new ExpositionFormat(Syntax.PROTOBUF, EscapingScheme.DOTS));
      read(snapshot, PROTOBUF);
      assertEquals(before + 1_000, sum(counting.reads));
    }
  }

  private static int sum(List<Integer> numbers) {
    return numbers.stream().mapToInt(Integer::intValue).sum();
  }

  @Test
  void nativeHistogram_isInProtobuf_asItWasPushed() throws Exception {
    RocksGroupStore store = fixture.open();
    Histogram histogram =
        Histogram.newBuilder()
            .setSampleCount(3)
            .setSampleSum(4.5)
            .setSchema(2)
            .setZeroThreshold(1e-128)
            .addPositiveSpan(BucketSpan.newBuilder().setOffset(1).setLength(2))
            .addPositiveDelta(1)
            .addPositiveDelta(1)
            .build();
    push(
        store,
        A,
        family("h", MetricType.HISTOGRAM).addMetric(Metric.newBuilder().setHistogram(histogram)));
    try (Snapshot snapshot = StoreFixture.answer(store.snapshot())) {
      MetricFamily shown = DelimitedParser.parse(read(snapshot, PROTOBUF)).get(0);
      assertEquals(MetricType.HISTOGRAM, shown.getType());
      assertEquals(histogram, shown.getMetric(0).getHistogram());
      assertEquals("instance", shown.getMetric(0).getLabel(0).getName());
      assertEquals("job", shown.getMetric(0).getLabel(1).getName());
    }
  }

  @Test
  void openMetrics_saysMoreThanText_whereMoreWasPushed() {
    RocksGroupStore store = fixture.open();
    push(
        store,
        A,
        family("rows_total", MetricType.COUNTER)
            .addMetric(
                Metric.newBuilder()
                    .setCounter(
                        Counter.newBuilder()
                            .setValue(3)
                            .setExemplar(
                                Exemplar.newBuilder().setValue(1).addLabel(label("id", "7")))
                            .setCreatedTimestamp(
                                com.google.protobuf.Timestamp.newBuilder().setSeconds(9)))));
    StoreFixture.apply(
        store, Pushes.put(Pushes.job("b"), "# TYPE rows_total counter\nrows_total 1\n"));
    assertTrue(store.exposition().needsMessages(OPEN_METRICS));
    assertFalse(store.exposition().needsMessages(ExpositionFormat.PLAIN_TEXT));
    try (Snapshot snapshot = StoreFixture.answer(store.snapshot())) {
      assertTrue(
          string(read(snapshot, OPEN_METRICS))
              .contains(
                  """
                  # TYPE rows counter
                  rows_total{instance="",job="a"} 3.0 # {id="7"} 1.0
                  rows_created{instance="",job="a"} 9.0
                  rows_total{instance="",job="b"} 1.0
                  """));
    }
    // Another family has the counter's name, and the name of the time of its creation.
    StoreFixture.apply(store, Pushes.put(Pushes.job("c"), "rows 5\n"));
    try (Snapshot snapshot = StoreFixture.answer(store.snapshot())) {
      String text = string(read(snapshot, OPEN_METRICS));
      assertTrue(text.contains("# TYPE rows_total unknown\n"), text);
      assertTrue(text.contains("# TYPE rows unknown\nrows{instance=\"\",job=\"c\"} 5.0\n"), text);
      assertFalse(text.contains("rows_created"), text);
    }
  }

  @Test
  void namesThatTextCannotShow_areShownAsTheSchemeSays() {
    RocksGroupStore store = fixture.open();
    StoreFixture.apply(store, Pushes.put(A, "{\"a.b\",\"l.m\"=\"1\"} 1\n"));
    assertShown(store, EscapingScheme.UNDERSCORES, "a_b{instance=\"\",job=\"a\",l_m=\"1\"} 1");
    assertShown(
        store, EscapingScheme.ALLOW_UTF8, "{\"a.b\",instance=\"\",job=\"a\",\"l.m\"=\"1\"} 1");
    assertShown(store, EscapingScheme.DOTS, "a_dot_b{instance=\"\",job=\"a\",l_dot_m=\"1\"} 1");
    assertShown(
        store, EscapingScheme.VALUES, "U__a_2e_b{instance=\"\",job=\"a\",U__l_2e_m=\"1\"} 1");
  }

  /** One family to text, and two where names are shown as they are. */
  @Test
  void lookalikes_areShownApart_whereTheyDiffer() {
    RocksGroupStore store = fixture.open();
    StoreFixture.apply(store, Pushes.put(A, "{\"a.b\"} 1\n"));
    StoreFixture.apply(store, Pushes.put(Pushes.job("b"), "a_b 2\n"));
    assertShown(
        store,
        EscapingScheme.UNDERSCORES,
        "a_b{instance=\"\",job=\"a\"} 1",
        "a_b{instance=\"\",job=\"b\"} 2");
    assertShown(
        store,
        EscapingScheme.ALLOW_UTF8,
        "{\"a.b\",instance=\"\",job=\"a\"} 1",
        "a_b{instance=\"\",job=\"b\"} 2");
    assertShown(
        store,
        EscapingScheme.DOTS,
        "a_b{instance=\"\",job=\"b\"} 2",
        "a_dot_b{instance=\"\",job=\"a\"} 1");
  }

  @Test
  void namesThatBecomeTheSame_areOneFamily_wherePlainNamesLookLikeThem() {
    RocksGroupStore store = fixture.open();
    StoreFixture.apply(store, Pushes.put(A, "{\"a.b\"} 1\n"));
    StoreFixture.apply(store, Pushes.put(Pushes.job("b"), "a_dot_b 2\nU__a_2e_b 3\n"));
    assertShown(
        store,
        EscapingScheme.DOTS,
        "a_dot_b{instance=\"\",job=\"a\"} 1",
        "a_dot_b{instance=\"\",job=\"b\"} 2",
        "U__a_2e_b{instance=\"\",job=\"b\"} 3");
    assertShown(
        store,
        EscapingScheme.VALUES,
        "a_dot_b{instance=\"\",job=\"b\"} 2",
        "U__a_2e_b{instance=\"\",job=\"a\"} 1",
        "U__a_2e_b{instance=\"\",job=\"b\"} 3");
    assertShown(
        store,
        EscapingScheme.ALLOW_UTF8,
        "{\"a.b\",instance=\"\",job=\"a\"} 1",
        "a_dot_b{instance=\"\",job=\"b\"} 2",
        "U__a_2e_b{instance=\"\",job=\"b\"} 3");
  }

  @Test
  void labelsThatBecomeTheSame_areToldApart_andSeriesLeftOut() {
    RocksGroupStore store = fixture.open();
    StoreFixture.apply(
        store,
        Pushes.put(
            A, "m{x_dot_y=\"1\"} 1\nm{\"x.y\"=\"1\"} 2\nm{\"x.y\"=\"1\",x_dot_y=\"2\"} 3\nm 4\n"));
    assertEquals(4, shown(store, EscapingScheme.ALLOW_UTF8).size());
    assertEquals(4, shown(store, EscapingScheme.UNDERSCORES).size());
    assertShown(
        store,
        EscapingScheme.DOTS,
        "m{instance=\"\",job=\"a\",x_dot_y=\"1\"} 1",
        "m{instance=\"\",job=\"a\",x_dot_y_2=\"1\",x_dot_y=\"2\"} 3",
        "m{instance=\"\",job=\"a\"} 4");
  }

  @Test
  void groupingLabels_areShownAsTheSchemeSays_withTheirPushTimes() {
    RocksGroupStore store = fixture.open();
    GroupKey odd = Pushes.group("job", "a", "z.b", "1");
    StoreFixture.apply(store, Pushes.put(odd, "m 1\n"));
    StoreFixture.apply(store, Pushes.put(A, "m 2\n"));
    for (Syntax syntax : List.of(Syntax.TEXT, Syntax.OPEN_METRICS)) {
      try (Snapshot snapshot = StoreFixture.answer(store.snapshot())) {
        String text =
            string(read(snapshot, new ExpositionFormat(syntax, EscapingScheme.ALLOW_UTF8)));
        assertTrue(
            text.contains("push_time_seconds{instance=\"\",job=\"a\",\"z.b\"=\"1\"} 1"), text);
        assertTrue(text.contains("push_time_seconds{instance=\"\",job=\"a\"} 1"), text);
        assertTrue(text.contains("\nm{instance=\"\",job=\"a\",\"z.b\"=\"1\"} 1"), text);
      }
    }
    // A group that looks the same is another one. Where it does, the older push times are shown.
    StoreFixture.apply(store, Pushes.put(Pushes.group("job", "a", "z_b", "1"), "n 1\n"));
    assertEquals(
        1,
        StoreFixture.text(store).split("push_time_seconds\\{instance=\"\",job=\"a\",z_b=").length
            - 1);
    assertEquals(2, store.exposition().leftOutSeries(EscapingScheme.UNDERSCORES));
    assertEquals(0, store.exposition().leftOutSeries(EscapingScheme.DOTS));
  }

  /** Escaped names may be odd, but no parser may fail on them, nor find anything twice. */
  @Test
  void randomNames_giveAValidScrape_inEveryScheme() throws Exception {
    List<String> letters = List.of("a", "_", ".", "é", "dot", "U__", "2e", ":", "1");
    for (int i = 0; i < 15; i++) {
      long seed = Seed.ofCase(i);
      var random = Seed.random(seed);
      try (RocksGroupStore store = fixture.open()) {
        StoreFixture.apply(store, new Change.Wipe());
        for (int n = 0; n < 40; n++) {
          MetricFamily.Builder family =
              family(word(letters, random.nextInt(1, 4), random), MetricType.GAUGE);
          for (int m = random.nextInt(1, 3); m > 0; m--) {
            family.addMetric(
                Metric.newBuilder()
                    .addLabel(label(word(letters, random.nextInt(1, 4), random), "" + m))
                    .setGauge(Gauge.newBuilder().setValue(n)));
          }
          push(store, Pushes.job("j" + random.nextInt(4)), family);
        }
        try (Snapshot snapshot = StoreFixture.answer(store.snapshot())) {
          for (EscapingScheme scheme : EscapingScheme.values()) {
            assertValid(snapshot, scheme, Seed.message(seed));
          }
        }
      }
    }
  }

  private static String word(
      List<String> letters, int length, java.util.random.RandomGenerator random) {
    StringBuilder word = new StringBuilder();
    for (int i = 0; i < length; i++) {
      word.append(letters.get(random.nextInt(letters.size())));
    }
    return word.toString();
  }

  private static void assertValid(Snapshot snapshot, EscapingScheme scheme, String message)
      throws ParseException {
    List<MetricFamily> parsed = new ArrayList<>();
    List<String> names = new ArrayList<>();
    parsed.addAll(
        TextParser.parse(read(snapshot, new ExpositionFormat(Syntax.TEXT, scheme)), NameRule.UTF8));
    byte[] protobuf = read(snapshot, new ExpositionFormat(Syntax.PROTOBUF, scheme));
    DelimitedParser.parse(protobuf).forEach(family -> names.add(family.getName()));
    assertEquals(Set.copyOf(names).size(), names.size(), message + names);
    assertEquals(
        Set.copyOf(names),
        parsed.stream().map(MetricFamily::getName).collect(Collectors.toSet()),
        message);
    for (MetricFamily family : parsed) {
      Set<String> series = new TreeSet<>();
      for (Metric metric : family.getMetricList()) {
        Set<String> labels = new TreeSet<>();
        metric.getLabelList().forEach(each -> labels.add(each.getName() + "=" + each.getValue()));
        assertTrue(series.add(labels.toString()), () -> message + family);
        for (LabelPair label : metric.getLabelList()) {
          assertTrue(
              scheme == EscapingScheme.ALLOW_UTF8 || NameRule.LEGACY.isLabelName(label.getName()),
              () -> message + family);
        }
      }
    }
  }

  private static void push(RocksGroupStore store, GroupKey group, MetricFamily.Builder family) {
    StoreFixture.submit(
        store,
        PushPreparation.prepare(
            group, false, Pushes.NANOS, List.of(family.build()), Pushes.LIMITS));
  }

  private static MetricFamily.Builder family(String name, MetricType type) {
    return MetricFamily.newBuilder().setName(name).setType(type);
  }

  private static LabelPair label(String name, String value) {
    return LabelPair.newBuilder().setName(name).setValue(value).build();
  }

  /** The samples but for the push times, in text. */
  private static Set<String> shown(RocksGroupStore store, EscapingScheme scheme) {
    try (Snapshot snapshot = StoreFixture.answer(store.snapshot())) {
      return string(read(snapshot, new ExpositionFormat(Syntax.TEXT, scheme)))
          .lines()
          .filter(line -> !line.startsWith("#") && !line.startsWith("push_"))
          .collect(Collectors.toCollection(TreeSet::new));
    }
  }

  private static void assertShown(RocksGroupStore store, EscapingScheme scheme, String... samples) {
    assertEquals(new TreeSet<>(List.of(samples)), shown(store, scheme));
  }

  private static byte[] read(Snapshot snapshot, ExpositionFormat format) {
    try (ExpositionReader reader =
        snapshot.reader(new ExpositionRequest(format, false), List.of())) {
      return Pushes.bytes(reader);
    }
  }

  private static byte[] inflated(Snapshot snapshot, ExpositionFormat format) throws IOException {
    byte[] compressed;
    try (ExpositionReader reader =
        snapshot.reader(new ExpositionRequest(format, true), List.of())) {
      compressed = Pushes.bytes(reader);
    }
    try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(compressed))) {
      return in.readAllBytes();
    }
  }

  private static String string(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }
}
