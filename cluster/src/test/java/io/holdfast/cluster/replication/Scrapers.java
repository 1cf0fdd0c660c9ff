package io.holdfast.cluster.replication;

import static io.holdfast.cluster.replication.SimulatedCluster.MILLI;
import static io.holdfast.cluster.replication.SimulatedCluster.SECOND;

import io.holdfast.cluster.replication.SimulatedNode.Life;
import io.holdfast.storage.ReadResult;
import io.holdfast.storage.SnapshotRead;
import java.util.concurrent.CompletableFuture;

/**
 * Scrapes through any node, in turn of the exposition and of a snapshot. Each fresh answer is
 * checked against the promises.
 */
final class Scrapers {
  private final SimulatedCluster cluster;
  private final Promises promises;
  private int scrapes;

  Scrapers(SimulatedCluster cluster, Promises promises) {
    this.cluster = cluster;
    this.promises = promises;
  }

  void start() {
    cluster.at(SECOND, this::scrape);
  }

  private void scrape() {
    SimulatedNode node = cluster.anyNode();
    Life life = node.life;
    long startedAt = cluster.time.now();
    if (life != null) {
      cluster.time.after(
          cluster.random.nextLong(2 * MILLI), life.process, () -> scrape(node, life, startedAt));
    }
    cluster.at(cluster.random.nextLong(150 * MILLI), this::scrape);
  }

  private void scrape(SimulatedNode node, Life life, long startedAt) {
    boolean isOfText = scrapes++ % 2 == 0;
    CompletableFuture<Void> unused =
        isOfText
            ? life.groups.read().thenAccept(result -> check(node, result, startedAt))
            : life.groups.readSnapshot().thenAccept(result -> check(node, result, startedAt));
  }

  private void check(SimulatedNode node, ReadResult result, long startedAt) {
    if (result instanceof ReadResult.Fresh fresh) {
      promises.check(node, ShownValues.of(fresh.exposition()), startedAt);
    }
  }

  private void check(SimulatedNode node, SnapshotRead result, long startedAt) {
    if (result instanceof SnapshotRead.Fresh fresh) {
      promises.check(node, ShownValues.of(fresh.snapshot()), startedAt);
    }
  }
}
