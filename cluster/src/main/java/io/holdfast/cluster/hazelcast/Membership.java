package io.holdfast.cluster.hazelcast;

import com.hazelcast.cluster.Member;
import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.core.HazelcastInstanceNotActiveException;
import io.holdfast.cluster.transport.Peer;
import io.holdfast.cluster.transport.Transport.Receiver;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The present peers. The receiver is told of every difference to the last comparison.
 *
 * <p>A comparison uses Hazelcast's list of members instead of Hazelcast's events. The events of a
 * merge do not add up: this member gets another id, and its old list is dropped without an event.
 *
 * <p>Concurrency: {@link #compare} and {@link #clear} run on one thread; the other methods are for
 * any thread.
 */
final class Membership {
  private static final Logger log = LoggerFactory.getLogger(Membership.class);

  private final Receiver receiver;
  private final Consumer<PendingCall> abandon;

  /**
   * The peers to which requests can be sent, by the id of this transport. A peer is added before
   * the receiver hears of the peer.
   */
  private final Map<UUID, HazelcastPeer> byPeer = new ConcurrentHashMap<>();

  /**
   * The peers whose requests are accepted, by Hazelcast's id. A peer is added after the receiver
   * has heard of the peer.
   */
  private final Map<UUID, HazelcastPeer> byMember = new ConcurrentHashMap<>();

  private volatile @Nullable Member own;

  Membership(Receiver receiver, Consumer<PendingCall> abandon) {
    this.receiver = receiver;
    this.abandon = abandon;
  }

  @Nullable HazelcastPeer remote(Peer peer) {
    return byPeer.get(peer.id());
  }

  String ownName() {
    Member member = own;
    return member == null ? "" : HazelcastPeer.name(member);
  }

  /**
   * Returns the sender of a request. Returns null if the sender is not known, or takes this process
   * for another process.
   */
  @Nullable Peer sender(UUID from, UUID to) {
    Member member = own;
    HazelcastPeer remote = byMember.get(from);
    return remote != null && member != null && member.getUuid().equals(to) ? remote.peer() : null;
  }

  /**
   * @param instance null if Hazelcast is not running, or is changing its cluster
   */
  void compare(@Nullable HazelcastInstance instance) {
    if (instance == null) {
      clear();
      return;
    }
    try {
      Member member = instance.getCluster().getLocalMember();
      if (own == null || !own.getUuid().equals(member.getUuid())) {
        clear();
        own = member;
      }
      compareMembers(instance, member);
    } catch (HazelcastInstanceNotActiveException e) {
      clear();
    }
  }

  private void compareMembers(HazelcastInstance instance, Member self) {
    Map<UUID, Member> present = new HashMap<>();
    for (Member member : instance.getCluster().getMembers()) {
      if (!member.localMember()) {
        present.put(member.getUuid(), member);
      }
    }
    for (HazelcastPeer remote : List.copyOf(byMember.values())) {
      Member member = present.remove(remote.member().getUuid());
      if (member == null) {
        disappear(remote);
      }
    }
    present.values().forEach(member -> appear(new HazelcastPeer(instance, self, member)));
  }

  void clear() {
    List.copyOf(byMember.values()).forEach(this::disappear);
    own = null;
  }

  /** Ends the requests under way, without a call of the receiver. */
  void abandonAll() {
    byPeer.values().forEach(remote -> remote.close(abandon));
  }

  private void appear(HazelcastPeer remote) {
    byPeer.put(remote.peer().id(), remote);
    tell(() -> receiver.appeared(remote.peer()));
    byMember.put(remote.member().getUuid(), remote);
  }

  private void disappear(HazelcastPeer remote) {
    byMember.remove(remote.member().getUuid());
    byPeer.remove(remote.peer().id());
    remote.close(abandon);
    tell(() -> receiver.disappeared(remote.peer()));
  }

  /**
   * Catches the failure of a receiver, so that this class does not forget which peers the receiver
   * knows.
   */
  private static void tell(Runnable news) {
    try {
      news.run();
    } catch (RuntimeException e) {
      log.atError().setCause(e).log("membership event lost");
    }
  }
}
