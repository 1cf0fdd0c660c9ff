package io.holdfast.cluster.replication;

import java.time.Duration;

/** The times that are the same for every cluster. */
final class Timeouts {
  /** The pause between two ticks of a node. */
  static final Duration TICK = Duration.ofMillis(50);

  /** The pause between two heartbeats of a node to each peer. */
  static final Duration HEARTBEAT = Duration.ofMillis(200);

  /** The time for which an answer proves that a peer can be reached. */
  static final Duration LEASE = Duration.ofSeconds(2);

  /** The time without a tick after which a node counts as frozen. */
  static final Duration FREEZE = Duration.ofSeconds(1);

  /**
   * The time for which a node refuses changes after a freeze. Clients perhaps gave up the requests
   * that waited in the sockets, and repeated them elsewhere.
   */
  static final Duration AFTER_FREEZE = Duration.ofSeconds(1);

  /**
   * The length of a pause of this machine that peers notice. Clients wait longer before they go on
   * elsewhere.
   */
  static final Duration PAUSE = Duration.ofMillis(500);

  /**
   * The age after which a change gets no version any more, neither a first version nor a reissue.
   * Its client has perhaps given up and gone on elsewhere. Clients and load balancers should wait
   * longer than this time.
   */
  static final Duration PATIENCE = Duration.ofSeconds(3);

  /** The time for which a push waits for its quorum before it is answered with 503. */
  static final Duration WRITE_DEADLINE = Duration.ofSeconds(4);

  /** The time for which a scrape waits until the node knows its own freshness. */
  static final Duration READ_DEADLINE = Duration.ofSeconds(1);

  /**
   * The time without an answer after which a peer has perhaps gone. The changes that the peer sent
   * only to some nodes are then copied from these nodes. No other node would send these changes.
   */
  static final Duration SILENCE = Duration.ofMillis(400);

  /**
   * The shortest pause between two rounds of questions for a scrape that waits for the disks of
   * peers.
   */
  static final Duration SHORTEST_PAUSE = Duration.ofMillis(1);

  /** The pause between two attempts at a failed step. */
  static final Duration RETRY = Duration.ofMillis(200);

  /** The time for which a node trails behind a peer before the node copies from that peer. */
  static final Duration TRAILING = Duration.ofSeconds(2);

  /**
   * No message arrives later than this time, because Hazelcast gives up a call after ten seconds. A
   * tombstone must outlive the messages that can bring its group back.
   */
  static final Duration LATEST_ARRIVAL = Duration.ofSeconds(10);

  /** The pause between two comparisons of digests when changes never pause. */
  static final Duration COMPARISON = Duration.ofSeconds(5);

  private Timeouts() {}
}
