package io.holdfast.cluster.replication;

import io.holdfast.storage.GroupStore;
import io.holdfast.storage.RocksGroupStore;
import io.holdfast.storage.StoreException;
import io.holdfast.storage.StoreOptions;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** Does not crash the process: the process tests of the server do. */
class RocksGroupStoreContractTest extends GroupStoreContract {
  @TempDir private Path directory;
  private RocksGroupStore store;

  @BeforeEach
  void open() {
    StoreOptions options =
        new StoreOptions(
            directory,
            new StoreOptions.Surroundings(
                InstantSource.system(), System::nanoTime, (changes, bytes, nanos) -> {}),
            StoreOptions.Capacity.ofQueue(1_000),
            StoreOptions.Rules.NONE,
            null);
    try {
      store = RocksGroupStore.open(options, Runnable::run);
    } catch (StoreException e) {
      throw new AssertionError(e);
    }
  }

  @AfterEach
  void close() {
    store.close();
  }

  @Override
  GroupStore store() {
    return store;
  }

  @Override
  <T> T await(CompletableFuture<T> future) {
    try {
      return future.get(30, TimeUnit.SECONDS);
    } catch (InterruptedException | ExecutionException | TimeoutException e) {
      throw new AssertionError(e);
    }
  }

  @Override
  GroupStore reopenedAfterCrash() {
    store.close();
    open();
    return store;
  }
}
