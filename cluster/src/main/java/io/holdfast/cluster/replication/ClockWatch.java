package io.holdfast.cluster.replication;

import io.holdfast.storage.Refusal;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The comparison of this machine's clock with the clocks of the peers. The comparison runs all the
 * time.
 *
 * <p>A clock is wrong when a majority of the cluster's nodes is further away from it than {@code
 * --cluster.max-clock-skew}. So a wrong clock stops only the node that has the wrong clock. With
 * fewer nodes in touch, no node can tell which clock is right, and all nodes go on. Versions do not
 * depend on wall clocks. A wrong clock stays wrong until a majority, or every peer in touch, is
 * near it.
 *
 * <p>Concurrency: confined to the event loop, except {@link #problem}.
 */
final class ClockWatch {
  private static final Logger log = LoggerFactory.getLogger(ClockWatch.class);
  private static final long NANOS_PER_MILLI = 1_000_000;
  private static final Refusal NOT_YET_HEARD =
      new Refusal(
          Refusal.Code.CLOCK_UNCHECKED, "the other nodes have not yet heard of this node's time");

  private static final Refusal NOT_YET_COMPARED =
      new Refusal(
          Refusal.Code.CLOCK_UNCHECKED,
          "this node's clock was not yet compared with the other nodes'");

  private final ReplicaOptions.Quorum quorum;
  private final long maxSkewMillis;
  private final ClusterClock clock;
  private final EventLoop loop;
  private boolean isWrong;

  /**
   * @param reason why this node refuses changes; null if it accepts changes
   * @param wallMillis the reading of the wall clock at the verdict
   * @param at the time of the verdict, by a clock that never goes back
   */
  private record Verdict(@Nullable Refusal reason, long wallMillis, long at) {}

  private volatile Verdict verdict;

  private record HeardClock(PeerState peer, ClockSample clock) {}

  ClockWatch(ReplicaOptions options, ClusterClock clock, EventLoop loop) {
    this.quorum = options.quorum();
    this.maxSkewMillis = options.limits().maxClockSkew().toMillis();
    this.clock = clock;
    this.loop = loop;
    this.verdict = new Verdict(NOT_YET_COMPARED, clock.wallMillis(), loop.nanos());
  }

  /** Returns why this node refuses changes, or null. Any thread can call this method. */
  @Nullable Refusal problem() {
    Verdict last = verdict;
    // A push shows the time of its node, and the cluster time perhaps leapt after the last verdict.
    if (last.reason == null && quorum.write() > 1 && clock.leaptAt() - last.at > 0) {
      return NOT_YET_HEARD;
    }
    long passed = (loop.nanos() - last.at) / NANOS_PER_MILLI;
    long jump = clock.wallMillis() - last.wallMillis - passed;
    return last.reason == null && Math.abs(jump) > maxSkewMillis
        ? wrong("this node's clock has jumped by " + seconds(jump) + " s")
        : last.reason;
  }

  /** Compares this node's clock with the clock of each reachable peer. */
  void look(Collection<PeerState> peers) {
    long now = loop.nanos();
    long wall = clock.wallMillis();
    List<HeardClock> heard = new ArrayList<>();
    for (PeerState peer : peers) {
      ClockSample clockSample = peer.clockSample();
      if (peer.isReachable(now) && clockSample != null) {
        heard.add(new HeardClock(peer, clockSample));
      }
    }
    aim(heard, wall, now);
    judge(heard, wall, now);
  }

  private int majority() {
    return quorum.size() / 2 + 1;
  }

  private void aim(List<HeardClock> heard, long wall, long now) {
    // With a write quorum of one, a node goes on alone and does not wait for the time of peers.
    int needed = quorum.write() == 1 ? 1 : majority();
    if (heard.size() + 1 < needed) {
      return;
    }
    List<Long> walls =
        LongStream.concat(
                LongStream.of(wall),
                heard.stream().mapToLong(each -> wall + each.clock.offsetMillis(wall, now)))
            .boxed()
            .sorted(Comparator.reverseOrder())
            .toList();
    long reached = walls.get(Math.min(majority(), walls.size()) - 1);
    if (clock.isSettled()) {
      clock.aim(reached);
    } else {
      clock.settle(reached);
    }
  }

  private void judge(List<HeardClock> heard, long wall, long now) {
    List<HeardClock> away =
        heard.stream().filter(each -> each.clock.isAway(wall, now, maxSkewMillis)).toList();
    int near = 1 + heard.size() - away.size();
    boolean wasWrong = isWrong;
    isWrong = away.size() >= majority() || (wasWrong && !away.isEmpty() && near < majority());
    Refusal reason = isWrong ? describe(away, wall, now) : null;
    if (isWrong && !wasWrong) {
      log.atWarn()
          .addKeyValue("code", Refusal.Code.CLOCK_WRONG.word())
          .addKeyValue("reason", reason == null ? "" : reason.text())
          .log("clock found wrong; changes refused");
    } else if (wasWrong && !isWrong) {
      log.info("clock set right; changes accepted");
    }
    if (reason == null && !clock.isSettled()) {
      reason = NOT_YET_COMPARED;
    }
    if (reason == null && quorum.write() > 1) {
      long leaptAt = clock.leaptAt();
      long told = 1 + heard.stream().filter(each -> each.peer.heardAt(now) - leaptAt > 0).count();
      reason = told < majority() ? NOT_YET_HEARD : null;
    }
    verdict = new Verdict(reason, wall, now);
  }

  private Refusal describe(List<HeardClock> away, long wall, long now) {
    HeardClock nearest =
        away.stream()
            .min(Comparator.comparingLong(each -> Math.abs(each.clock.offsetMillis(wall, now))))
            .orElseThrow();
    long offset = nearest.clock.offsetMillis(wall, now);
    return wrong(
        "this node's clock is "
            + seconds(Math.abs(offset))
            + " s "
            + (offset < 0 ? "ahead of" : "behind")
            + " that of "
            + nearest.peer.name()
            + ", and further from "
            + (away.size() - 1)
            + " others (expected: within --cluster.max-clock-skew="
            + seconds(maxSkewMillis)
            + "s of a majority); set the clock right");
  }

  private static Refusal wrong(String text) {
    return new Refusal(Refusal.Code.CLOCK_WRONG, text);
  }

  private static String seconds(long millis) {
    return Long.toString(Math.round(millis / 1e3));
  }
}
