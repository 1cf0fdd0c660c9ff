package io.holdfast.cluster.replication;

import io.holdfast.cluster.replication.ClusterStatus.Copying;
import io.holdfast.cluster.replication.ClusterStatus.Member;
import io.holdfast.cluster.replication.ClusterStatus.State;
import io.holdfast.proto.cluster.Heartbeat;
import io.holdfast.storage.Standing;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Puts what the loop knows into words. */
final class StatusReport {
  private static final double NANOS = 1e9;
  private static final double MILLIS = 1e3;

  /** One instant by two clocks. */
  record Moment(long nanos, long wallMillis) {}

  private StatusReport() {}

  static ClusterStatus of(
      ReplicaOptions options,
      Standing standing,
      Freshness freshness,
      Collection<PeerState> links,
      @Nullable StateTransfer copy,
      Moment moment) {
    List<Member> members = links.stream().map(link -> member(link, standing, moment)).toList();
    return new ClusterStatus(
        options.nodeName(),
        HexFormat.of().toHexDigits(standing.node()),
        freshness.unready().orElse(null),
        options.quorum().size(),
        options.quorum().write(),
        freshness.cannotWrite(links) == null,
        members,
        copy == null
            ? null
            : new Copying(copy.link().name(), copy.progress().copied(), copy.progress().found()));
  }

  private static Member member(PeerState link, Standing standing, Moment moment) {
    long now = moment.nanos;
    Heartbeat said = link.said();
    long behind = Math.max(0, standing.sequence() - link.reached(standing.stream()));
    return new Member(
        said == null ? "" : HexFormat.of().toHexDigits(said.getNode()),
        link.name(),
        link.peer.address(),
        state(link, now),
        said == null ? "" : said.getUnready(),
        behind,
        link.laggingSince == 0 ? 0 : (now - link.laggingSince) / NANOS,
        link.wasCompared ? (now - link.comparedAt) / NANOS : -1,
        link.divergentBuckets,
        link.hasClock() ? link.clockOffsetMillis(moment.wallMillis, now) / MILLIS : Double.NaN);
  }

  private static State state(PeerState link, long now) {
    Heartbeat said = link.said();
    if (!link.isReachable(now) || said == null) {
      return State.SUSPECT;
    }
    if (!said.getUnready().isEmpty() || !link.isCopied()) {
      return State.SYNCING;
    }
    return link.isLagging ? State.LAGGING : State.READY;
  }
}
