package io.holdfast.cluster.replication;

import java.time.Duration;

/** The times that are the same for every cluster. */
final class Timeouts {
  /** How often each node looks around. */
  static final Duration TICK = Duration.ofMillis(50);

  /** How often each node asks each other how far it is. */
  static final Duration HEARTBEAT = Duration.ofMillis(200);

  /** How long an answer proves that a node can be reached. */
  static final Duration LEASE = Duration.ofSeconds(2);

  /** Who has not looked around for so long was frozen. */
  static final Duration FREEZE = Duration.ofSeconds(1);

  /**
   * How long a node that was frozen refuses changes: what waited for it in its sockets may have
   * been given up, and repeated elsewhere, long ago.
   */
  static final Duration AFTER_FREEZE = Duration.ofSeconds(1);

  /** A pause of this machine that others notice: clients wait for longer before they go on. */
  static final Duration PAUSE = Duration.ofMillis(500);

  /**
   * After this a change is given no version any more, the first or another: its client may have
   * given it up, and have gone on elsewhere. Clients and balancers should wait for longer.
   */
  static final Duration PATIENCE = Duration.ofSeconds(3);

  /** How long a push waits for its quorum before it is answered with 503. */
  static final Duration WRITE_DEADLINE = Duration.ofSeconds(4);

  /** How long a scrape waits until the node knows that it is current. */
  static final Duration READ_DEADLINE = Duration.ofSeconds(1);

  /**
   * A node that has not answered for so long may have gone: what it sent to some of the others only
   * is copied from these, for nobody else may ever send it.
   */
  static final Duration SILENCE = Duration.ofMillis(400);

  /** Between two questions how far the others are, for a scrape that waits for their disks. */
  static final Duration SHORTEST_PAUSE = Duration.ofMillis(1);

  /** Between two attempts at something that has failed. */
  static final Duration RETRY = Duration.ofMillis(200);

  /** How long a node may trail behind another's position before it copies what it lacks. */
  static final Duration TRAILING = Duration.ofSeconds(2);

  /**
   * No message arrives later than this: Hazelcast gives up a call after ten seconds. What a message
   * might bring back must not be forgotten before.
   */
  static final Duration LATEST_ARRIVAL = Duration.ofSeconds(10);

  /** How often digests are compared where changes never pause. */
  static final Duration COMPARISON = Duration.ofSeconds(5);

  private Timeouts() {}
}
