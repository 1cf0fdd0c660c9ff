package io.holdfast.cluster.replication;

import static io.holdfast.cluster.replication.SimulatedCluster.SECOND;
import static java.util.Objects.requireNonNull;

import io.holdfast.cluster.replication.SimulatedNode.Life;
import io.holdfast.storage.Change;
import io.holdfast.storage.WriteOutcome;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** The checks of a cluster in which everything works again. */
final class FinalChecks {
  private final SimulatedCluster cluster;
  private final Clients clients;
  private final Promises promises;
  private final ExpiringJobs expiring;

  FinalChecks(SimulatedCluster cluster, Clients clients, Promises promises, ExpiringJobs expiring) {
    this.cluster = cluster;
    this.clients = clients;
    this.promises = promises;
    this.expiring = expiring;
  }

  /** A wrong clock stops the node that has it, and no other. */
  void checkWrongClocks(List<SimulatedNode> wrong) {
    int size = cluster.quorum.size();
    boolean canTell = wrong.size() < size / 2 + 1 && size > 2;
    for (SimulatedNode node : cluster.nodes()) {
      Life life = requireNonNull(node.life);
      boolean isStopped = life.replica.cannotWrite() != null;
      boolean isUnready = life.groups.unready().isPresent();
      boolean isExpected = canTell && wrong.contains(node);
      if (isStopped != isExpected || isUnready != isExpected) {
        throw new Violation(
            "node "
                + node.number
                + " with a "
                + (wrong.contains(node) ? "wrong" : "right")
                + " clock, cannot write: "
                + life.replica.cannotWrite()
                + ", unready: "
                + life.groups.unready()
                + "\n"
                + life.replica.status());
      }
    }
  }

  /** When everything works, every node takes changes. */
  void checkWrites() {
    Map<SimulatedNode, String> refusals = new HashMap<>();
    for (SimulatedNode node : cluster.nodes()) {
      refusals.put(node, "no answer");
      Change change = clients.prepared("end_" + node.number, true, "# TYPE end gauge\nend 1\n");
      CompletableFuture<Void> unused =
          requireNonNull(node.life)
              .groups
              .submit(change)
              .thenAccept(
                  outcome -> {
                    if (outcome instanceof WriteOutcome.Applied) {
                      refusals.remove(node);
                    } else {
                      refusals.put(node, outcome.toString());
                    }
                  });
    }
    cluster.run(5 * SECOND);
    refusals.forEach(
        (node, refusal) -> {
          throw new Violation("node " + node.number + " takes no change: " + refusal);
        });
  }

  /** All nodes are ready, show what was promised, and are the same byte for byte. */
  void checkStates() {
    settle();
    String first = null;
    for (SimulatedNode node : cluster.nodes()) {
      node.start();
      Life life = node.life;
      if (life == null) {
        throw new Violation("node " + node.number + " does not run");
      }
      checkReady(node, life);
      String text = text(life);
      first = first == null ? text : first;
      checkEqual(first, text);
      promises.check(node, ShownValues.of(life.store.exposition()), cluster.time.now());
      expiring.checkEnd(node, life);
    }
    cluster.throwViolation();
  }

  /** Deletes are forgotten by one node first, and by the others at their next comparison. */
  private void settle() {
    for (int i = 0; i < 10 && !haveOneState(); i++) {
      cluster.run(SECOND);
    }
  }

  /** Compares the states themselves: two that differ may have one digest by mistake. */
  private boolean haveOneState() {
    return cluster.nodes().stream()
            .map(node -> node.life)
            .map(life -> life == null ? null : life.store.describe())
            .distinct()
            .count()
        == 1;
  }

  private static void checkReady(SimulatedNode node, Life life) {
    life.groups
        .unready()
        .ifPresent(
            reason -> {
              throw new Violation(
                  "node "
                      + node.number
                      + " is unready: "
                      + reason
                      + "\n"
                      + life.replica.status()
                      + "\nquarantined "
                      + life.store.timesSetAside()
                      + " times, "
                      + life.store.replicaState().metadata()
                      + "\nversion vector "
                      + life.store.replicaState().versionVector()
                      + "\nof others "
                      + life.replica.peers().stream().map(PeerState::versionVector).toList());
            });
  }

  private static String text(Life life) {
    return life.store.replicaState().digest()
        + "\n"
        + life.store.describe()
        + ShownValues.text(life.store.exposition());
  }

  private void checkEqual(String first, String text) {
    if (!first.equals(text)) {
      throw new Violation(
          "nodes differ:\n"
              + first
              + "\nand\n"
              + text
              + cluster.nodes().stream()
                  .map(each -> requireNonNull(each.life))
                  .map(each -> "\n" + each.store.replicaState().metadata() + each.replica.status())
                  .toList());
    }
  }

  /**
   * A store is replaced by an older copy of it. A node cannot know that, and counts with what it
   * lacks. What can hold: where all others are there, at rest and the same, nothing is lost,
   * nothing deleted returns, and a node that must ask another before it is current shows nothing
   * old. With a write quorum of all nodes it asks no peer, and shows the old until it has copied.
   */
  void checkAfterGoingBack(SimulatedNode node) {
    cluster.tell("the store of " + node.number + " goes back in time");
    node.crash();
    node.disk.restore();
    node.start();
    cluster.run(40 * SECOND);
    checkStates();
  }
}
