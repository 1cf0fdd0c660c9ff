package io.holdfast.storage;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import io.holdfast.proto.DelimitedParser;
import io.holdfast.proto.HeapMeter;
import io.holdfast.proto.NameRule;
import io.holdfast.proto.ParseException;
import io.holdfast.proto.TextParser;
import io.holdfast.proto.metrics.MetricFamily;
import io.holdfast.testkit.Seed;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

/**
 * Looks for the body that takes the most heap for each byte that was sent or counted. More rounds:
 * {@code -Dholdfast.test.rounds=20}.
 */
final class HeapPerByteTest {
  private static final int ROUNDS = Integer.getInteger("holdfast.test.rounds", 2);
  private static final int SMALLEST_BODY = 64 << 10;
  private static final int BODIES_PER_ROUND = 60;
  private static final int MEASURED_PER_ROUND = 3;
  private static final double COPIES = 2;
  private static final ContentLimits LIMITS = ContentLimits.ofText(64 << 20);

  private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
  private final GroupKey group = GroupKey.of(new TreeMap<>(Map.of("job", "x")));

  /** What a body becomes, all of it in use until the push is answered. */
  private record Pushed(List<MetricFamily> families, Change change) {}

  private record Candidate(BodyRecipe recipe, double allocatedPerGranted) {}

  @Test
  void heapOfAPush_isNeverAboveWhatItCounts() {
    for (int round = 0; round < ROUNDS; round++) {
      long seed = Seed.ofCase(round);
      search(Seed.random(seed), Seed.message(seed));
    }
  }

  /** Allocations are cheap to count and lead the way; heap in use is what is asserted. */
  private void search(RandomGenerator random, String message) {
    PriorityQueue<Candidate> best =
        new PriorityQueue<>(Comparator.comparingDouble(Candidate::allocatedPerGranted));
    for (int i = 0; i < BODIES_PER_ROUND; i++) {
      List<Candidate> parents = List.copyOf(best);
      BodyRecipe recipe =
          parents.isEmpty() || random.nextInt(3) == 0
              ? BodyRecipe.random(random)
              : parents.get(random.nextInt(parents.size())).recipe.mutated(random);
      byte[] body = recipe.body();
      if (body.length < SMALLEST_BODY) {
        // Too small to be told from what else happens on the heap.
        continue;
      }
      double ratio = allocatedPerGranted(body, recipe.isText());
      best.add(new Candidate(recipe, ratio));
      if (best.size() > MEASURED_PER_ROUND) {
        best.remove();
      }
    }
    for (Candidate candidate : best) {
      double ratio = heapPerGranted(candidate.recipe.body(), candidate.recipe.isText());
      assertTrue(
          ratio <= 1,
          () -> ratio + " of what was granted: " + describe(candidate) + "; " + message);
    }
  }

  private static String describe(Candidate candidate) {
    return Arrays.toString(candidate.recipe.genes());
  }

  private double allocatedPerGranted(byte[] body, boolean isText) {
    HeapMeter meter = new HeapMeter(1, group.encoded().length, bytes -> true);
    long before = threads.getCurrentThreadAllocatedBytes();
    Pushed unused = push(body, isText, meter);
    return (double) (threads.getCurrentThreadAllocatedBytes() - before) / granted(body, meter);
  }

  /** Parsed families have sanitised copies, and what is written grows in an array of its own. */
  private double heapPerGranted(byte[] body, boolean isText) {
    double least = Double.MAX_VALUE;
    // Other threads allocate, too: the least of a few is the body's.
    for (int i = 0; i < 3 && least > 0.5; i++) {
      HeapMeter meter = new HeapMeter(1, group.encoded().length, bytes -> true);
      long heap = HeapInUse.of(() -> push(body, isText, meter));
      least = Math.min(least, COPIES * heap / granted(body, meter));
    }
    return least;
  }

  private static double granted(byte[] body, HeapMeter meter) {
    return Math.max(HeapMeter.BYTES_PER_BYTE * (long) body.length, meter.total());
  }

  private Pushed push(byte[] body, boolean isText, HeapMeter meter) {
    try {
      List<MetricFamily> families =
          isText
              ? TextParser.parse(body, NameRule.UTF8, meter)
              : DelimitedParser.parse(body, meter);
      return new Pushed(families, PushPreparation.prepare(group, false, 1, families, LIMITS));
    } catch (ParseException e) {
      return new Pushed(List.of(), new Change.Wipe());
    }
  }
}
