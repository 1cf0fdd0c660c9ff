package io.holdfast.server.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.ToLongFunction;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * A cluster at work for minutes in the gate, and for an hour by {@code scripts/soak}: pushes,
 * deletes, groups that expire, scrapes in every format, refused and broken requests, and restarts
 * of two nodes in turn. The live groups stay as many. So nothing of the node that is never
 * restarted may grow: heap after a full collection, memory outside the heap, descriptors, threads,
 * or store.
 */
@Tag("cluster")
final class SoakIT {
  private static final long SEED = Processes.seed();
  private static final Duration DURATION =
      Duration.ofMinutes(Long.getLong("holdfast.soak.minutes", 5));

  /** Of each client between two requests. In the gate other tests run beside this one. */
  private static final Duration PAUSE =
      Duration.ofMillis(Long.getLong("holdfast.soak.pauseMillis", 100));

  private static final int PHASES = 12;
  private static final int PHASES_A_RESTART = 3;

  /** Caches fill, code is compiled, and tables of the store reach their size. */
  private static final int WARM_UP_PHASES = 4;

  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final long MEBIBYTE = 1 << 20;

  @RegisterExtension final Processes processes = Processes.perTest();

  @TempDir Path directory;

  /** What the node holds after a phase. */
  private record Sample(long heap, long outsideHeap, long descriptors, long threads, long store) {
    @Override
    public String toString() {
      return "heap %d KiB, outside %d KiB, %d descriptors, %d threads, store %d KiB"
          .formatted(heap >> 10, outsideHeap >> 10, descriptors, threads, store >> 10);
    }
  }

  @Test
  void longWork_leavesMemoryDescriptorsThreadsAndStoreAsTheyWere() throws Exception {
    Cluster cluster = Cluster.start(processes, directory);
    ServerProcess node = cluster.node(1);
    List<Sample> samples = new ArrayList<>();
    try (ClusterLoad load = new ClusterLoad(cluster, SEED, PAUSE);
        StrayClients strays = new StrayClients(node, PAUSE)) {
      load.start();
      for (int phase = 0; phase < PHASES; phase++) {
        long begun = System.nanoTime();
        if (phase % PHASES_A_RESTART == 0) {
          int restarts = phase / PHASES_A_RESTART;
          restart(cluster, 2 + restarts % 2, restarts % 4 < 2);
        }
        work(load, begun);
        samples.add(sample(node, cluster.store(1)));
        System.out.println("SoakIT: phase " + phase + ": " + samples.get(phase));
      }
      load.stop();
      System.out.printf(
          "SoakIT: seed %d, %s, %d acknowledged, %d not, %d scrapes, %d stray requests%n",
          SEED, DURATION, load.answered(), load.unanswered(), load.scrapes(), strays.stop());
      load.check(cluster, "after the soak");
    }
    assertFlat(samples, "heap", Sample::heap, 4 * MEBIBYTE);
    assertFlat(samples, "memory outside the heap", Sample::outsideHeap, 24 * MEBIBYTE);
    assertFlat(samples, "descriptors", Sample::descriptors, 12);
    assertFlat(samples, "threads", Sample::threads, 8);
    assertFlat(samples, "store", Sample::store, 24 * MEBIBYTE);
  }

  private static void work(ClusterLoad load, long begun) throws Exception {
    Duration phase = DURATION.dividedBy(PHASES);
    long before = load.answered();
    Awaitility.await("the load of a phase")
        .pollInterval(Duration.ofMillis(100))
        .atMost(phase.plus(PATIENCE))
        .until(
            () -> System.nanoTime() - begun >= phase.toNanos() && load.answered() > before + 100);
    load.verify();
  }

  private static void restart(Cluster cluster, int node, boolean isInOrder) throws IOException {
    if (isInOrder) {
      assertEquals(0, cluster.node(node).stop(), cluster.node(node)::output);
    } else {
      cluster.kill(node);
    }
    cluster.start(node);
    cluster.awaitComplete();
  }

  private Sample sample(ServerProcess node, Path store) throws IOException {
    Path jcmd = Path.of(Programs.java()).resolveSibling("jcmd");
    Programs.run(
            directory, new byte[0], List.of(jcmd.toString(), Long.toString(node.pid()), "GC.run"))
        .orFail();
    Map<String, String> own =
        Exposition.parse(node.send(Step.get("/metrics?collect[]=self")).text()).values();
    return new Sample(
        value(own, "jvm_memory_pool_collection_used_bytes", "pool=\"Tenured Gen\""),
        value(own, "process_resident_memory_bytes", "")
            - value(own, "jvm_memory_committed_bytes", "area=\"heap\""),
        value(own, "process_open_fds", ""),
        value(own, "jvm_threads_current", ""),
        bytes(store));
  }

  private static long value(Map<String, String> metrics, String name, String label) {
    return metrics.entrySet().stream()
        .filter(each -> each.getKey().startsWith(name + "{") && each.getKey().contains(label))
        .map(each -> (long) Double.parseDouble(each.getValue()))
        .findFirst()
        .orElseThrow(() -> new AssertionError(name + " is missing in " + metrics.keySet()));
  }

  private static long bytes(Path store) throws IOException {
    try (Stream<Path> files = Files.list(store)) {
      return files.mapToLong(SoakIT::size).sum();
    }
  }

  private static long size(Path file) {
    try {
      return Files.size(file);
    } catch (NoSuchFileException e) {
      return 0; // The store has replaced a file meanwhile.
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /** The least of the last third against the most of the third before. */
  private static void assertFlat(
      List<Sample> samples, String what, ToLongFunction<Sample> quantity, long tolerance) {
    int middle = WARM_UP_PHASES + (PHASES - WARM_UP_PHASES) / 2;
    long before =
        samples.subList(WARM_UP_PHASES, middle).stream().mapToLong(quantity).max().orElseThrow();
    long after = samples.subList(middle, PHASES).stream().mapToLong(quantity).min().orElseThrow();
    assertTrue(
        after <= before + tolerance,
        () -> what + " grew from " + before + " to " + after + ": " + samples + ", seed " + SEED);
  }
}
