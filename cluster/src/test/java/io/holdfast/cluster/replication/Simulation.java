package io.holdfast.cluster.replication;

import io.holdfast.cluster.replication.ReplicaOptions.Limits;
import io.holdfast.cluster.replication.ReplicaOptions.Quorum;
import io.holdfast.cluster.replication.SimulatedNode.Life;
import io.holdfast.proto.NameRule;
import io.holdfast.proto.ParseException;
import io.holdfast.proto.TextParser;
import io.holdfast.storage.Change;
import io.holdfast.storage.ContentLimits;
import io.holdfast.storage.GroupKey;
import io.holdfast.storage.GroupStore;
import io.holdfast.storage.PushPreparation;
import io.holdfast.storage.ReadResult;
import io.holdfast.storage.SnapshotRead;
import io.holdfast.storage.WriteOutcome;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.jspecify.annotations.Nullable;

/**
 * A cluster in one thread and simulated time: real replication, merge and store logic; clients that
 * push and delete one after the other through any nodes, and scrapers; crashes, frozen processes,
 * partitions, a lost disk, failing writes, clocks that are wrong, and a network that does what it
 * likes. Everything follows from the seed.
 *
 * <p>What must hold, after every step:
 *
 * <ul>
 *   <li>What is acknowledged is on the disks of a write quorum at that moment.
 *   <li>A scrape that a node vouches for shows, of each group, the last change that was
 *       acknowledged before it began, or a later one. So nothing acknowledged is lost and nothing
 *       deleted returns.
 *   <li>Once a scrape that a node vouches for has shown a value, no later one shows an older value,
 *       through whatever node, acknowledged or not.
 *   <li>On no disk the version of a family goes back.
 *   <li>Groups expire at their time and not before, see {@link ExpiringJobs}.
 *   <li>Groups that are deleted together stay away, see {@link SelectingJobs}.
 *   <li>A restore replaces the whole group, see {@link RestoringJob}.
 * </ul>
 *
 * And when everything works again: all nodes are ready, and the same byte for byte.
 */
final class Simulation {
  private static final long SECOND = 1_000_000_000L;
  private static final long MILLI = 1_000_000L;
  private static final long MAX_SKEW_MILLIS = 61_000;
  private static final long WRONG_MILLIS = 6 * 3600 * 1000L;
  private static final int CLIENTS = 3;
  private static final int REGISTERS_PER_CLIENT = 2;

  /** What an invariant that does not hold says. */
  @SuppressWarnings("serial") // Never leaves the tests.
  static final class Violation extends AssertionError {
    Violation(String what) {
      super(what);
    }
  }

  private final SimulatedTime time = new SimulatedTime();
  private final RandomGenerator random;
  private final SimulatedNetwork network;
  private final Quorum quorum;
  private final Duration retention;
  private final List<SimulatedNode> nodes = new ArrayList<>();
  private final List<Register> registers = new ArrayList<>();
  private final SimulatedTime.Scope world = new SimulatedTime.Scope();
  private final List<String> story = new ArrayList<>();
  private final LateRequests late;
  private final ExpiringJobs expiring;
  private final SelectingJobs selecting;
  private final RestoringJob restoring;

  /** Right clocks are off by less: by half of what two may be apart. */
  private final long maxOffset;

  private boolean isQuiet;
  private long lostDiskAt = -1;
  private int busyClients;

  /** The first; found in the callback of a future, which swallows what is thrown. */
  private @Nullable Violation violation;

  private boolean isWiping;

  /** How many changes were acknowledged, and scrapes vouched for: a run without is no proof. */
  int acknowledged;

  int vouched;
  private int scrapes;

  Simulation(long seed) {
    this.random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
    this.network = new SimulatedNetwork(time, random);
    this.late = new LateRequests(seed, time);
    this.quorum = quorum();
    this.retention = random.nextInt(4) == 0 ? Duration.ofSeconds(15) : Duration.ofDays(7);
    network.lossRate = random.nextInt(3) == 0 ? 0 : random.nextDouble() * 0.1;
    network.lateRate = 0.005;
    network.duplicateRate = random.nextDouble() * 0.1;
    network.isQuick = random.nextInt(3) == 0;
    network.maxDelayNanos = (1 + random.nextLong(100)) * MILLI;
    maxOffset = random.nextBoolean() ? 1 : 30_000;
    for (int i = 0; i < quorum.size(); i++) {
      SimulatedNode node = new SimulatedNode(i, options(i), time, network, random);
      setRight(node);
      if (random.nextInt(12) == 0) {
        setWrong(node);
      }
      if (random.nextInt(24) == 0) {
        node.disk.seen(SimulatedNode.EPOCH_MILLIS + random.nextLong(2 * WRONG_MILLIS));
      }
      nodes.add(node);
    }
    this.expiring = new ExpiringJobs(this, seed, time);
    this.selecting = new SelectingJobs(this, seed, time);
    this.restoring = new RestoringJob(this, seed, time);
  }

  /** Runs one seed. */
  static void play(long seed) {
    new Simulation(seed).run();
  }

  private Quorum quorum() {
    int size = new int[] {3, 3, 3, 3, 2, 5, 4}[random.nextInt(7)];
    int write = random.nextInt(8) == 0 ? size : size / 2 + 1;
    return new Quorum(size, write, false);
  }

  private ReplicaOptions options(int number) {
    return new ReplicaOptions(
        "node-" + number,
        quorum,
        new Limits(
            Duration.ofMillis(500),
            Duration.ofSeconds(5),
            Duration.ofMillis(MAX_SKEW_MILLIS),
            retention));
  }

  /**
   * Runs the whole simulation.
   *
   * @throws Violation with what happened before
   */
  void run() {
    try {
      nodes.forEach(SimulatedNode::start);
      for (int client = 0; client < CLIENTS; client++) {
        List<Register> own = new ArrayList<>();
        for (int i = 0; i < REGISTERS_PER_CLIENT; i++) {
          Register register = new Register("c" + client + "r" + i);
          own.add(register);
          registers.add(register);
        }
        at(random.nextLong(SECOND), () -> change(own));
      }
      expiring.start();
      selecting.start();
      restoring.start();
      at(SECOND, this::scrape);
      at(5 * SECOND, this::fault);
      at(5 * SECOND, this::conflict);
      SimulatedNode goesBack = quorum.read() > 1 && random.nextInt(3) == 0 ? nodes.get(0) : null;
      if (goesBack != null) {
        at(random.nextLong(10 * SECOND, 80 * SECOND), goesBack.disk::copy);
      }
      if (random.nextInt(4) == 0) {
        at(random.nextLong(20 * SECOND, 60 * SECOND), this::wipe);
      }
      until(90 * SECOND);
      quieten();
      List<SimulatedNode> wrong = setMinorityWrong();
      until(60 * SECOND);
      checkWrongClocks(wrong);
      nodes.forEach(this::setRight);
      network.lateRate = 0;
      until(10 * SECOND);
      checkWrites();
      settle();
      checkEnd();
      if (goesBack != null) {
        goBack(goesBack);
      }
    } catch (RuntimeException | Error e) {
      throw (Violation)
          new Violation(
                  e
                      + "\n"
                      + String.join(
                          "\n", story.subList(Math.max(0, story.size() - 120), story.size())))
              .initCause(e);
    }
  }

  List<SimulatedNode> nodes() {
    return nodes;
  }

  void add(Register register) {
    registers.add(register);
  }

  boolean mayChange() {
    return !isQuiet && !isWiping;
  }

  boolean isQuiet() {
    return isQuiet;
  }

  void at(long nanos, Runnable task) {
    time.after(nanos, world, task);
  }

  private void until(long nanos) {
    long end = time.now() + nanos;
    while (time.step(end)) {
      if (violation != null) {
        throw violation;
      }
    }
  }

  void tell(String what) {
    story.add(time.now() / MILLI + " ms: " + what);
  }

  private SimulatedNode anyNode() {
    return nodes.get(random.nextInt(nodes.size()));
  }

  private @Nullable Life anyLife() {
    return anyNode().life;
  }

  // Clients.

  private void change(List<Register> own) {
    SimulatedNode node = anyNode();
    Life life = node.life;
    if (isQuiet || isWiping || life == null) {
      if (!isQuiet) {
        at(random.nextLong(300 * MILLI), () -> change(own));
      }
      return;
    }
    Register register = own.get(random.nextInt(own.size()));
    Integer value = random.nextInt(5) == 0 ? null : register.nextValue();
    Register.Operation operation = register.ask(value, time.now());
    Change change =
        value == null ? new Change.Delete(key(register.job)) : push(register.job, value);
    busyClients++;
    long patience = patience();
    submit(
        life,
        late.request(operation, node, time.now() + patience),
        patience,
        change,
        isAcknowledged -> {
          tell(
              register.job
                  + " = "
                  + value
                  + (isAcknowledged ? " acknowledged" : " unknown")
                  + ", asked at "
                  + operation.askedAt / MILLI);
          if (isAcknowledged) {
            acknowledge(register, operation);
          }
          busyClients--;
          // A client that got no answer waits a moment.
          long pause = isAcknowledged ? random.nextLong(400 * MILLI) : SECOND;
          at(pause, () -> change(own));
        });
  }

  private Change push(String job, int value) {
    boolean replaces = random.nextBoolean();
    String body = "# TYPE value gauge\nvalue " + value + "\n";
    if (random.nextInt(4) == 0) {
      body += "# TYPE other gauge\nother " + value + "\n";
    }
    return prepared(job, replaces, body);
  }

  Change prepared(String job, boolean replaces, String body) {
    try {
      return PushPreparation.prepare(
          key(job),
          replaces,
          time.now(),
          TextParser.parse(body.getBytes(StandardCharsets.UTF_8), NameRule.LEGACY),
          ContentLimits.ofText(1 << 20));
    } catch (ParseException e) {
      throw new AssertionError(e);
    }
  }

  static GroupKey key(String job) {
    return GroupKey.of(new TreeMap<>(Map.of("job", job)));
  }

  interface Answer {
    void told(boolean isAcknowledged);
  }

  /** How long a client waits: one that gives up earlier cannot know which takes effect last. */
  private long patience() {
    return Timeouts.PATIENCE.toNanos() + 200 * MILLI + random.nextLong(8 * SECOND);
  }

  /** The request of a client that then goes on, one after the other. */
  void request(Life life, Change change, long patience, Answer answer) {
    request(life, groups -> groups.submit(change, () -> false), patience, answer);
  }

  /** A request of the node's groups. */
  interface Asked {
    CompletableFuture<WriteOutcome> of(GroupStore groups);
  }

  /** The request of a client that then goes on, one after the other. */
  void request(Life life, Asked asked, long patience, Answer answer) {
    busyClients++;
    submit(
        life,
        0,
        patience,
        asked,
        isAcknowledged -> {
          answer.told(isAcknowledged);
          busyClients--;
        });
  }

  private void submit(Life life, Change change, Answer answer) {
    submit(life, LateRequests.Request.IN_TIME, patience(), change, answer);
  }

  /** As a client over HTTP: the answer comes, or the connection breaks, or it gives up. */
  private void submit(
      Life life, LateRequests.Request request, long patience, Change change, Answer answer) {
    submit(
        life,
        request.delayNanos(),
        patience,
        groups -> groups.submit(change, request.isGivenUp()),
        answer);
  }

  private void submit(Life life, long delayNanos, long patience, Asked asked, Answer answer) {
    boolean[] isTold = {false};
    Answer once =
        isAcknowledged -> {
          if (!isTold[0]) {
            isTold[0] = true;
            answer.told(isAcknowledged);
          }
        };
    at(patience, () -> once.told(false));
    time.afterInSocket(
        delayNanos + random.nextLong(2 * MILLI),
        life.process,
        () -> {
          CompletableFuture<Void> unused =
              asked
                  .of(life.groups)
                  .thenAccept(outcome -> once.told(outcome instanceof WriteOutcome.Applied));
        });
  }

  void acknowledge(Register register, Register.Operation operation) {
    acknowledged++;
    operation.acknowledge(time.now());
    List<Integer> having =
        nodes.stream()
            .filter(node -> has(node, register, operation))
            .map(node -> node.number)
            .toList();
    tell(register.job + " = " + operation.value + " is on " + having);
    // One that is lost while the answer is on its way had it.
    int expected = quorum.write() - (lostDiskAt >= operation.askedAt ? 1 : 0);
    if (having.size() < expected) {
      violated(
          register.job
              + " = "
              + operation.value
              + " is acknowledged, but on "
              + having.size()
              + " disks (expected: "
              + expected
              + ")"
              + disks(register));
    }
  }

  private static boolean has(SimulatedNode node, Register register, Register.Operation operation) {
    Double gauge = node.disk.gauge(register.job, "value");
    Integer value = gauge == null ? null : gauge.intValue();
    return java.util.Objects.equals(value, operation.value)
        || register.mayReplace(value, operation);
  }

  /** Pushes that conflict, through two nodes at once: no client may rely on either. */
  private void conflict() {
    if (isQuiet) {
      return;
    }
    for (String type : List.of("gauge", "counter")) {
      Life life = anyLife();
      if (life != null) {
        String body = "# TYPE conflicting " + type + "\nconflicting{job=\"x\"} 1\n";
        submit(life, prepared("conflict_" + type, false, body), isAcknowledged -> {});
        if (random.nextInt(3) == 0) {
          submit(life, new Change.Delete(key("conflict_" + type)), isAcknowledged -> {});
        }
      }
    }
    at(random.nextLong(5 * SECOND), this::conflict);
  }

  /** Waits until no client is in the middle of something, then wipes as one more client of all. */
  private void wipe() {
    isWiping = true;
    Life life = anyLife();
    if (busyClients > 0 || life == null) {
      if (!isQuiet) {
        at(100 * MILLI, this::wipe);
      }
      return;
    }
    Map<Register, Register.Operation> operations = new HashMap<>();
    registers.forEach(register -> operations.put(register, register.ask(null, time.now())));
    submit(
        life,
        new Change.Wipe(),
        isAcknowledged -> {
          tell("wipe" + (isAcknowledged ? " acknowledged" : " unknown"));
          if (isAcknowledged) {
            operations.forEach(this::acknowledge);
          }
          at(isAcknowledged ? 0 : SECOND, () -> isWiping = false);
        });
  }

  // Scrapers.

  private void scrape() {
    SimulatedNode node = nodes.get(random.nextInt(nodes.size()));
    Life life = node.life;
    long startedAt = time.now();
    if (life != null) {
      time.after(
          random.nextLong(2 * MILLI),
          life.process,
          () -> {
            boolean isOfText = scrapes++ % 2 == 0;
            CompletableFuture<Void> unused =
                isOfText
                    ? life.groups.read().thenAccept(result -> check(node, result, startedAt))
                    : life.groups
                        .readSnapshot()
                        .thenAccept(result -> check(node, result, startedAt));
          });
    }
    at(random.nextLong(150 * MILLI), this::scrape);
  }

  private void check(SimulatedNode node, ReadResult result, long startedAt) {
    if (result instanceof ReadResult.Fresh fresh) {
      check(node, ShownValues.of(fresh.exposition()), startedAt);
    }
  }

  private void check(SimulatedNode node, SnapshotRead result, long startedAt) {
    if (result instanceof SnapshotRead.Fresh fresh) {
      check(node, ShownValues.of(fresh.snapshot()), startedAt);
    }
  }

  private void check(SimulatedNode node, Map<String, Integer> values, long startedAt) {
    vouched++;
    for (Register register : registers) {
      Integer value = values.get(register.job);
      String problem = register.check(value, startedAt);
      String disorder = register.checkOrder(value, startedAt, time.now());
      problem = problem == null ? disorder : problem;
      problem = problem == null ? expiring.check(register, values) : problem;
      problem = problem == null ? selecting.check(register, values) : problem;
      problem = problem == null ? restoring.check(register, values) : problem;
      if (problem != null) {
        violated(
            "a scrape of node "
                + node.number
                + " begun at "
                + startedAt / MILLI
                + ": "
                + problem
                + disks(register));
      }
    }
  }

  void violated(String what) {
    violation = violation == null ? new Violation(what) : violation;
  }

  private String disks(Register register) {
    StringBuilder text = new StringBuilder("\n" + quorum);
    for (SimulatedNode node : nodes) {
      text.append("\nnode ")
          .append(node.number)
          .append(": on the disk ")
          .append(node.disk.gauge(register.job, "value"));
      Life life = node.life;
      if (life != null) {
        text.append(", log ")
            .append(life.store.replicaState().logId())
            .append(", version vector ")
            .append(life.store.replicaState().versionVector())
            .append(", ")
            .append(life.replica.status())
            .append('\n')
            .append(
                life.store.describe().lines().filter(line -> line.contains(register.job)).toList());
      }
    }
    return text.toString();
  }

  // Faults.

  private void fault() {
    if (isQuiet) {
      return;
    }
    SimulatedNode node = nodes.get(random.nextInt(nodes.size()));
    Life life = node.life;
    switch (random.nextInt(12)) {
      case 0, 1 -> crash(node);
      case 8, 9 -> clockFault(node);
      case 11 -> leapWithout(node);
      case 10 -> {
        long nanos = random.nextLong(8 * SECOND);
        if (random.nextInt(3) == 0) {
          tell("pause the writer of " + node.number + " for " + nanos / MILLI);
          node.pauseWriter(nanos);
        } else {
          tell("pause " + node.number + " inside for " + nanos / MILLI);
          node.pauseInside(1 + random.nextInt(400), nanos);
        }
      }
      case 2 -> {
        long nanos = random.nextLong(8 * SECOND);
        if (random.nextBoolean()) {
          tell("freeze " + node.number + " for " + nanos / MILLI);
          node.freeze(nanos);
        } else {
          tell("pause " + node.number + " for " + nanos / MILLI);
          node.pause(nanos);
        }
      }
      case 3 -> {
        tell("cut off " + node.number);
        nodes.forEach(other -> network.cut(node.number, other.number));
      }
      case 4 -> {
        int other = random.nextInt(nodes.size());
        tell("cut " + node.number + " from " + other);
        network.cut(node.number, other);
        if (random.nextBoolean()) {
          at(SECOND + random.nextLong(7 * SECOND), () -> moveCut(node.number, other));
        }
      }
      case 5 -> {
        if (life != null) {
          tell("the disk of " + node.number + " fails");
          life.store.failsNextCommit = true;
        }
      }
      case 6 -> {
        if (random.nextInt(4) == 0) {
          tell("power loss of all");
          nodes.forEach(this::crash);
        }
      }
      default -> loseDisk(node);
    }
    if (random.nextInt(3) > 0) {
      at(random.nextLong(10 * SECOND), network::heal);
    }
    at(random.nextLong(8 * SECOND), this::fault);
  }

  /** The time of all goes ahead, and one is cut off before it hears of that. */
  private void leapWithout(SimulatedNode away) {
    SimulatedNode ahead = nodes.get((away.number + 1) % nodes.size());
    tell("leap of " + ahead.number + ", without " + away.number);
    ahead.crash();
    ahead.disk.seen(SimulatedNode.EPOCH_MILLIS + time.now() / MILLI + random.nextLong(60_000));
    at(random.nextLong(500 * MILLI), ahead::start);
    network.cut(away.number, ahead.number);
    Map<ClusterClock, Long> hearing = new HashMap<>();
    for (SimulatedNode node : nodes) {
      if (node != away && node != ahead && node.life != null) {
        hearing.put(node.life.versions, node.life.versions.leaptAt());
      }
    }
    cutOffAtLeap(away, hearing, time.now() + 4 * SECOND);
    at(6 * SECOND + random.nextLong(2 * SECOND), network::heal);
  }

  /** Two nodes are in touch again, and about then one of them loses touch with the rest. */
  private void moveCut(int node, int other) {
    tell(node + " and " + other + " are in touch again");
    network.heal(node, other);
    at(
        random.nextLong(2 * SECOND),
        () -> {
          if (!isQuiet) {
            tell("cut " + node + " from all but " + other);
            nodes.stream()
                .filter(third -> third.number != other)
                .forEach(third -> network.cut(node, third.number));
            at(SECOND + random.nextLong(5 * SECOND), network::heal);
          }
        });
  }

  private void cutOffAtLeap(SimulatedNode away, Map<ClusterClock, Long> hearing, long until) {
    boolean hasLeapt =
        hearing.entrySet().stream().anyMatch(each -> each.getValue() - each.getKey().leaptAt() < 0);
    if (hasLeapt && !isQuiet) {
      tell("cut off " + away.number + " at the leap");
      nodes.forEach(other -> network.cut(away.number, other.number));
      at(1500 * MILLI + random.nextLong(2500 * MILLI), network::heal);
    } else if (time.now() < until) {
      at(10 * MILLI, () -> cutOffAtLeap(away, hearing, until));
    }
  }

  private void clockFault(SimulatedNode node) {
    switch (random.nextInt(6)) {
      case 0 -> setWrong(node);
      case 1 -> {
        // All have asked one server, or had no battery.
        long jump = random.nextLong(-WRONG_MILLIS, WRONG_MILLIS + 1);
        nodes.forEach(each -> set(each, jump + random.nextLong(-maxOffset, maxOffset), 0));
      }
      case 2, 3 -> set(node, random.nextLong(-MAX_SKEW_MILLIS, MAX_SKEW_MILLIS), 0);
      case 4 -> set(node, random.nextLong(-maxOffset, maxOffset), random.nextDouble(-1, 1));
      default -> nodes.forEach(this::setRight);
    }
  }

  private void setRight(SimulatedNode node) {
    set(node, random.nextLong(-maxOffset, maxOffset), 0);
  }

  private void setWrong(SimulatedNode node) {
    long wrong = random.nextLong(2 * MAX_SKEW_MILLIS, WRONG_MILLIS);
    set(node, random.nextBoolean() ? wrong : -wrong, random.nextDouble(-0.1, 0.1));
  }

  private void set(SimulatedNode node, long millisAhead, double drift) {
    tell("the clock of " + node.number + " is " + millisAhead + " ms ahead, drift " + drift);
    node.clock.set(millisAhead, drift, time.now());
  }

  /** A majority's clocks are right. Without a majority no node can tell. */
  private List<SimulatedNode> setMinorityWrong() {
    int wrong = random.nextInt(Math.max(2, quorum.size() - quorum.size() / 2));
    for (SimulatedNode node : nodes) {
      if (nodes.indexOf(node) < wrong) {
        setWrong(node);
      } else {
        setRight(node);
      }
    }
    return nodes.subList(0, wrong);
  }

  /** A wrong clock stops the node that has it, and no other. */
  private void checkWrongClocks(List<SimulatedNode> wrong) {
    boolean canTell = wrong.size() < quorum.size() / 2 + 1 && quorum.size() > 2;
    for (SimulatedNode node : nodes) {
      Life life = java.util.Objects.requireNonNull(node.life);
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
  private void checkWrites() {
    Map<SimulatedNode, String> refusals = new HashMap<>();
    for (SimulatedNode node : nodes) {
      refusals.put(node, "no answer");
      Change change = prepared("end_" + node.number, true, "# TYPE end gauge\nend 1\n");
      CompletableFuture<Void> unused =
          java.util.Objects.requireNonNull(node.life)
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
    until(5 * SECOND);
    refusals.forEach(
        (node, refusal) -> {
          throw new Violation("node " + node.number + " takes no change: " + refusal);
        });
  }

  private void crash(SimulatedNode node) {
    tell("crash " + node.number);
    node.crash();
    if (random.nextInt(6) == 0) {
      long millis = SimulatedNode.EPOCH_MILLIS + time.now() / MILLI + random.nextLong(60_000);
      tell("the store of " + node.number + " has seen " + millis);
      node.disk.seen(millis);
    }
    // Now and then for longer than the others remember deletes.
    boolean isLong = retention.toNanos() < 20 * SECOND && random.nextInt(3) == 0;
    at(
        random.nextLong((isLong ? 40 : 10) * SECOND),
        () -> {
          tell("start " + node.number);
          node.start();
        });
  }

  /** One disk in a run: with more, a quorum's may be gone. */
  private void loseDisk(SimulatedNode node) {
    if (lostDiskAt < 0 && quorum.write() > 1) {
      lostDiskAt = time.now();
      tell("lose the disk of " + node.number);
      node.crash();
      node.disk.lose();
      at(random.nextLong(10 * SECOND), node::start);
    }
  }

  private void quieten() {
    tell("quiet");
    isQuiet = true;
    network.heal();
    network.lossRate = 0;
    nodes.forEach(SimulatedNode::start);
  }

  /**
   * A store is replaced by an older copy of it. A node cannot know that, and counts with what it
   * lacks. What can hold: where all others are there, at rest and the same, nothing is lost,
   * nothing deleted returns, and a node that must ask another before it is current shows nothing
   * old. With a write quorum of all nodes it asks no peer, and shows the old until it has copied.
   */
  private void goBack(SimulatedNode node) {
    tell("the store of " + node.number + " goes back in time");
    node.crash();
    node.disk.restore();
    node.start();
    until(40 * SECOND);
    settle();
    checkEnd();
  }

  /** Deletes are forgotten by one node first, and by the others at their next comparison. */
  private void settle() {
    for (int i = 0; i < 10 && !haveOneState(); i++) {
      until(SECOND);
    }
  }

  /** Compares the states themselves: two that differ may have one digest by mistake. */
  private boolean haveOneState() {
    return nodes.stream()
            .map(node -> node.life)
            .map(life -> life == null ? null : life.store.describe())
            .distinct()
            .count()
        == 1;
  }

  private void checkEnd() {
    String first = null;
    for (SimulatedNode node : nodes) {
      node.start();
      Life life = node.life;
      if (life == null) {
        throw new Violation("node " + node.number + " does not run");
      }
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
      String text =
          life.store.replicaState().digest()
              + "\n"
              + life.store.describe()
              + ShownValues.text(life.store.exposition());
      first = first == null ? text : first;
      if (!first.equals(text)) {
        throw new Violation(
            "nodes differ:\n"
                + first
                + "\nand\n"
                + text
                + nodes.stream()
                    .map(each -> java.util.Objects.requireNonNull(each.life))
                    .map(
                        each -> "\n" + each.store.replicaState().metadata() + each.replica.status())
                    .toList());
      }
      check(node, new ReadResult.Fresh(life.store.exposition()), time.now());
      expiring.checkEnd(node, life);
    }
    if (violation != null) {
      throw violation;
    }
  }
}
