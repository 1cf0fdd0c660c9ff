package io.holdfast.storage;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.holdfast.storage.StoreOptions.Replicated;
import io.holdfast.storage.WriteOutcome.Applied;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;

/** Stores on one directory, and what tests do with them. Closes the one that is open. */
public final class StoreFixture implements AutoCloseable {
  public static final Duration PATIENCE = Duration.ofSeconds(30);

  public final Path directory;
  private final List<RocksGroupStore> opened = new ArrayList<>();

  public StoreFixture(Path directory) {
    this.directory = directory;
  }

  public static StoreOptions options(Path directory) {
    return new StoreOptions(
        directory,
        new StoreOptions.Surroundings(
            InstantSource.system(), System::nanoTime, (changes, bytes, nanos) -> {}),
        StoreOptions.Capacity.ofQueue(1_000),
        StoreOptions.Rules.NONE,
        null);
  }

  public RocksGroupStore open() {
    try {
      return openOrRefuse(options(directory));
    } catch (StoreException e) {
      throw new AssertionError(e);
    }
  }

  public static StoreOptions replicated(Path directory, boolean newStoreIsComplete) {
    StoreOptions usual = options(directory);
    return new StoreOptions(
        usual.directory(),
        usual.surroundings(),
        usual.capacity(),
        usual.rules(),
        new Replicated(newStoreIsComplete));
  }

  /** Opens as one of several nodes; a new store is complete. */
  public RocksGroupStore openReplicated() {
    try {
      return openOrRefuse(replicated(directory, true));
    } catch (StoreException e) {
      throw new AssertionError(e);
    }
  }

  public RocksGroupStore openOrRefuse(StoreOptions options) throws StoreException {
    RocksGroupStore store = RocksGroupStore.open(options, Runnable::run);
    opened.add(store);
    return store;
  }

  public static WriteOutcome result(CompletableFuture<WriteOutcome> outcome) {
    return answer(outcome);
  }

  public static <T> T answer(CompletableFuture<T> answer) {
    try {
      return answer.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    } catch (InterruptedException | ExecutionException | TimeoutException e) {
      throw new AssertionError(e);
    }
  }

  public static WriteOutcome submit(GroupStore store, Change change) {
    return result(store.submit(change));
  }

  public static void apply(GroupStore store, Change change) {
    assertEquals(new Applied(), submit(store, change));
  }

  public static String text(GroupStore store) {
    return Pushes.text(store.exposition());
  }

  /** Every file with its bytes, but for RocksDB's own diary. */
  public static Map<String, byte[]> files(Path directory) {
    Map<String, byte[]> files = new TreeMap<>();
    try (Stream<Path> all = Files.list(directory)) {
      for (Path file : all.toList()) {
        files.put(file.getFileName().toString(), Files.readAllBytes(file));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return files;
  }

  /** The only, or the newest, file of this kind. */
  public static Path newest(Path directory, String extension) {
    try (Stream<Path> all = Files.list(directory)) {
      return all.filter(file -> file.toString().endsWith(extension))
          .max((one, other) -> one.getFileName().compareTo(other.getFileName()))
          .orElseThrow(() -> new AssertionError("no " + extension + " in " + directory));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public static void copy(Path from, Path to) {
    try (Stream<Path> all = Files.list(from)) {
      Files.createDirectories(to);
      for (Path file : all.toList()) {
        Files.copy(file, to.resolve(file.getFileName()));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Closes what is open; none of the store's threads may be left. */
  @Override
  public void close() {
    opened.forEach(RocksGroupStore::close);
    await().atMost(PATIENCE).untilAsserted(() -> assertEquals(List.of(), storeThreads()));
  }

  public static List<String> storeThreads() {
    return Thread.getAllStackTraces().keySet().stream()
        .map(Thread::getName)
        .filter(name -> name.startsWith("store-"))
        .toList();
  }
}
