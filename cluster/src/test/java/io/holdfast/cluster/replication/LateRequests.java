package io.holdfast.cluster.replication;

import java.time.Duration;
import java.util.function.BooleanSupplier;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/**
 * The requests of clients that the network holds up: one in 200 reaches its node up to 20 s late,
 * while its client waits, or has given up and has gone on elsewhere. Half of them carry a deadline.
 *
 * <p>What must hold: a change with a deadline keeps its place in the order of its client, as far as
 * the node's clock is right. A change without a deadline takes its place when it arrives.
 *
 * <p>Draws from a random stream of its own, so that a seed plays the schedule that it has without
 * late requests.
 */
final class LateRequests {
  private static final int ONE_IN = 200;
  private static final long LATEST_NANOS = 20_000_000_000L;

  /** A late change is given its last version before this, and is ordered before what comes then. */
  private static final long SETTLED_NANOS =
      Timeouts.PATIENCE.plus(Duration.ofMillis(200)).toNanos();

  private final RandomGenerator random;
  private final SimulatedTime time;

  /**
   * One request on its way.
   *
   * @param isGivenUp asked by the writer before it gives the change a version
   */
  record Request(long delayNanos, BooleanSupplier isGivenUp) {
    static final Request IN_TIME = new Request(0, () -> false);
  }

  LateRequests(long seed, SimulatedTime time) {
    this.random = RandomGeneratorFactory.of("L64X128MixRandom").create(~seed);
    this.time = time;
  }

  /**
   * A request that is sent now.
   *
   * @param deadline when its client gives up
   */
  Request request(Register.Operation operation, SimulatedNode node, long deadline) {
    if (random.nextInt(ONE_IN) > 0) {
      return Request.IN_TIME;
    }
    boolean saysDeadline = random.nextBoolean();
    return new Request(
        random.nextLong(LATEST_NANOS),
        () -> {
          long now = time.nowInside();
          if (saysDeadline && node.clock.millis(now) > deadline / SimulatedClock.NANOS_PER_MILLI) {
            return true;
          }
          if (!saysDeadline || now > deadline) {
            operation.arrivesUntil(now + SETTLED_NANOS);
          }
          return false;
        });
  }
}
