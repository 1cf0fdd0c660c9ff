package io.holdfast.cluster.replication;

import io.holdfast.cluster.transport.Transport;
import io.holdfast.proto.cluster.Heartbeat;
import io.holdfast.proto.cluster.HeartbeatQuestion;
import io.holdfast.proto.cluster.Request;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The questions for the heartbeats of peers, periodic and on demand.
 *
 * <p>Guarantees: the listener hears only the heartbeats of present peers, only possible heartbeats,
 * and never a heartbeat whose question is older than the question of an earlier heartbeat. An
 * answer counts from the time of its question, because the peer was present after that time.
 *
 * <p>Concurrency: confined to the event loop. Answers come on a thread of the transport, and move
 * to the event loop before any effect.
 */
final class HeartbeatPoller {
  private static final Logger log = LoggerFactory.getLogger(HeartbeatPoller.class);

  private final LocalNode node;
  private final PeerTable peers;
  private final PeerClient client;
  private final Listener listener;
  private long polledAt;

  /** The receiver of heartbeats, on the event loop. */
  interface Listener {
    /**
     * Takes a heartbeat of a present peer.
     *
     * @param sentAt the time when the question was sent
     */
    void heard(PeerState peer, Heartbeat heartbeat, long sentAt);
  }

  HeartbeatPoller(LocalNode node, PeerTable peers, PeerClient client, Listener listener) {
    this.node = node;
    this.peers = peers;
    this.client = client;
    this.listener = listener;
  }

  /** Asks every peer if the last periodic question is older than the period of heartbeats. */
  void tick(long now) {
    if (now - polledAt >= Timeouts.HEARTBEAT.toNanos()) {
      polledAt = now;
      askAll();
    }
  }

  /** Asks every present peer. */
  void askAll() {
    peers.all().forEach(this::ask);
  }

  /** Asks one peer. */
  void ask(PeerState peer) {
    long sentAt = node.loop().nanos();
    ClusterClock clock = node.clock();
    HeartbeatQuestion question =
        HeartbeatQuestion.newBuilder().setMillis(clock.isSettled() ? clock.millis() : 0).build();
    CompletableFuture<Void> unused =
        client
            .ask(
                peer,
                Transport.TrafficClass.CONTROL,
                Request.newBuilder().setHeartbeat(question).build())
            .handle(
                (answer, failure) -> {
                  if (answer != null && answer.hasHeartbeat()) {
                    node.loop().execute(() -> answered(peer, answer.getHeartbeat(), sentAt));
                  }
                  return null;
                });
  }

  private void answered(PeerState peer, Heartbeat heartbeat, long sentAt) {
    if (!peers.isPresent(peer) || !isPossible(peer, heartbeat) || !peer.answered(sentAt)) {
      return;
    }
    peer.clockHeard(heartbeat.getWallMillis(), sentAt, node.loop().nanos());
    listener.heard(peer, heartbeat, sentAt);
  }

  /**
   * Returns whether a heartbeat is possible. A peer with an impossible heartbeat counts for
   * nothing.
   */
  private boolean isPossible(PeerState peer, Heartbeat heartbeat) {
    String problem = Introduction.problem(heartbeat);
    if (problem != null) {
      node.counters().refused();
      if (peer.refused(problem)) {
        log.atWarn().addKeyValue("peer", peer.name()).log("heartbeat refused: " + problem);
      }
    }
    return problem == null;
  }
}
