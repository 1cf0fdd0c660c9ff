package io.holdfast.cluster.hazelcast;

import com.hazelcast.cluster.Member;
import com.hazelcast.core.HazelcastInstance;
import io.holdfast.cluster.transport.HostPort;
import io.holdfast.cluster.transport.Peer;
import io.holdfast.cluster.transport.Transport.TrafficClass;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/**
 * The connection to one peer, from its appearance to its disappearance, with its member and the
 * requests under way.
 */
final class HazelcastPeer {
  private final Peer peer;
  private final HazelcastInstance instance;
  private final Member own;
  private final Member member;
  private final InFlightLimit data = newLimit(TrafficClass.DATA);
  private final InFlightLimit control = newLimit(TrafficClass.CONTROL);
  private final Set<PendingCall> calls = ConcurrentHashMap.newKeySet();
  private volatile boolean open = true;

  HazelcastPeer(HazelcastInstance instance, Member own, Member member) {
    this.instance = instance;
    this.own = own;
    this.member = member;
    this.peer =
        new Peer(
            UUID.randomUUID(),
            new HostPort(member.getAddress().getHost(), member.getAddress().getPort()).toString());
  }

  Peer peer() {
    return peer;
  }

  HazelcastInstance instance() {
    return instance;
  }

  Member member() {
    return member;
  }

  UUID ownId() {
    return own.getUuid();
  }

  String name() {
    return name(member);
  }

  InFlightLimit limit(TrafficClass trafficClass) {
    return switch (trafficClass) {
      case DATA -> data;
      case CONTROL -> control;
    };
  }

  private static InFlightLimit newLimit(TrafficClass trafficClass) {
    return new InFlightLimit(
        TrafficClasses.maxInFlight(trafficClass), TrafficClasses.maxInFlightBytes(trafficClass));
  }

  /** Returns the name of a member, which is equal at both ends. */
  static String name(Member member) {
    return member.getUuid()
        + "@"
        + member.getAddress().getHost()
        + ":"
        + member.getAddress().getPort();
  }

  /**
   * Adds a call, which is abandoned if the peer goes before the answer.
   *
   * @return false if the peer has gone
   */
  boolean add(PendingCall call) {
    calls.add(call);
    // The check follows the addition. So either the closing thread sees the call, or this thread
    // sees that the peer is closed.
    if (!open) {
      calls.remove(call);
      return false;
    }
    return true;
  }

  void remove(PendingCall call) {
    calls.remove(call);
  }

  void close(Consumer<PendingCall> abandon) {
    open = false;
    calls.forEach(abandon);
  }
}
