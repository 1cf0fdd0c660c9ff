package io.holdfast.cluster.replication;

import io.holdfast.cluster.replication.SimulatedNode.Life;
import io.holdfast.storage.Change;
import io.holdfast.storage.GroupStore;
import io.holdfast.storage.Selection;
import io.holdfast.storage.WriteOutcome;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Jobs of one client that pushes to several groups, and deletes some of them at once by a selector,
 * each time through any node. Every third seed has them.
 *
 * <p>The selection takes its time, sometimes longer than the client waits. So the client has often
 * pushed again when the delete takes effect, and that push must stay. A node cannot know of a push
 * that failed. So the client repeats a push until the push is acknowledged, before it deletes.
 *
 * <p>What must hold, besides what holds for every job: a group goes as a whole. Both families of
 * one push are shown, or neither.
 *
 * <p>Draws from a random stream of its own, so that a seed without such jobs plays the schedule
 * that it has always had.
 */
final class SelectingJobs {
  private static final long SECOND = 1_000_000_000L;
  private static final long MILLI = 1_000_000L;
  private static final int GROUPS = 3;

  private final SimulatedCluster cluster;
  private final Clients clients;
  private final Promises promises;
  private final SimulatedTime time;
  private final RandomGenerator random;
  private final boolean isPlayed;
  private final List<Register> registers = new ArrayList<>();

  SelectingJobs(SimulatedCluster cluster, Clients clients, Promises promises, long seed) {
    this.cluster = cluster;
    this.clients = clients;
    this.promises = promises;
    this.time = cluster.time;
    this.random = RandomGeneratorFactory.of("L64X128MixRandom").create(Long.rotateLeft(~seed, 16));
    this.isPlayed = random.nextInt(3) == 0;
    promises.add(this::check);
  }

  void start() {
    if (!isPlayed) {
      return;
    }
    for (int i = 0; i < GROUPS; i++) {
      Register register = new Register("selected" + i);
      promises.add(register);
      registers.add(register);
    }
    cluster.at(random.nextLong(SECOND), this::act);
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
    Register register = registers.get(random.nextInt(GROUPS));
    List<Register> some = random.nextBoolean() ? List.copyOf(registers) : List.of(register);
    int choice = random.nextInt(8);
    if (choice == 0) {
      failedPush(register, life);
    } else if (choice < 4 && some.stream().noneMatch(SelectingJobs::isUnsettled)) {
      delete(some, life);
    } else {
      push(registers.stream().filter(SelectingJobs::isUnsettled).findAny().orElse(register), life);
    }
  }

  /** Returns whether the last push of a group is not known to be acknowledged. */
  private static boolean isUnsettled(Register register) {
    Register.Operation last = register.last();
    return last.value != null && !last.isAcknowledged;
  }

  private void push(Register register, Life life) {
    Integer value = register.nextValue();
    Register.Operation operation = register.ask(value, time.now());
    String body = "# TYPE value gauge\nvalue " + value + "\n# TYPE other gauge\nother " + value;
    Change change = clients.prepared(register.job, random.nextBoolean(), body + "\n");
    clients.request(
        life,
        change,
        patience(),
        isAcknowledged -> {
          tell(register.job + " = " + value, isAcknowledged);
          if (isAcknowledged) {
            promises.acknowledge(register, operation);
          }
          goOn(isAcknowledged);
        });
  }

  /** A push with a mistake leaves the value, and is the newest version of its group. */
  private void failedPush(Register register, Life life) {
    Change change = clients.prepared(register.job, false, "# TYPE value gauge\nvalue 1 1\n");
    clients.request(life, change, patience(), this::goOn);
  }

  private void delete(List<Register> some, Life life) {
    Map<Register, Register.Operation> operations =
        some.stream()
            .collect(
                Collectors.toMap(
                    register -> register,
                    register -> register.ask(null, time.now()),
                    (one, other) -> one,
                    LinkedHashMap::new));
    List<String> jobs = some.stream().map(register -> register.job).toList();
    clients.request(
        life,
        groups -> deleted(groups, jobs, life),
        patience(),
        isAcknowledged -> {
          tell("delete of " + jobs, isAcknowledged);
          if (isAcknowledged) {
            operations.forEach(promises::acknowledge);
          }
          goOn(isAcknowledged);
        });
  }

  private CompletableFuture<WriteOutcome> deleted(GroupStore groups, List<String> jobs, Life life) {
    return groups
        .select(
            exposition -> exposition.select(group -> jobs.contains(group.key().label("job"))),
            () -> false,
            task -> time.after(slowness(), life.process, task))
        .thenCompose(
            selection ->
                selection instanceof Selection.Selected selected
                    ? groups.delete(selected.groups(), () -> false)
                    : CompletableFuture.completedFuture(
                        new WriteOutcome.Unavailable(
                            ((Selection.Unavailable) selection).refusal())));
  }

  /** How long a node takes from the exposition to the delete. */
  private long slowness() {
    return random.nextLong(random.nextInt(4) == 0 ? 12 * SECOND : 5 * MILLI);
  }

  private long patience() {
    return Timeouts.PATIENCE.toNanos() + 200 * MILLI + random.nextLong(8 * SECOND);
  }

  private void goOn(boolean isAcknowledged) {
    cluster.at(isAcknowledged ? random.nextLong(400 * MILLI) : SECOND, this::act);
  }

  private void tell(String what, boolean isAcknowledged) {
    cluster.tell(what + (isAcknowledged ? " acknowledged" : " unknown"));
  }

  /** What is wrong with what a scrape shows of a group, or null. */
  @Nullable String check(Register register, Map<String, Integer> values) {
    Integer value = values.get(register.job);
    Integer other = values.get(ShownValues.other(register.job));
    return !registers.contains(register) || Objects.equals(value, other)
        ? null
        : register.job + " shows one family of " + value + ", and the other of " + other;
  }
}
