package io.holdfast.cluster.replication;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.storage.GroupStore;
import java.util.concurrent.CompletableFuture;

/** A node among three. */
class ReplicatedGroupStoreContractTest extends GroupStoreContract {
  private final ThreeNodes nodes = new ThreeNodes();

  @Override
  GroupStore store() {
    return nodes.life(0).groups;
  }

  @Override
  <T> T await(CompletableFuture<T> future) {
    for (int second = 0; second < 30 && !future.isDone(); second++) {
      nodes.run(ThreeNodes.SECOND);
    }
    assertTrue(future.isDone(), "no answer in 30 s");
    return future.join();
  }

  @Override
  GroupStore reopenedAfterCrash() {
    nodes.crash(0);
    nodes.start(0);
    nodes.run(15 * ThreeNodes.SECOND);
    return store();
  }
}
