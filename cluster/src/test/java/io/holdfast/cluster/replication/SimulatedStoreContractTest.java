package io.holdfast.cluster.replication;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.cluster.replication.SimulatedTime.Scope;
import io.holdfast.storage.GroupStore;
import io.holdfast.storage.SimulatedDisk;
import io.holdfast.storage.SimulatedStore;
import io.holdfast.storage.StoreOptions.Replicated;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/** What the simulation runs keeps the promises, too. */
class SimulatedStoreContractTest extends GroupStoreContract {
  private final SimulatedTime time = new SimulatedTime();
  private final SimulatedDisk disk = new SimulatedDisk();
  private final RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(1);
  private Scope process = new Scope();
  private SimulatedStore store = open();

  private SimulatedStore open() {
    return new SimulatedStore(
        disk,
        new Replicated(true),
        () -> Instant.ofEpochMilli(SimulatedNode.EPOCH_MILLIS + time.now() / 1_000_000),
        random,
        (delay, task) -> time.after(delay, process, task));
  }

  @Override
  GroupStore store() {
    return store;
  }

  @Override
  <T> T await(CompletableFuture<T> future) {
    long end = time.now() + 30 * ThreeNodes.SECOND;
    while (!future.isDone() && time.step(end)) {
      // Until the store has answered.
    }
    assertTrue(future.isDone(), "no answer in 30 s");
    return future.join();
  }

  @Override
  GroupStore reopenedAfterCrash() {
    process.isAlive = false;
    store.crash();
    process = new Scope();
    store = open();
    return store;
  }
}
