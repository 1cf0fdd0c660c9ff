package io.holdfast.cluster.replication;

import static io.holdfast.cluster.replication.SimulatedCluster.SECOND;

import java.util.List;
import java.util.random.RandomGenerator;

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
 *
 * <pre>
 * SimulatedCluster   nodes, network, time, chance, story
 * Faults             the schedule of faults; ClockFaults: of wall clocks
 * Clients            requests, the waiting for them, and the wipe; ...Jobs: what clients ask for
 * Scrapers           the scrapes
 * Promises           what must hold at acknowledgements and scrapes; Register: of one group
 * FinalChecks        what must hold in the end
 * </pre>
 */
final class Simulation {
  private final SimulatedCluster cluster;
  private final ClockFaults clocks;
  private final Promises promises;
  private final Clients clients;
  private final RegisterJobs jobs;
  private final ExpiringJobs expiring;
  private final SelectingJobs selecting;
  private final RestoringJob restoring;
  private final FinalChecks checks;

  Simulation(long seed) {
    this.cluster = new SimulatedCluster(seed);
    this.clocks = new ClockFaults(cluster);
    for (int i = 0; i < cluster.quorum.size(); i++) {
      clocks.begin(cluster.addNode());
    }
    this.promises = new Promises(cluster);
    this.clients = new Clients(cluster, promises);
    this.jobs = new RegisterJobs(cluster, clients, promises, new LateRequests(seed, cluster.time));
    this.expiring = new ExpiringJobs(cluster, clients, promises, seed);
    this.selecting = new SelectingJobs(cluster, clients, promises, seed);
    this.restoring = new RestoringJob(cluster, clients, promises, seed);
    this.checks = new FinalChecks(cluster, clients, promises, expiring);
  }

  /** Runs one seed. */
  static void play(long seed) {
    new Simulation(seed).run();
  }

  /**
   * Runs the whole simulation.
   *
   * @throws Violation with what happened before
   */
  void run() {
    try {
      play();
    } catch (RuntimeException | Error e) {
      throw (Violation) new Violation(e + "\n" + cluster.story()).initCause(e);
    }
  }

  private void play() {
    RandomGenerator random = cluster.random;
    cluster.start();
    jobs.start();
    expiring.start();
    selecting.start();
    restoring.start();
    new Scrapers(cluster, promises).start();
    new Faults(cluster, clocks, promises).start();
    new ConflictingJobs(cluster, clients).start();
    boolean goesBack = cluster.quorum.read() > 1 && random.nextInt(3) == 0;
    SimulatedNode first = cluster.nodes().get(0);
    if (goesBack) {
      cluster.at(random.nextLong(10 * SECOND, 80 * SECOND), first.disk::copy);
    }
    if (random.nextInt(4) == 0) {
      cluster.at(random.nextLong(20 * SECOND, 60 * SECOND), clients::wipe);
    }
    cluster.run(90 * SECOND);
    cluster.quieten();
    List<SimulatedNode> wrong = clocks.setMinorityWrong();
    cluster.run(60 * SECOND);
    checks.checkWrongClocks(wrong);
    clocks.setAllRight();
    cluster.network.lateRate = 0;
    cluster.run(10 * SECOND);
    checks.checkWrites();
    checks.checkStates();
    if (goesBack) {
      checks.checkAfterGoingBack(first);
    }
  }

  /** Returns how many changes were acknowledged. */
  int acknowledged() {
    return promises.acknowledged();
  }

  /** Returns how many scrapes were vouched for. */
  int vouched() {
    return promises.vouched();
  }
}
