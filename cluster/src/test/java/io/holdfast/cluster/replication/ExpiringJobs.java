package io.holdfast.cluster.replication;

import io.holdfast.cluster.replication.SimulatedNode.Life;
import io.holdfast.storage.Change;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.jspecify.annotations.Nullable;

/**
 * Jobs whose groups expire, each with one client: it pushes with a time to live or without, and
 * again shortly before and after the group's time comes. Every second seed has them.
 *
 * <p>What must hold, besides what holds for every job:
 *
 * <ul>
 *   <li>No value that was acknowledged goes before its time, nor before that of a push that renewed
 *       it. Times are the cluster time, as the node sees it that expires the group.
 *   <li>A value that has expired does not come back.
 *   <li>A group expires as a whole: both families of one push are shown, or neither.
 *   <li>A node that starts is ready only without the groups whose time came before.
 *   <li>In the end no group is left whose time has come.
 * </ul>
 *
 * <p>Draws from a random stream of its own, so that a seed without such jobs plays the schedule
 * that it has always had.
 */
final class ExpiringJobs {
  private static final long SECOND = 1_000_000_000L;
  private static final long MILLI = 1_000_000L;
  private static final int JOBS = 3;

  /** Nodes agree on the cluster time so closely, but for leaps. */
  private static final long CLOSE_MILLIS = 100;

  /** By then a group whose time has come is gone, when everything works. */
  private static final long LATEST_EXPIRY_MILLIS = 20_000;

  /** A node that expires what was due at one time so often does not get rid of it. */
  private static final int MANY = 20;

  /**
   * An expiry that a node has asked its store for.
   *
   * @param untilMillis what was due at this cluster time expires
   */
  private record Expiry(long at, SimulatedNode node, long untilMillis) {}

  /**
   * What a node has of a group, in one life and without an emptied store in between.
   *
   * @param gone an acknowledged value that it had, and has no more
   */
  private record Held(
      Life life, int timesSetAside, @Nullable Integer value, @Nullable Integer gone) {}

  /**
   * What is known of one life of a node.
   *
   * @param firstDueMillis when the first group is due that its store had at the start
   * @param startMillis the cluster time at its start; 0 as long as it does not know the time
   */
  private record Started(Life life, long firstDueMillis, long startMillis, boolean wasReady) {}

  private final SimulatedCluster cluster;
  private final Clients clients;
  private final Promises promises;
  private final SimulatedTime time;
  private final RandomGenerator random;
  private final boolean isPlayed;
  private final List<Expiry> expiries = new ArrayList<>();
  private final Map<SimulatedNode, Started> started = new HashMap<>();
  private final List<Register> registers = new ArrayList<>();
  private final Map<SimulatedNode, Map<Register, Held>> held = new HashMap<>();

  /** The latest cluster time that any node has had. */
  private long latestMillis;

  ExpiringJobs(SimulatedCluster cluster, Clients clients, Promises promises, long seed) {
    this.cluster = cluster;
    this.clients = clients;
    this.promises = promises;
    this.time = cluster.time;
    this.random = RandomGeneratorFactory.of("L64X128MixRandom").create(Long.rotateLeft(~seed, 32));
    this.isPlayed = random.nextBoolean();
    promises.add(this::check);
    for (SimulatedNode node : cluster.nodes()) {
      node.expiryListener = expire -> expires(node, expire.nowMillis());
    }
  }

  void start() {
    if (!isPlayed) {
      return;
    }
    for (int i = 0; i < JOBS; i++) {
      Register register = new Register("expiring" + i, this::haveReached);
      promises.add(register);
      registers.add(register);
      cluster.at(random.nextLong(SECOND), () -> act(register));
    }
    watch();
  }

  // Clients.

  private void act(Register register) {
    SimulatedNode node = cluster.nodes().get(random.nextInt(cluster.nodes().size()));
    Life life = node.life;
    if (!clients.mayChange() || life == null) {
      if (!cluster.isQuiet()) {
        cluster.at(random.nextLong(300 * MILLI), () -> act(register));
      }
      return;
    }
    Register.Operation last = register.last();
    int choice = random.nextInt(8);
    if (choice == 0) {
      failedPush(register, node, life);
    } else if (choice < 5 && last.isAcknowledged && last.value != null) {
      renew(register, node, life);
    } else {
      push(register, node, life);
    }
  }

  private void push(Register register, SimulatedNode node, Life life) {
    Integer value = random.nextInt(8) == 0 ? null : register.nextValue();
    long ttlMillis = value == null ? 0 : ttlMillis();
    Register.Operation operation = register.ask(value, time.now());
    operation.dueMillis = dueMillis(node, ttlMillis);
    String body = "# TYPE value gauge\nvalue " + value + "\n# TYPE other gauge\nother " + value;
    Change change =
        value == null
            ? new Change.Delete(Clients.key(register.job))
            : prepared(register, random.nextBoolean(), body, ttlMillis);
    request(
        register,
        life,
        change,
        isAcknowledged -> {
          tell(register, "= " + value, ttlMillis, isAcknowledged);
          if (isAcknowledged) {
            promises.acknowledge(register, operation);
          }
        });
  }

  /** A push of another family: the group's time counts from there. */
  private void renew(Register register, SimulatedNode node, Life life) {
    long ttlMillis = ttlMillis();
    long before = register.dueMillis();
    long dueMillis = dueMillis(node, ttlMillis);
    register.askRenewal(dueMillis);
    request(
        register,
        life,
        prepared(register, false, "# TYPE extra gauge\nextra 1", ttlMillis),
        isAcknowledged -> {
          tell(register, "renewed", ttlMillis, isAcknowledged);
          // From its time on, a client cannot tell which came first.
          if (isAcknowledged && latestMillis() + CLOSE_MILLIS < before) {
            register.acknowledgeRenewal(dueMillis);
          }
        });
  }

  /**
   * A push with a mistake. No promise depends on it, but the group may have its time from there.
   */
  private void failedPush(Register register, SimulatedNode node, Life life) {
    long ttlMillis = ttlMillis();
    register.askRenewal(dueMillis(node, ttlMillis));
    request(
        register,
        life,
        prepared(register, false, "# TYPE value gauge\nvalue 1 1", ttlMillis),
        isAcknowledged -> tell(register, "failed", ttlMillis, isAcknowledged));
  }

  private void request(Register register, Life life, Change change, Clients.Answer answer) {
    long patience = Timeouts.PATIENCE.toNanos() + 200 * MILLI + random.nextLong(8 * SECOND);
    clients.request(
        life,
        change,
        patience,
        isAcknowledged -> {
          answer.told(isAcknowledged);
          cluster.at(isAcknowledged ? pause(register) : SECOND, () -> act(register));
        });
  }

  /** Until shortly before or after the group's time, or until some other time. */
  private long pause(Register register) {
    long dueMillis = register.dueMillis();
    if (dueMillis == Register.NEVER || random.nextInt(4) == 0) {
      return random.nextLong(2 * SECOND);
    }
    long left = (dueMillis - latestMillis()) * MILLI;
    long pause = left + random.nextLong(-800 * MILLI, (random.nextInt(4) == 0 ? 8 : 1) * SECOND);
    return Math.max(0, Math.min(pause, 60 * SECOND));
  }

  private Change prepared(Register register, boolean replaces, String body, long ttlMillis) {
    return Change.withTtl(clients.prepared(register.job, replaces, body + "\n"), ttlMillis);
  }

  private long ttlMillis() {
    return switch (random.nextInt(6)) {
      case 0 -> 0;
      case 1 -> random.nextLong(6_000, 60_000);
      default -> random.nextLong(2_000, 6_000);
    };
  }

  /** The earliest time of a group that this node is asked to push to now. */
  private static long dueMillis(SimulatedNode node, long ttlMillis) {
    return ttlMillis == 0 ? Register.NEVER : clusterMillis(node) + ttlMillis;
  }

  private void tell(Register register, String what, long ttlMillis, boolean isAcknowledged) {
    cluster.tell(
        register.job
            + " "
            + what
            + " for "
            + ttlMillis
            + " ms"
            + (isAcknowledged ? " acknowledged" : " unknown")
            + ", due at "
            + register.dueMillis());
  }

  // Expiries.

  private void expires(SimulatedNode node, long untilMillis) {
    cluster.tell("node " + node.number + " expires what was due at " + untilMillis);
    if (untilMillis > latestMillis()) {
      cluster.violated(
          "node " + node.number + " expires what is due at " + untilMillis + ", which is not yet");
    }
    expiries.add(new Expiry(time.now(), node, untilMillis));
    if (expiries.stream()
            .filter(expiry -> expiry.node == node && expiry.untilMillis == untilMillis)
            .count()
        > MANY) {
      cluster.violated(
          "node " + node.number + " expires again and again what was due at " + untilMillis);
    }
  }

  private boolean haveReached(long dueMillis, long since) {
    for (int i = expiries.size() - 1; i >= 0 && expiries.get(i).at >= since; i--) {
      if (expiries.get(i).untilMillis >= dueMillis) {
        return true;
      }
    }
    return false;
  }

  private static long clusterMillis(SimulatedNode node) {
    Long millis = node.look(life -> life.versions.millis());
    return millis == null ? 0 : millis;
  }

  private long latestMillis() {
    for (SimulatedNode node : cluster.nodes()) {
      latestMillis = Math.max(latestMillis, clusterMillis(node));
    }
    return latestMillis;
  }

  // Checks.

  private void watch() {
    latestMillis();
    cluster.nodes().forEach(this::watchStart);
    cluster.nodes().forEach(this::watchValues);
    cluster.at(25 * MILLI, this::watch);
  }

  private void watchStart(SimulatedNode node) {
    Life life = node.life;
    if (life == null) {
      return;
    }
    long due = life.store.replicaState().nextExpiryMillis();
    Started known = started.get(node);
    known = known == null || known.life != life ? new Started(life, due, 0, false) : known;
    if (!known.wasReady) {
      started.put(node, watchStart(node, known, due));
    }
  }

  private Started watchStart(SimulatedNode node, Started known, long due) {
    Life life = known.life;
    long startMillis = known.startMillis;
    if (startMillis == 0 && life.versions.isSettled()) {
      startMillis = clusterMillis(node) - 2 * (time.now() - life.startedAt) / MILLI;
    }
    boolean isReady = Objects.requireNonNull(node.look(each -> each.groups.unready().isEmpty()));
    // A group that came later may have been due before: the cluster time leaps.
    if (isReady && due == known.firstDueMillis && due <= startMillis) {
      cluster.violated(
          "node "
              + node.number
              + " is ready, with a group that was due at "
              + due
              + ", and started at "
              + startMillis);
    }
    return new Started(life, known.firstDueMillis, startMillis, isReady);
  }

  private void watchValues(SimulatedNode node) {
    Life life = node.life;
    if (life != null) {
      Map<Register, Held> before = held.computeIfAbsent(node, key -> new HashMap<>());
      registers.forEach(register -> before.put(register, hold(node, life, register, before)));
    }
  }

  /** A value that a node had, and lost, it does not get again. */
  private Held hold(
      SimulatedNode node, Life life, Register register, Map<Register, Held> heldBefore) {
    Double gauge = node.disk.gauge(register.job, "value");
    Integer value = gauge == null ? null : gauge.intValue();
    Held before = heldBefore.get(register);
    int timesSetAside = life.store.timesSetAside();
    if (before == null || before.life != life || before.timesSetAside != timesSetAside) {
      return new Held(life, timesSetAside, value, null);
    }
    if (value != null && value.equals(before.gone)) {
      cluster.violated("node " + node.number + " has " + register.job + " = " + value + " again");
    }
    // A push without an acknowledgement may be made once more, with a new version.
    Integer lost = value == null ? before.value : null;
    Integer gone = lost != null && register.isAcknowledged(lost) ? lost : before.gone;
    return new Held(life, timesSetAside, value, gone);
  }

  /** What is wrong with what a scrape shows of a group, or null. */
  @Nullable String check(Register register, Map<String, Integer> values) {
    Integer value = values.get(register.job);
    Integer other = values.get(ShownValues.other(register.job));
    return !register.expires() || Objects.equals(value, other)
        ? null
        : register.job + " shows one family of " + value + ", and the other of " + other;
  }

  /** In the end, no node has a group whose time has come. */
  void checkEnd(SimulatedNode node, Life life) {
    long next = life.store.replicaState().nextExpiryMillis();
    long now = clusterMillis(node);
    if (next < now - LATEST_EXPIRY_MILLIS) {
      throw new Violation(
          "node "
              + node.number
              + " has a group that was due at "
              + next
              + ", and now is "
              + now
              + "\n"
              + life.store.describe());
    }
  }
}
