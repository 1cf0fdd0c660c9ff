package io.holdfast.server.page;

import io.holdfast.cluster.replication.ClusterStatus;
import io.holdfast.cluster.replication.ClusterStatus.Member;
import io.holdfast.cluster.replication.ClusterStatus.State;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The node that shows the page, and what it knows of others.
 *
 * @param cluster null if the node is alone
 * @param unready why requests had better go elsewhere; null if they need not
 * @param notCurrent why there may be more on other nodes than is shown; null if there is not
 * @param unwritable why changes are refused; null if they are not
 */
public record Node(
    @Nullable ClusterStatus cluster,
    @Nullable String unready,
    @Nullable String notCurrent,
    @Nullable String unwritable) {

  /** A line across the page. */
  record Banner(String title, String text) {}

  /** How it does, in one word of a style: {@code good}, {@code warn} or {@code bad}. */
  String mood() {
    if (unready != null || notCurrent != null || refusal() != null) {
      return "bad";
    }
    return cluster != null && reachable() < cluster.size() ? "warn" : "good";
  }

  String name() {
    return cluster == null ? "" : cluster.name();
  }

  /** For the head of the page. */
  String state() {
    if (cluster == null) {
      return unready == null ? "Ready" : "Not ready";
    }
    return reachable() + " of " + cluster.size() + " nodes";
  }

  /** Nodes that take part, this one included. */
  long reachable() {
    return cluster == null
        ? 1
        : 1 + cluster.members().stream().filter(member -> member.state() != State.SUSPECT).count();
  }

  List<Banner> banners() {
    List<Banner> banners = new ArrayList<>();
    if (notCurrent != null) {
      banners.add(new Banner("This may be outdated:", notCurrent));
    } else if (unready != null) {
      banners.add(new Banner("This node is not ready:", unready));
    }
    String refusal = refusal();
    if (refusal != null) {
      banners.add(new Banner("Pushes are refused:", refusal));
    }
    return banners;
  }

  /** Why pushes are refused; null if they are not. */
  @Nullable String refusal() {
    if (unwritable == null && cluster != null && !cluster.hasQuorum()) {
      return "the write quorum is not reached (expected: " + cluster.writeQuorum() + " nodes)";
    }
    return unwritable;
  }

  /** How many nodes there is nothing to be said of. */
  int away() {
    return cluster == null ? 0 : cluster.size() - 1 - cluster.members().size();
  }

  Optional<ClusterStatus> view() {
    return Optional.ofNullable(cluster);
  }

  /** Of another node, for people. */
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
