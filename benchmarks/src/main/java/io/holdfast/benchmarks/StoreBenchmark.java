package io.holdfast.benchmarks;

import io.holdfast.storage.Change;
import io.holdfast.storage.ContentLimits;
import io.holdfast.storage.ExpositionReader;
import io.holdfast.storage.GroupKey;
import io.holdfast.storage.PushPreparation;
import io.holdfast.storage.RocksGroupStore;
import io.holdfast.storage.StoreOptions;
import io.holdfast.storage.WriteOutcome;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.infra.Blackhole;

/**
 * The cost of a store: a commit with merge, index and sync, and scrapes of groups that have not
 * changed. The store is in the directory for temporary files, which may be on a disk or in memory.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@State(Scope.Benchmark)
public class StoreBenchmark {
  private static final int FAMILIES = 7;
  private static final int QUEUE = 1024;
  private static final int BATCH = 64;
  private static final ContentLimits LIMITS = ContentLimits.ofText(1 << 30);
  private static final long RECEIVED_AT_NANOS = 1_700_000_000_000_000_000L;

  @Param({"100", "10000"})
  public int groups;

  private Path directory;
  private RocksGroupStore store;
  private int changes;

  /** Fills the store. */
  @Setup
  public void open() throws Exception {
    directory = Files.createTempDirectory("holdfast-benchmark");
    StoreOptions options =
        new StoreOptions(
            directory.resolve("store"),
            new StoreOptions.Surroundings(
                InstantSource.system(), System::nanoTime, (committed, bytes, nanos) -> {}),
            StoreOptions.Capacity.ofQueue(QUEUE),
            StoreOptions.Rules.NONE,
            null);
    store = RocksGroupStore.open(options, Runnable::run);
    while (changes < groups) {
      commit64Pushes();
    }
  }

  /** Closes the store and removes its files. */
  @TearDown
  public void close() throws IOException {
    store.close();
    try (Stream<Path> files = Files.walk(directory)) {
      files.sorted(Comparator.reverseOrder()).forEach(StoreBenchmark::delete);
    }
  }

  /** Commits 64 pushes that are under way at once, each to another group. */
  @Benchmark
  public void commit64Pushes() {
    CompletableFuture<?>[] outcomes = new CompletableFuture<?>[BATCH];
    for (int i = 0; i < BATCH; i++) {
      outcomes[i] = store.submit(push(changes++));
    }
    CompletableFuture.allOf(outcomes).join();
    for (CompletableFuture<?> outcome : outcomes) {
      requireCommitted(outcome.join());
    }
  }

  @Benchmark
  public void scrape(Blackhole blackhole) {
    read(store.exposition().text(List.of()), blackhole);
  }

  /** Joins pieces that former scrapes have compressed. */
  @Benchmark
  public void scrapeGzip(Blackhole blackhole) {
    read(store.exposition().gzippedText(List.of()), blackhole);
  }

  private Change push(int number) {
    Map<String, String> labels = Map.of("job", "nightly", "instance", "i" + number % groups);
    return PushPreparation.prepare(
        GroupKey.of(new TreeMap<>(labels)),
        true,
        RECEIVED_AT_NANOS + number,
        Bodies.families(Bodies.text(FAMILIES, number)),
        LIMITS);
  }

  private static void requireCommitted(Object outcome) {
    if (!(outcome instanceof WriteOutcome.Applied)) {
      throw new IllegalStateException(outcome.toString());
    }
  }

  private static void read(ExpositionReader reader, Blackhole blackhole) {
    try (reader) {
      for (ByteBuffer piece = reader.next(); piece != null; piece = reader.next()) {
        blackhole.consume(piece);
      }
    }
  }

  private static void delete(Path file) {
    try {
      Files.delete(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
