package io.holdfast.storage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.storage.WriteOutcome.Applied;
import io.holdfast.storage.WriteOutcome.Rejected;
import io.holdfast.storage.WriteOutcome.Unavailable;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Groups of many shapes take no more heap than they are counted with. */
class HeapCostTest {
  /** Above the noise of what else happens in the process. */
  private static final long ENOUGH_BYTES = 12 << 20;

  /** Groups are dropped from the count as they are from the heap. */
  private record Shape(String name, IntFunction<Change> change) {
    @Override
    public String toString() {
      return name;
    }
  }

  static Stream<Shape> shapes() {
    return Stream.of(
        new Shape("one name", i -> Pushes.put(key(i, 8), "m{l=\"" + i + "\"} 1\n")),
        new Shape("many names", i -> Pushes.post(key(i / 50, 8), "m" + i + " 1\n")),
        new Shape("short keys", i -> Pushes.put(Pushes.job(Integer.toString(i, 36)), "m 1\n")),
        new Shape("long keys", i -> Pushes.put(key(i, 4_000), "m 1\n")),
        new Shape(
            "long help", i -> Pushes.put(key(i, 8), help(i % 400, 8_000) + "m" + i % 400 + " 1\n")),
        new Shape("own help", i -> Pushes.put(key(i, 8), help(0, 2_000 + i % 2_000) + "m0 1\n")),
        new Shape("histograms", i -> Pushes.put(key(i, 8), histogram(i))),
        new Shape("many series", i -> Pushes.put(key(i, 8), series(i))),
        new Shape("refused only", i -> Pushes.put(key(i, 8), "m 1 2\n")),
        new Shape("refused, long keys", i -> Pushes.put(key(i, 4_000), "m 1 2\n")),
        new Shape("empty only", i -> Pushes.put(key(i, 8), "")));
  }

  private static GroupKey key(int number, int length) {
    String value = "v".repeat(length) + number;
    return GroupKey.of(new TreeMap<>(Map.of("job", "x", "instance", value)));
  }

  private static String help(int name, int length) {
    return "# HELP m" + name + " " + "h".repeat(length) + "\n";
  }

  private static String histogram(int number) {
    StringBuilder text = new StringBuilder("# TYPE h histogram\n");
    for (int i = 0; i < 10; i++) {
      text.append("h_bucket{l=\"").append(number).append("\",le=\"").append(i).append("\"} 1\n");
    }
    return text.toString();
  }

  private static String series(int number) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < 200; i++) {
      text.append("s{l=\"").append(number).append("\",i=\"").append(i).append("\"} 1\n");
    }
    return text.toString();
  }

  @ParameterizedTest
  @MethodSource("shapes")
  void memoryBytes_isNeverBelowTheHeap(Shape shape) {
    AtomicLong count = new AtomicLong();
    long heap =
        HeapInUse.of(
            () -> {
              Applying store = filled(shape);
              count.set(store.groups().memoryBytes());
              return List.of(store, store.groups().exposition());
            });
    long counted = count.get();
    assertTrue(heap <= counted, () -> heap + " bytes of heap, counted as " + counted);
    // A count that is far too high would refuse pushes that have room.
    assertTrue(heap > counted / 4, () -> heap + " bytes of heap, counted as " + counted);
  }

  private static Applying filled(Shape shape) {
    try (Applying store = new Applying(Map.of())) {
      for (int i = 0; store.groups().memoryBytes() < ENOUGH_BYTES; i++) {
        store.apply(shape.change.apply(i));
      }
      return store;
    }
  }

  @ParameterizedTest
  @MethodSource("shapes")
  void memoryBytes_isZero_whenAllGroupsAreGone(Shape shape) {
    try (Applying store = new Applying(Map.of())) {
      for (int i = 0; i < 120; i++) {
        long before = store.groups().memoryBytes();
        Change change = shape.change.apply(i);
        long growth = store.groups().growth(change);
        store.apply(change);
        long grown = store.groups().memoryBytes() - before;
        assertTrue(grown <= growth, () -> grown + " bytes more, foretold " + growth);
      }
      store.groups().keys().forEach(key -> store.apply(new Change.Delete(key)));
      assertEquals(0, store.groups().memoryBytes());
    }
  }

  @Test
  void refusedAndEmptyPushes_aboveTheLimit_leaveNothing() {
    try (Applying store = new Applying(Map.of(), GroupLimits.NONE, 100_000)) {
      int taken = 0;
      while (store.apply(Pushes.put(key(taken, 4_000), "")) instanceof Applied) {
        taken++;
      }
      assertTrue(taken > 2, () -> "a hundred thousand bytes have room for some");
      long bytes = store.groups().memoryBytes();
      GroupKey other = key(9_999, 4_000);
      assertInstanceOf(Rejected.class, store.apply(Pushes.put(other, "m 1 2\n")));
      assertInstanceOf(Unavailable.class, store.apply(Pushes.put(other, "")));
      assertInstanceOf(Unavailable.class, store.apply(Pushes.put(other, "m 1\n")));
      assertNull(store.groups().get(other));
      assertEquals(bytes, store.groups().memoryBytes());

      assertInstanceOf(Applied.class, store.apply(new Change.Delete(key(0, 4_000))));
      assertInstanceOf(Applied.class, store.apply(Pushes.put(key(1, 4_000), "")));
    }
  }
}
