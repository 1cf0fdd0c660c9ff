package io.holdfast.cluster.replication;

import io.holdfast.cluster.replication.ClusterStatus.Copying;
import io.holdfast.cluster.replication.ClusterStatus.Member;
import io.holdfast.cluster.replication.ClusterStatus.State;
import io.holdfast.proto.cluster.Heartbeat;
import io.holdfast.storage.Refusal;
import io.holdfast.storage.ReplicaState;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The account of a node and its peers, for API, page and metrics. */
final class StatusReport {
  private static final double NANOS = 1e9;
  private static final double MILLIS = 1e3;

  /** An instant, as a reading of two clocks. */
  record Moment(long nanos, long wallMillis) {}

  private StatusReport() {}

  static ClusterStatus of(
      ReplicaOptions options,
      ReplicaState replicaState,
      Freshness freshness,
      Collection<PeerState> peers,
      @Nullable StateTransfer copy,
      Moment moment) {
    List<Member> members = peers.stream().map(peer -> member(peer, replicaState, moment)).toList();
    return new ClusterStatus(
        options.nodeName(),
        HexFormat.of().toHexDigits(replicaState.node()),
        freshness.unready().map(Refusal::text).orElse(null),
        options.quorum().size(),
        options.quorum().write(),
        freshness.cannotWrite(peers) == null,
        members,
        copy == null
            ? null
            : new Copying(copy.peer().name(), copy.progress().copied(), copy.progress().found()));
  }

  private static Member member(PeerState peer, ReplicaState replicaState, Moment moment) {
    long now = moment.nanos;
    Heartbeat said = peer.said();
    long comparedAgo = peer.sinceComparison(now);
    ClockSample clock = peer.clockSample();
    long behind = Math.max(0, replicaState.offset() - peer.reached(replicaState.logId()));
    return new Member(
        said == null ? "" : HexFormat.of().toHexDigits(said.getNode()),
        peer.name(),
        peer.process().address(),
        state(peer, now),
        said == null ? "" : said.getUnready(),
        behind,
        peer.lagging(now) / NANOS,
        comparedAgo == Long.MAX_VALUE ? -1 : comparedAgo / NANOS,
        peer.divergentBuckets(),
        clock == null ? Double.NaN : clock.offsetMillis(moment.wallMillis, now) / MILLIS);
  }

  private static State state(PeerState peer, long now) {
    Heartbeat said = peer.said();
    if (!peer.isReachable(now) || said == null) {
      return State.SUSPECT;
    }
    if (!said.getUnready().isEmpty() || !peer.isTransferred()) {
      return State.SYNCING;
    }
    return peer.isLagging() ? State.LAGGING : State.READY;
  }
}
