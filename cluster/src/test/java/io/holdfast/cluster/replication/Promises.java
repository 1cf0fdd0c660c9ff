package io.holdfast.cluster.replication;

import static io.holdfast.cluster.replication.SimulatedCluster.MILLI;

import io.holdfast.cluster.replication.SimulatedNode.Life;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The promises to clients, checked at each acknowledgement and at each scrape that a node vouches
 * for. What was promised is in the {@link Register} of each group.
 */
final class Promises {
  private final SimulatedCluster cluster;
  private final List<Register> registers = new ArrayList<>();
  private final List<ShownCheck> checks = new ArrayList<>();
  private long lostDiskAt = -1;
  private int acknowledged;
  private int vouched;

  /** A check of the groups of some jobs, besides that of every job. */
  interface ShownCheck {
    /** What is wrong with what a scrape shows of a group, or null. */
    @Nullable String check(Register register, Map<String, Integer> values);
  }

  Promises(SimulatedCluster cluster) {
    this.cluster = cluster;
  }

  void add(Register register) {
    registers.add(register);
  }

  void add(ShownCheck check) {
    checks.add(check);
  }

  List<Register> registers() {
    return registers;
  }

  /** Returns how many changes were acknowledged: a run without is no proof. */
  int acknowledged() {
    return acknowledged;
  }

  /** Returns how many scrapes were vouched for: a run without is no proof. */
  int vouched() {
    return vouched;
  }

  /** Returns whether a disk can be lost: one in a run, because two can be a whole quorum. */
  boolean mayLoseDisk() {
    return lostDiskAt < 0 && cluster.quorum.write() > 1;
  }

  void diskLost() {
    lostDiskAt = cluster.time.now();
  }

  /** Takes an acknowledgement, and checks that the change is on the disks of a write quorum. */
  void acknowledge(Register register, Register.Operation operation) {
    acknowledged++;
    operation.acknowledge(cluster.time.now());
    List<Integer> having =
        cluster.nodes().stream()
            .filter(node -> has(node, register, operation))
            .map(node -> node.number)
            .toList();
    cluster.tell(register.job + " = " + operation.value + " is on " + having);
    // One that is lost while the answer is on its way had it.
    int expected = cluster.quorum.write() - (lostDiskAt >= operation.askedAt ? 1 : 0);
    if (having.size() < expected) {
      cluster.violated(
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
    return Objects.equals(value, operation.value) || register.mayReplace(value, operation);
  }

  /** Checks the values that a scrape shows which a node vouches for. */
  void check(SimulatedNode node, Map<String, Integer> values, long startedAt) {
    vouched++;
    for (Register register : registers) {
      String problem = problem(register, values, startedAt);
      if (problem != null) {
        cluster.violated(
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

  private @Nullable String problem(Register register, Map<String, Integer> values, long startedAt) {
    Integer value = values.get(register.job);
    String problem = register.check(value, startedAt);
    // The order of what was shown is noted in any case.
    String disorder = register.checkOrder(value, startedAt, cluster.time.now());
    problem = problem == null ? disorder : problem;
    for (ShownCheck check : checks) {
      problem = problem == null ? check.check(register, values) : problem;
    }
    return problem;
  }

  private String disks(Register register) {
    StringBuilder text = new StringBuilder("\n" + cluster.quorum);
    for (SimulatedNode node : cluster.nodes()) {
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
}
