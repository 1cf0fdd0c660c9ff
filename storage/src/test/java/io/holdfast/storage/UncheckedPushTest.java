package io.holdfast.storage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.proto.metrics.MetricType;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Pushes that were not compared with the stored groups. A scrape shows no conflict. */
class UncheckedPushTest {
  private static final GroupKey A = Pushes.job("a");
  private static final GroupKey B = Pushes.job("b");

  @TempDir Path directory;
  private StoreFixture fixture;
  private RocksGroupStore store;

  @BeforeEach
  void open() throws StoreException {
    fixture = new StoreFixture(directory.resolve("store"));
    store = fixture.openOrRefuse(options());
  }

  private StoreOptions options() {
    StoreOptions usual = StoreFixture.options(fixture.directory);
    return new StoreOptions(
        usual.directory(),
        usual.surroundings(),
        StoreOptions.Capacity.ofQueue(10),
        new StoreOptions.Rules(
            Map.of("own_total", MetricType.COUNTER, "own_seconds", MetricType.SUMMARY),
            GroupLimits.NONE),
        null);
  }

  @AfterEach
  void close() {
    fixture.close();
  }

  private void push(GroupKey group, String body) {
    Change.Push push = Pushes.accepted(Pushes.put(group, body));
    StoreFixture.apply(store, new Change.Unchecked(push));
  }

  private void assertExposed(String line) {
    assertTrue(StoreFixture.text(store).contains(line), StoreFixture.text(store));
  }

  private void assertHidden(String line) {
    assertFalse(StoreFixture.text(store).contains(line), StoreFixture.text(store));
  }

  @Test
  void typeConflict_isShadowed_untilTheOtherGoes() throws StoreException {
    push(A, "# TYPE m gauge\nm 1\n");
    push(B, "# TYPE m counter\nm 2\n");
    assertExposed("# TYPE m gauge\nm{instance=\"\",job=\"a\"} 1\n");
    assertHidden("m{instance=\"\",job=\"b\"}");
    assertEquals(1, store.exposition().shadowedSeries());

    store.close();
    store = fixture.openOrRefuse(options());
    assertEquals(1, store.exposition().shadowedSeries());
    StoreFixture.apply(store, new Change.Delete(A));
    assertExposed("# TYPE m counter\nm{instance=\"\",job=\"b\"} 2\n");
    assertEquals(0, store.exposition().shadowedSeries());
  }

  @Test
  void duplicateSeries_isShadowed() {
    push(A, "m{instance=\"i\"} 1\n");
    push(Pushes.group("job", "a", "instance", "i"), "m 2\n");
    assertExposed("m{instance=\"i\",job=\"a\"} 1\n");
    assertHidden("m{instance=\"i\",job=\"a\"} 2\n");
    assertEquals(1, store.exposition().shadowedSeries());
  }

  @Test
  void suffixCollision_isShadowed_withinOnePushToo() {
    push(A, "# TYPE s summary\ns_sum 1\ns_count 1\n");
    push(B, "s_count 2\n");
    assertHidden("s_count{instance=\"\",job=\"b\"}");
    assertEquals(1, store.exposition().shadowedSeries());
  }

  @Test
  void samePushTimes_areShadowed() {
    push(A, "m 1\n");
    push(Pushes.group("job", "a", "instance", ""), "n 2\n");
    assertExposed("n{instance=\"\",job=\"a\"} 2\n");
    assertEquals(2, store.exposition().shadowedSeries());
  }

  @Test
  void whatContradictsTheSelfMetrics_isShadowed() {
    push(A, "# TYPE own_total gauge\nown_total 1\n");
    push(B, "own_seconds_count 1\n");
    push(Pushes.job("c"), "# TYPE own_total counter\nown_total 3\n");
    assertHidden("own_total{instance=\"\",job=\"a\"}");
    assertHidden("own_seconds_count");
    StoreFixture.apply(store, new Change.Delete(A));
    assertExposed("own_total{instance=\"\",job=\"c\"} 3\n");
    assertEquals(1, store.exposition().shadowedSeries());
  }

  @Test
  void ownFamilyNamesThatPushedSummariesOwn_areNotTaken() throws StoreException {
    StoreOptions usual = options();
    store.close();
    store =
        fixture.openOrRefuse(
            new StoreOptions(
                usual.directory(),
                usual.surroundings(),
                StoreOptions.Capacity.ofQueue(10),
                new StoreOptions.Rules(Map.of("own_count", MetricType.GAUGE), GroupLimits.NONE),
                null));
    push(A, "# TYPE own summary\nown_sum 1\nown_count 1\n");
    assertEquals(1, store.exposition().shadowedSeries());
    assertHidden("own_count");
  }

  @Test
  void checkedPush_againstAShadowedOne_isStillRefused() {
    push(A, "# TYPE m gauge\nm 1\n");
    push(B, "# TYPE m counter\nm 2\n");
    WriteOutcome outcome =
        StoreFixture.submit(store, Pushes.put(Pushes.job("c"), "# TYPE m counter\nm 1\n"));
    assertTrue(outcome instanceof WriteOutcome.Rejected, outcome::toString);
  }
}
