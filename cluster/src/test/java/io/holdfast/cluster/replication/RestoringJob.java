package io.holdfast.cluster.replication;

import io.holdfast.cluster.replication.SimulatedNode.Life;
import io.holdfast.storage.Change;
import io.holdfast.storage.GroupStore;
import io.holdfast.storage.ReadResult;
import io.holdfast.storage.RestoredPush;
import io.holdfast.storage.WriteOutcome;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.jspecify.annotations.Nullable;

/**
 * A client that pushes a group, deletes the group, and restores it from a backup that has a newer
 * push, each time through any node. Every fourth seed has such a client.
 *
 * <p>What must hold, besides what holds for every job: a restore replaces the whole group. A pushed
 * group has two families of one value. A restored group has only the first one.
 *
 * <p>Draws from a random stream of its own, so that a seed without such a job plays the schedule
 * that it has always had.
 */
final class RestoringJob {
  private static final long SECOND = 1_000_000_000L;
  private static final long MILLI = 1_000_000L;

  private final SimulatedCluster cluster;
  private final Clients clients;
  private final Promises promises;
  private final SimulatedTime time;
  private final RandomGenerator random;
  private final boolean isPlayed;
  private final Register register = new Register("restored");

  RestoringJob(SimulatedCluster cluster, Clients clients, Promises promises, long seed) {
    this.cluster = cluster;
    this.clients = clients;
    this.promises = promises;
    this.time = cluster.time;
    this.random = RandomGeneratorFactory.of("L64X128MixRandom").create(Long.rotateLeft(~seed, 40));
    this.isPlayed = random.nextInt(4) == 0;
    promises.add(this::check);
  }

  void start() {
    if (isPlayed) {
      promises.add(register);
      cluster.at(random.nextLong(SECOND), this::act);
    }
  }

  private void act() {
    SimulatedNode node = cluster.nodes().get(random.nextInt(cluster.nodes().size()));
    Life life = node.life;
    if (!clients.mayChange() || life == null) {
      if (!cluster.isQuiet()) {
        cluster.at(random.nextLong(300 * MILLI), this::act);
      }
      return;
    }
    Integer value = random.nextInt(5) == 0 ? null : register.nextValue();
    boolean isRestore = value != null && random.nextBoolean();
    Change change = change(value, isRestore);
    Register.Operation operation = register.ask(value, time.now());
    long patience = Timeouts.PATIENCE.toNanos() + 200 * MILLI + random.nextLong(8 * SECOND);
    clients.request(
        life,
        groups -> isRestore ? restored(groups, change) : groups.submit(change, () -> false),
        patience,
        isAcknowledged -> {
          cluster.tell(
              (isRestore ? "restored with " : "restored = ")
                  + value
                  + (isAcknowledged ? " acknowledged" : " unknown"));
          if (isAcknowledged) {
            promises.acknowledge(register, operation);
          }
          cluster.at(isAcknowledged ? random.nextLong(400 * MILLI) : SECOND, this::act);
        });
  }

  /** As an import: a restore comes behind a read barrier. */
  private static CompletableFuture<WriteOutcome> restored(GroupStore groups, Change change) {
    return groups
        .read()
        .thenCompose(
            result ->
                result instanceof ReadResult.Fresh
                    ? groups.submit(change, () -> false)
                    : CompletableFuture.completedFuture(
                        new WriteOutcome.Unavailable(ReplicaRefusals.UNKNOWN)));
  }

  private Change change(@Nullable Integer value, boolean isRestore) {
    if (value == null) {
      return new Change.Delete(Clients.key(register.job));
    }
    String first = "# TYPE value gauge\nvalue " + value + "\n";
    if (!isRestore) {
      return clients.prepared(
          register.job, true, first + "# TYPE other gauge\nother " + value + "\n");
    }
    Change push = clients.prepared(register.job, true, first);
    // Of the two modes of an import, one looks at the times of the pushes alone.
    long upTo = random.nextBoolean() ? 0 : Long.MAX_VALUE;
    return new Change.Restore(RestoredPush.of((Change.Push) push), upTo);
  }

  /** Returns what is wrong with what a scrape shows of the group, or null. */
  @Nullable String check(Register shown, Map<String, Integer> values) {
    Integer value = values.get(shown.job);
    Integer other = values.get(ShownValues.other(shown.job));
    return shown != register || other == null || other.equals(value)
        ? null
        : shown.job + " shows one family of " + value + ", and the other of " + other;
  }
}
