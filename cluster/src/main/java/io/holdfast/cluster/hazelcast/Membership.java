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
 * Who is there, and tells the receiver about every difference to what it was told before.
 *
 * <p>It compares with Hazelcast's list rather than counting Hazelcast's events: those of a merge,
 * in which this member gets another id and its old list is dropped without a word, do not add up.
 *
 * <p>Concurrency: {@link #compare} and {@link #clear} run on one thread; the rest is for everyone.
 */
final class Membership {
  private static final Logger log = LoggerFactory.getLogger(Membership.class);

  private final Receiver receiver;
  private final Consumer<PendingCall> abandon;

  /** Every peer that can be sent to, by the id we gave it: told before the receiver hears of it. */
  private final Map<UUID, MemberLink> byPeer = new ConcurrentHashMap<>();

  /** Every peer that is listened to, by Hazelcast's id: only once the receiver knows it. */
  private final Map<UUID, MemberLink> byMember = new ConcurrentHashMap<>();

  private volatile @Nullable Member own;

  Membership(Receiver receiver, Consumer<PendingCall> abandon) {
    this.receiver = receiver;
    this.abandon = abandon;
  }

  @Nullable MemberLink link(Peer peer) {
    return byPeer.get(peer.id());
  }

  String ownName() {
    Member member = own;
    return member == null ? "" : MemberLink.name(member);
  }

  /** Who sent a request; null if he is not known, or takes this process for another. */
  @Nullable Peer sender(UUID from, UUID to) {
    Member member = own;
    MemberLink link = byMember.get(from);
    return link != null && member != null && member.getUuid().equals(to) ? link.peer() : null;
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
    for (MemberLink link : List.copyOf(byMember.values())) {
      Member member = present.remove(link.member().getUuid());
      if (member == null) {
        disappear(link);
      }
    }
    present.values().forEach(member -> appear(new MemberLink(instance, self, member)));
  }

  void clear() {
    List.copyOf(byMember.values()).forEach(this::disappear);
    own = null;
  }

  /** Ends what is under way, and tells nobody. */
  void abandonAll() {
    byPeer.values().forEach(link -> link.close(abandon));
  }

  private void appear(MemberLink link) {
    byPeer.put(link.peer().id(), link);
    tell(() -> receiver.appeared(link.peer()));
    byMember.put(link.member().getUuid(), link);
  }

  private void disappear(MemberLink link) {
    byMember.remove(link.member().getUuid());
    byPeer.remove(link.peer().id());
    link.close(abandon);
    tell(() -> receiver.disappeared(link.peer()));
  }

  /** A receiver that fails must not make us forget whom it knows. */
  private static void tell(Runnable news) {
    try {
      news.run();
    } catch (RuntimeException e) {
      log.atError().setCause(e).log("News of a peer were not taken");
    }
  }
}
