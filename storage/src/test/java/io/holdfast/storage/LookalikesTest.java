package io.holdfast.storage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.proto.EscapingScheme;
import io.holdfast.proto.ExpositionFormat;
import io.holdfast.proto.ExpositionFormat.Syntax;
import io.holdfast.proto.NameRule;
import io.holdfast.proto.ParseException;
import io.holdfast.proto.TextParser;
import io.holdfast.proto.metrics.LabelPair;
import io.holdfast.proto.metrics.Metric;
import io.holdfast.proto.metrics.MetricFamily;
import io.holdfast.proto.metrics.MetricType;
import io.holdfast.testkit.Seed;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What looks alike under a scheme that escapes names, with the values that scrapes must show. */
class LookalikesTest {
  private static final GroupKey A = Pushes.job("a");
  private static final GroupKey B = Pushes.job("b");
  private static final GroupKey X = Pushes.group("job", "a", "x", "1");

  private final Applying store = new Applying(Map.of("own", MetricType.GAUGE));

  @TempDir private Path directory;

  @Test
  void namesOfEqualLengthInAnotherScript_areTwoFamilies_ofWhichUnderscoresShowOne() {
    apply(Pushes.put(A, "{\"温度\"} 21\n{\"湿度\"} 40\n"));
    assertShown(
        EscapingScheme.ALLOW_UTF8,
        "{\"温度\",instance=\"\",job=\"a\"} 21",
        "{\"湿度\",instance=\"\",job=\"a\"} 40");
    assertShown(EscapingScheme.UNDERSCORES, "__{instance=\"\",job=\"a\"} 21");
    assertShown(EscapingScheme.DOTS, "____{instance=\"\",job=\"a\"} 21");
    assertShown(
        EscapingScheme.VALUES,
        "U___6e29__5ea6_{instance=\"\",job=\"a\"} 21",
        "U___6e7f__5ea6_{instance=\"\",job=\"a\"} 40");
    assertLeftOut(1, 1, 0);
  }

  @Test
  void labelThatBeginsWithUnderscoresInAScrape_isALabel() {
    apply(Pushes.put(A, "{\"room_temp\",\"место\"=\"кухня\"} 21\n"));
    assertShown(
        EscapingScheme.ALLOW_UTF8, "room_temp{instance=\"\",job=\"a\",\"место\"=\"кухня\"} 21");
    assertShown(
        EscapingScheme.UNDERSCORES, "room_temp{instance=\"\",job=\"a\",_____=\"кухня\"} 21");
    assertShown(EscapingScheme.DOTS, "room_temp{instance=\"\",job=\"a\",__________=\"кухня\"} 21");
    assertShown(
        EscapingScheme.VALUES,
        "room_temp{instance=\"\",job=\"a\",U___43c__435__441__442__43e_=\"кухня\"} 21");
    assertLeftOut(0, 0, 0);
  }

  /** They came at once: then a name is shown that is what it looks like. */
  @Test
  void ofNamesThatCameAtOnce_thePlainOneIsShown() {
    apply(Pushes.put(A, "{\"a.b\"} 1\n{\"a_b\"} 2\n{\"a-b\"} 3\n"));
    assertShown(
        EscapingScheme.ALLOW_UTF8,
        "{\"a-b\",instance=\"\",job=\"a\"} 3",
        "{\"a.b\",instance=\"\",job=\"a\"} 1",
        "a_b{instance=\"\",job=\"a\"} 2");
    assertShown(EscapingScheme.UNDERSCORES, "a_b{instance=\"\",job=\"a\"} 2");
    assertShown(
        EscapingScheme.DOTS,
        "a__b{instance=\"\",job=\"a\"} 3",
        "a_b{instance=\"\",job=\"a\"} 2",
        "a_dot_b{instance=\"\",job=\"a\"} 1");
    assertLeftOut(2, 0, 0);
    apply(Pushes.post(A, "{\"a.b\"} 4\n"));
    assertShown(EscapingScheme.UNDERSCORES, "a_b{instance=\"\",job=\"a\"} 2");
    apply(Pushes.put(A, "{\"a.b\"} 5\n"));
    assertShown(EscapingScheme.UNDERSCORES, "a_b{instance=\"\",job=\"a\"} 5");
    assertLeftOut(0, 0, 0);
  }

  @Test
  void typesThatDifferUnderNamesThatLookAlike_areNoConflict() {
    apply(
        Pushes.put(
            A,
            "# TYPE \"http.server.duration\" gauge\n{\"http.server.duration\"} 1\n"
                + "# TYPE http_server_duration counter\nhttp_server_duration 2\n"));
    assertEquals(
        """
        # TYPE "http.server.duration" gauge
        {"http.server.duration",instance="",job="a"} 1
        # TYPE http_server_duration counter
        http_server_duration{instance="",job="a"} 2
        """,
        metrics(EscapingScheme.ALLOW_UTF8));
    assertEquals(
        """
        # TYPE http_server_duration counter
        http_server_duration{instance="",job="a"} 2
        """,
        metrics(EscapingScheme.UNDERSCORES));
    assertLeftOut(1, 0, 0);
  }

  @Test
  void groupsOfTwoTeams_areShownUnderOneName_asLongAsTheirTypesAgree() {
    apply(Pushes.put(A, "# HELP \"a.b\" Dots.\n# TYPE \"a.b\" gauge\n{\"a.b\"} 1\n"));
    apply(Pushes.put(B, "# TYPE a_b gauge\na_b 2\n"));
    assertEquals(
        """
        # HELP a_b Dots.
        # TYPE a_b gauge
        a_b{instance="",job="b"} 2
        a_b{instance="",job="a"} 1
        """,
        metrics(EscapingScheme.UNDERSCORES));
    assertLeftOut(0, 0, 0);
    // Another type is none of the first team's business; it is the later claim, and left out.
    apply(Pushes.put(Pushes.job("c"), "# TYPE \"a-b\" counter\n{\"a-b\"} 3\n"));
    assertLeftOut(1, 0, 0);
    apply(Pushes.put(B, ""));
    apply(Pushes.put(A, ""));
    assertEquals(
        "# TYPE a_b counter\na_b{instance=\"\",job=\"c\"} 3\n",
        metrics(EscapingScheme.UNDERSCORES));
    assertLeftOut(0, 0, 0);
  }

  /** A plain family is left out as any other, but only where it looks like an older one. */
  @Test
  void olderClaim_isShown_thoughALaterNameIsPlain() {
    apply(Pushes.put(A, "# TYPE \"a.b\" gauge\n{\"a.b\"} 1\n"));
    apply(Pushes.put(B, "# TYPE a_b counter\na_b 2\nother 3\n"));
    assertShown(
        EscapingScheme.UNDERSCORES,
        "a_b{instance=\"\",job=\"a\"} 1",
        "other{instance=\"\",job=\"b\"} 3");
    assertShown(
        EscapingScheme.DOTS,
        "a_b{instance=\"\",job=\"b\"} 2",
        "a_dot_b{instance=\"\",job=\"a\"} 1",
        "other{instance=\"\",job=\"b\"} 3");
    assertLeftOut(1, 0, 0);
    apply(Pushes.put(B, "# TYPE a_b counter\na_b 4\n"));
    assertShown(EscapingScheme.UNDERSCORES, "a_b{instance=\"\",job=\"a\"} 1");
    apply(new Change.Delete(A));
    assertShown(EscapingScheme.UNDERSCORES, "a_b{instance=\"\",job=\"b\"} 4");
    assertLeftOut(0, 0, 0);
  }

  @Test
  void olderSeries_isShown_thoughTheLaterOneIsPlain() {
    apply(Pushes.put(A, "m{\"l.m\"=\"1\"} 1\nm{\"l.m\"=\"2\"} 2\n"));
    apply(Pushes.put(Pushes.group("job", "a", "l_m", "1"), "m 3\nm{k=\"\"} 4\n"));
    assertShown(
        EscapingScheme.UNDERSCORES,
        "m{instance=\"\",job=\"a\",l_m=\"1\"} 1",
        "m{instance=\"\",job=\"a\",l_m=\"2\"} 2",
        "m{instance=\"\",job=\"a\",k=\"\",l_m=\"1\"} 4");
    assertLeftOut(1, 0, 0);
    apply(Pushes.put(A, "m{\"l.m\"=\"2\"} 5\n"));
    assertShown(
        EscapingScheme.UNDERSCORES,
        "m{instance=\"\",job=\"a\",l_m=\"2\"} 5",
        "m{instance=\"\",job=\"a\",l_m=\"1\"} 3",
        "m{instance=\"\",job=\"a\",k=\"\",l_m=\"1\"} 4");
    assertLeftOut(0, 0, 0);
  }

  @Test
  void labelsOfOneSeriesThatLookAlike_areToldApart() {
    apply(Pushes.put(A, "m{\"место\"=\"1\",\"город\"=\"2\",\"l.m\"=\"3\",l_m=\"4\"} 1\n"));
    assertShown(
        EscapingScheme.UNDERSCORES,
        "m{instance=\"\",job=\"a\",l_m_2=\"3\",l_m=\"4\",_____=\"2\",______2=\"1\"} 1");
    assertLeftOut(0, 0, 0);
  }

  /** Its samples would have the names of others. */
  @Test
  void namesThatCollideBySuffixInARenderingAlone_areLeftOutThere() {
    apply(Pushes.put(A, "a_b_count 1\n"));
    apply(Pushes.put(B, "# TYPE \"a.b\" summary\n{\"a.b_count\"} 2\n{\"a.b_sum\"} 3\n"));
    assertShown(EscapingScheme.UNDERSCORES, "a_b_count{instance=\"\",job=\"a\"} 1");
    assertEquals(3, shown(EscapingScheme.ALLOW_UTF8).size());
    assertLeftOut(1, 0, 0);
    apply(new Change.Delete(A));
    assertEquals(2, shown(EscapingScheme.UNDERSCORES).size());
    // Now the summary is the older one.
    apply(Pushes.put(A, "a_b_count 4\na_b_bucket 5\n"));
    assertShown(
        EscapingScheme.UNDERSCORES,
        "a_b_count{instance=\"\",job=\"b\"} 2",
        "a_b_sum{instance=\"\",job=\"b\"} 3",
        "a_b_bucket{instance=\"\",job=\"a\"} 5");
    assertLeftOut(1, 0, 0);
  }

  @Test
  void namesThatLookLikeTheServersOwn_joinThemOrAreLeftOut() {
    apply(Pushes.put(A, "# TYPE \"o.wn\" gauge\n{\"o.wn\"} 1\n"));
    apply(Pushes.put(B, "# TYPE \"own\u00e9\" gauge\n{\"own\u00e9\"} 1\n"));
    MetricFamily own =
        MetricFamily.newBuilder()
            .setName("o_wn")
            .setType(MetricType.COUNTER)
            .addMetric(
                Metric.newBuilder()
                    .setCounter(io.holdfast.proto.metrics.Counter.newBuilder().setValue(7)))
            .build();
    String text =
        text(
            store.groups().exposition(),
            EscapingScheme.UNDERSCORES,
            List.of(new SelfMetricFamily(own, false)));
    assertTrue(text.startsWith("# TYPE o_wn counter\no_wn 7\n# TYPE own_ gauge\n"), text);
  }

  @Test
  void groupsWhoseKeysLookAlike_areTwoGroups() {
    GroupKey dots = Pushes.group("job", "a", "x.y", "1");
    GroupKey plain = Pushes.group("job", "a", "x_y", "1");
    apply(Pushes.put(dots, "m 1\n"));
    apply(Pushes.put(plain, "m 2\n"));
    assertShown(EscapingScheme.UNDERSCORES, "m{instance=\"\",job=\"a\",x_y=\"1\"} 1");
    assertLeftOut(3, 0, 0);
    apply(new Change.Delete(dots));
    assertShown(EscapingScheme.ALLOW_UTF8, "m{instance=\"\",job=\"a\",x_y=\"1\"} 2");
    assertShown(EscapingScheme.UNDERSCORES, "m{instance=\"\",job=\"a\",x_y=\"1\"} 2");
    assertLeftOut(0, 0, 0);
  }

  /** Real conflicts are refused, and what they are told of is the pushed name. */
  @Test
  void conflictsUnderOnePushedName_areRefused() {
    apply(Pushes.put(A, "# TYPE \"a.b\" gauge\n{\"a.b\",x=\"1\"} 1\n"));
    WriteOutcome type = store.apply(Pushes.put(B, "# TYPE \"a.b\" counter\n{\"a.b\"} 1\n"));
    assertEquals(
        Rejection.Reason.TYPE_CONFLICT, ((WriteOutcome.Rejected) type).rejection().reason());
    WriteOutcome series = store.apply(Pushes.put(X, "# TYPE \"a.b\" gauge\n{\"a.b\"} 2\n"));
    assertEquals(
        "collected metric a.b{instance=\"\",job=\"a\",x=\"1\"} was collected before with the same"
            + " name and label values, from group {job=\"a\"}",
        ((WriteOutcome.Rejected) series).rejection().message());
  }

  /** A repeated push is the common one: it must not look at others, nor work anything out. */
  @Test
  void repeatedPush_keepsWhatIsLeftOut() {
    apply(Pushes.put(A, "{\"a.b\"} 1\n{\"a_b\"} 2\n{\"a-b\"} 3\n"));
    for (int i = 0; i < 3; i++) {
      apply(Pushes.put(A, "{\"a.b\"} 1\n{\"a_b\"} " + i + "\n{\"a-b\"} 3\n"));
      assertShown(EscapingScheme.UNDERSCORES, "a_b{instance=\"\",job=\"a\"} " + i);
      assertLeftOut(2, 0, 0);
    }
  }

  /** Names of few letters, types and labels: they look alike all the time. */
  @Test
  void whateverComesAndGoes_noSchemeShowsAnythingTwice_andAStoreReadAnewShowsTheSame()
      throws Exception {
    for (int i = 0; i < 30; i++) {
      long seed = Seed.ofCase(i);
      RandomGenerator random = Seed.random(seed);
      StoreFixture fixture = new StoreFixture(directory.resolve("s" + i));
      MemoryStore other = new MemoryStore(2);
      Map<EscapingScheme, String> shown = new HashMap<>();
      try (RocksGroupStore rocks = fixture.openReplicated()) {
        for (int n = 0; n < 50; n++) {
          Change change = randomChange(random);
          if (random.nextInt(3) > 0) {
            StoreFixture.submit(rocks, change);
          } else {
            StoreFixture.answer(rocks.merge(other.apply(change).request()));
          }
          if (n % 10 == 9) {
            assertSound(rocks.exposition(), Seed.message(seed));
          }
        }
        for (EscapingScheme scheme : EscapingScheme.values()) {
          shown.put(scheme, text(rocks.exposition(), scheme, List.of()));
        }
        assertFormatsAgree(rocks, Seed.message(seed));
      }
      try (RocksGroupStore again = fixture.openReplicated()) {
        for (EscapingScheme scheme : EscapingScheme.values()) {
          assertEquals(
              shown.get(scheme), text(again.exposition(), scheme, List.of()), Seed.message(seed));
        }
        assertSound(again.exposition(), Seed.message(seed));
      }
      fixture.close();
    }
  }

  /** Computes anew, by age, which series are shown. Earlier changes make no difference. */
  @Test
  void whateverComesAndGoes_theOldestIsShown() {
    for (int i = 0; i < 60; i++) {
      long seed = Seed.ofCase(i);
      RandomGenerator random = Seed.random(seed);
      try (Applying applying = new Applying(Map.of())) {
        for (int n = 0; n < 60; n++) {
          applying.apply(randomChange(random));
          for (EscapingScheme scheme : Looks.SCHEMES) {
            assertEquals(
                Judgement.of(applying.groups(), scheme),
                actual(applying.groups(), scheme),
                Seed.message(seed) + " change " + n + " " + scheme);
          }
        }
      }
    }
  }

  /** Which series are left out, each as its group, name and place. */
  private static Set<String> actual(Groups groups, EscapingScheme scheme) {
    Set<String> leftOut = new TreeSet<>();
    groups
        .names()
        .forEach(
            named ->
                named
                    .holders()
                    .forEach(
                        family -> {
                          BitSet places = family.notShown(scheme);
                          for (int at = 0; at < family.seriesHashes.length; at++) {
                            boolean isWholly = named.isLeftOut(Looks.indexOf(scheme));
                            if (!family.isShadowed(at) && (isWholly || places.get(at))) {
                              leftOut.add(place(family, at));
                            }
                          }
                        }));
    return leftOut;
  }

  private static String place(Family family, int at) {
    return family.group + " " + family.name() + " " + at;
  }

  /** What one scheme must leave out, by the plainest means: everything in order of age. */
  private static final class Judgement {
    private record Series(Family family, int at, String look) {}

    static Set<String> of(Groups groups, EscapingScheme scheme) {
      List<NamedFamily> names = new ArrayList<>();
      groups
          .names()
          .forEach(
              named -> {
                if (named.isExposed()) {
                  names.add(named);
                }
              });
      names.sort(
          Comparator.comparing((NamedFamily named) -> named.oldestClaim().since())
              .thenComparing(named -> !named.descriptor().isNamePlain())
              .thenComparing(named -> named.name().length())
              .thenComparing(NamedFamily::name));
      // A family is as old as the oldest that shares its name and type.
      Map<String, MetricType> shown = new HashMap<>();
      Set<NamedFamily> leftOut = new HashSet<>();
      for (NamedFamily named : names) {
        String name = scheme.metricName(named.name());
        MetricType type = shown.get(name);
        boolean collides =
            type == null
                ? SuffixRule.collides(shown::get, name, named.type())
                : type != named.type();
        if (collides) {
          leftOut.add(named);
        } else {
          shown.put(name, named.type());
        }
      }
      Set<String> places = new TreeSet<>();
      List<Series> all = new ArrayList<>();
      for (NamedFamily named : names) {
        named
            .holders()
            .forEach(
                family -> {
                  for (int at = 0; at < family.seriesHashes.length; at++) {
                    if (!family.isShadowed(at)) {
                      if (leftOut.contains(named)) {
                        places.add(place(family, at));
                      }
                      all.add(new Series(family, at, look(family, at, scheme)));
                    }
                  }
                });
      }
      all.sort(
          Comparator.comparing((Series one) -> one.family.claimedAt)
              .thenComparing(
                  one -> !one.look.equals(look(one.family, one.at, EscapingScheme.ALLOW_UTF8)))
              .thenComparing(one -> one.family.name())
              .thenComparing(one -> one.family.group)
              .thenComparing(one -> one.at));
      Set<String> looks = new HashSet<>();
      for (Series one : all) {
        if (!looks.add(one.look)) {
          places.add(place(one.family, one.at));
        }
      }
      return places;
    }

    /** The name, type and labels that the scheme shows. */
    private static String look(Family family, int at, EscapingScheme scheme) {
      BitSet others = new BitSet();
      others.set(0, family.seriesHashes.length);
      others.clear(at);
      byte[] text = SeriesText.of(family).without(others);
      if (scheme != EscapingScheme.ALLOW_UTF8) {
        text = io.holdfast.proto.TextEscaper.escaped(family.name(), text, scheme);
      }
      return family.type()
          + string(text)
              .lines()
              .map(line -> line.substring(0, line.lastIndexOf(' ')))
              .map(line -> Stream.of(line.split("[{,}]")).sorted().toList().toString())
              .toList()
              .toString();
    }
  }

  private static final List<String> NAMES =
      List.of(
          "a.b", "a-b", "a_b", "a_dot_b", "a.b_count", "a_b_count", "a-b_sum", "U__a_2e_b", "é");

  private static Change randomChange(RandomGenerator random) {
    List<GroupKey> groups =
        List.of(
            A,
            B,
            X,
            Pushes.group("job", "a", "x.y", "1"),
            Pushes.group("job", "a", "x_y", "1"),
            Pushes.group("job", "a", "x-y", "1"));
    GroupKey group = groups.get(random.nextInt(groups.size()));
    if (random.nextInt(6) == 0) {
      return new Change.Delete(group);
    }
    List<MetricFamily> families = new ArrayList<>();
    Set<String> names = new HashSet<>();
    for (int n = random.nextInt(1, 4); n > 0; n--) {
      String name = NAMES.get(random.nextInt(NAMES.size()));
      if (names.add(name)) {
        String type = List.of("gauge", "gauge", "summary", "counter").get(random.nextInt(4));
        String q = "\"" + name + "\"";
        String suffixed = type.equals("summary") ? "\"" + name + "_count\"" : q;
        StringBuilder body = new StringBuilder("# TYPE " + q + " " + type + "\n");
        Set<String> labels = new HashSet<>();
        for (int m = random.nextInt(1, 4); m > 0; m--) {
          String label =
              List.of("", ",x=\"1\"", ",\"x.y\"=\"1\"", ",x_y=\"1\"", ",\"x-y\"=\"1\",x_y=\"1\"")
                  .get(random.nextInt(5));
          if (labels.add(label)) {
            body.append("{" + suffixed + label + "} " + random.nextInt(100) + "\n");
          }
        }
        families.addAll(Pushes.families(body.toString()));
      }
    }
    Change change =
        PushPreparation.prepare(group, random.nextBoolean(), Pushes.NANOS, families, Pushes.LIMITS);
    return change instanceof Change.Push push && random.nextInt(3) == 0
        ? new Change.Unchecked(push)
        : change;
  }

  /** What is shown with what is left out is what is exposed, and nothing is there twice. */
  private static void assertSound(Exposition exposition, String message) throws ParseException {
    Map<EscapingScheme, Integer> series = new TreeMap<>();
    for (EscapingScheme scheme : EscapingScheme.values()) {
      series.put(scheme, seriesOf(text(exposition, scheme, List.of()), message + scheme));
    }
    for (EscapingScheme scheme : EscapingScheme.values()) {
      assertEquals(
          series.get(EscapingScheme.ALLOW_UTF8),
          (int) (series.get(scheme) + exposition.leftOutSeries(scheme)),
          message + scheme);
    }
  }

  private static int seriesOf(String text, String message) throws ParseException {
    Set<String> headers = new HashSet<>();
    Set<String> samples = new HashSet<>();
    text.lines()
        .filter(line -> line.startsWith("# TYPE"))
        .forEach(line -> assertTrue(headers.add(line.split(" ")[2]), () -> message + text));
    text.lines()
        .filter(line -> !line.startsWith("#"))
        .forEach(
            line ->
                assertTrue(
                    samples.add(line.substring(0, line.lastIndexOf(' '))), () -> message + text));
    int series = 0;
    for (MetricFamily family :
        TextParser.parse(text.getBytes(StandardCharsets.UTF_8), NameRule.UTF8)) {
      series += family.getMetricCount();
      for (Metric metric : family.getMetricList()) {
        assertEquals(
            metric.getLabelCount(),
            metric.getLabelList().stream().map(LabelPair::getName).distinct().count(),
            message);
      }
    }
    return series;
  }

  /** Protobuf is made of messages, text of text. */
  private static void assertFormatsAgree(RocksGroupStore rocks, String message) throws Exception {
    try (Snapshot snapshot = StoreFixture.answer(rocks.snapshot())) {
      for (EscapingScheme scheme : EscapingScheme.values()) {
        ExpositionFormat format = new ExpositionFormat(Syntax.PROTOBUF, scheme);
        List<MetricFamily> families;
        try (ExpositionReader reader =
            snapshot.reader(new ExpositionRequest(format, false), List.of())) {
          families = io.holdfast.proto.DelimitedParser.parse(Pushes.bytes(reader));
        }
        StringBuilder written = new StringBuilder();
        for (MetricFamily family : families) {
          String help = family.hasHelp() ? family.getHelp() : null;
          ExpositionFormat text = new ExpositionFormat(Syntax.TEXT, EscapingScheme.ALLOW_UTF8);
          written.append(
              string(
                  text.header(
                      new ExpositionFormat.FamilyHeader(family.getName(), family.getType(), help),
                      0)));
          written.append(
              string(
                  text.samples(family.getName(), family.getType(), family.getMetricList(), false)));
        }
        assertEquals(text(snapshot.exposition(), scheme, List.of()), written.toString(), message);
      }
    }
  }

  private void apply(Change change) {
    assertEquals(new WriteOutcome.Applied(), store.apply(change));
  }

  private void assertShown(EscapingScheme scheme, String... samples) {
    assertEquals(Set.of(samples), shown(scheme));
  }

  private Set<String> shown(EscapingScheme scheme) {
    return metrics(scheme)
        .lines()
        .filter(line -> !line.startsWith("#"))
        .collect(Collectors.toSet());
  }

  /** Without the push times. */
  private String metrics(EscapingScheme scheme) {
    String text = text(store.groups().exposition(), scheme, List.of());
    return text.lines()
        .filter(line -> !line.matches("(# (HELP|TYPE) )?push_(failure_)?time_seconds.*"))
        .collect(Collectors.joining("\n", "", "\n"));
  }

  private static String text(
      Exposition exposition, EscapingScheme scheme, List<SelfMetricFamily> own) {
    ExpositionRequest request =
        new ExpositionRequest(new ExpositionFormat(Syntax.TEXT, scheme), false);
    try (ExpositionReader reader = exposition.reader(request, own)) {
      return string(Pushes.bytes(reader));
    }
  }

  private static String string(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }

  private void assertLeftOut(int underscores, int dots, int values) {
    Exposition exposition = store.groups().exposition();
    assertEquals(0, exposition.shadowedSeries());
    assertEquals(
        List.of((long) underscores, (long) dots, (long) values),
        Looks.SCHEMES.stream().map(exposition::leftOutSeries).toList());
  }
}
