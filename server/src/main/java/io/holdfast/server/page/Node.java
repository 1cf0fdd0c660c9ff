package io.holdfast.server.page;

import io.holdfast.cluster.replication.ClusterStatus;
import io.holdfast.cluster.replication.ClusterStatus.Member;
import io.holdfast.cluster.replication.ClusterStatus.State;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The node that shows the page, and its view of the cluster.
 *
 * @param cluster null if the node is alone
 * @param unready the reason why requests should go to another node; null if there is none
 * @param staleReason the reason why the page is perhaps stale; null if the page is fresh
 * @param unwritable the reason why changes are refused; null if they are accepted
 */
public record Node(
    @Nullable ClusterStatus cluster,
    @Nullable String unready,
    @Nullable String staleReason,
    @Nullable String unwritable) {

  /** A message across the page. */
  record Banner(String title, String text) {}

  /**
   * Returns the node's state as a word of the style sheet: {@code good}, {@code warn} or {@code
   * bad}.
   */
  String mood() {
    if (unready != null || staleReason != null || refusal() != null) {
      return "bad";
    }
    return cluster != null && reachable() < cluster.size() ? "warn" : "good";
  }

  String name() {
    return cluster == null ? "" : cluster.name();
  }

  /** Returns the state for the head of the page. */
  String state() {
    if (cluster == null) {
      return unready == null ? "Ready" : "Not ready";
    }
    return reachable() + " of " + cluster.size() + " nodes";
  }

  /** Returns the number of nodes that answer, this one included. */
  long reachable() {
    return cluster == null
        ? 1
        : 1 + cluster.members().stream().filter(member -> member.state() != State.SUSPECT).count();
  }

  List<Banner> banners() {
    List<Banner> banners = new ArrayList<>();
    if (staleReason != null) {
      banners.add(new Banner("This may be outdated:", staleReason));
    } else if (unready != null) {
      banners.add(new Banner("This node is not ready:", unready));
    }
    String refusal = refusal();
    if (refusal != null) {
      banners.add(new Banner("Pushes are refused:", refusal));
    }
    return banners;
  }

  /** Returns the reason why pushes are refused; null if they are accepted. */
  @Nullable String refusal() {
    if (unwritable == null && cluster != null && !cluster.hasQuorum()) {
      return "the write quorum is not reached (expected: " + cluster.writeQuorum() + " nodes)";
    }
    return unwritable;
  }

  /** Returns the number of nodes about which nothing is known. */
  int away() {
    return cluster == null ? 0 : cluster.size() - 1 - cluster.members().size();
  }

  Optional<ClusterStatus> view() {
    return Optional.ofNullable(cluster);
  }

  /** Returns the state of another node in words. */
  static String state(Member member) {
    return switch (member.state()) {
      case READY -> "ready";
      case SYNCING -> "syncing";
      case LAGGING -> "lagging";
      case SUSPECT -> "not answering";
    };
  }

  static String mood(Member member) {
    return switch (member.state()) {
      case READY -> "good";
      case SYNCING, LAGGING -> "warn";
      case SUSPECT -> "bad";
    };
  }
}
