package io.holdfast.cluster.hazelcast;

import com.hazelcast.config.Config;
import io.holdfast.cluster.transport.AuthenticatedTransport;
import io.holdfast.cluster.transport.Discovery;
import io.holdfast.cluster.transport.Handshake;
import io.holdfast.cluster.transport.Handshakes;
import io.holdfast.cluster.transport.NamedTransport;
import io.holdfast.cluster.transport.Peer;
import io.holdfast.cluster.transport.Threads;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Messages between members of a Hazelcast cluster, as tasks for the named executor of their traffic
 * class.
 *
 * <pre>
 *   send -> TaskOutbox -> RequestTask ~~~ Hazelcast ~~~ RequestTask -> TaskInbox -> Receiver.received
 *                        Supervisor (one member, started again)
 *                            | members, or none
 *                        Membership -> Receiver.appeared, disappeared
 * </pre>
 *
 * <p>Whose connection gets past the {@link Handshake} is believed by Hazelcast, and by this: see
 * {@link AuthenticatedTransport}.
 *
 * <p>Concurrency: peers are told of by one thread, requests arrive on those of the executors,
 * answers on those of the {@link TaskOutbox}.
 */
public final class HazelcastTransport implements NamedTransport {
  /** Hazelcast's events wake the comparison; this is for one that is missed. */
  private static final long COMPARE_MILLIS = 1_000;

  private final Discovery discovery;
  private final Handshakes handshakes;
  private final TaskOutbox outbox = new TaskOutbox();
  private final ScheduledExecutorService comparisons = Threads.timer("cluster-membership");
  private volatile @Nullable Membership membership;
  private volatile @Nullable Supervisor supervisor;

  public HazelcastTransport(Discovery discovery, Handshakes handshakes) {
    this.discovery = discovery;
    this.handshakes = handshakes;
  }

  /**
   * Turns off the JVM's cache of names, so that nodes are followed when their names move. Takes
   * effect before the first look-up of the process alone.
   */
  public static void followNames() {
    Names.NameCache.disable();
  }

  /**
   * @throws java.io.UncheckedIOException if the listen address cannot be bound
   */
  @Override
  public void start(Receiver receiver) {
    Names names = Names.ofSystem();
    OwnAddress own = new OwnAddress(discovery.listen(), discovery.advertise(), names);
    refuseMistakes(own);
    PeerAddresses peers = new PeerAddresses(discovery.peers(), names);
    Membership newMembership = new Membership(receiver, outbox::abandon);
    TaskInbox inbox = new TaskInbox(newMembership, receiver);
    Supervisor newSupervisor =
        new Supervisor(
            handshakes,
            own,
            addresses -> config(addresses, peers, inbox),
            peers,
            this::compareSoon);
    membership = newMembership;
    supervisor = newSupervisor;
    ScheduledFuture<?> unused =
        comparisons.scheduleWithFixedDelay(
            this::compare, COMPARE_MILLIS, COMPARE_MILLIS, TimeUnit.MILLISECONDS);
    newSupervisor.start();
  }

  private static void refuseMistakes(OwnAddress own) {
    try {
      NodeAddresses unused = own.find();
    } catch (NotYetException e) {
      // Waited for by the supervisor.
    }
  }

  @Override
  public Optional<String> obstacle() {
    Supervisor supervising = supervisor;
    return Optional.ofNullable(supervising == null ? null : supervising.obstacle());
  }

  private Config config(NodeAddresses addresses, PeerAddresses peers, TaskInbox inbox) {
    Config config = HazelcastSettings.config(discovery.clusterName(), addresses, peers);
    ConcurrentHashMap<String, Object> context = new ConcurrentHashMap<>();
    context.put(TaskInbox.CONTEXT_KEY, inbox);
    return config.setUserContext(context);
  }

  private void compareSoon() {
    try {
      comparisons.execute(this::compare);
    } catch (RejectedExecutionException e) {
      // Closing: nobody is told any more.
    }
  }

  private void compare() {
    Membership current = membership;
    Supervisor supervising = supervisor;
    if (current != null && supervising != null) {
      current.compare(supervising.instance());
    }
  }

  @Override
  public CompletableFuture<byte[]> send(Peer to, TrafficClass trafficClass, byte[] request) {
    return outbox.send(remote(to), trafficClass, request);
  }

  @Override
  public String ownName() {
    Membership current = membership;
    return current == null ? "" : current.ownName();
  }

  @Override
  public String nameOf(Peer peer) {
    HazelcastPeer remote = remote(peer);
    return remote == null ? "" : remote.name();
  }

  private @Nullable HazelcastPeer remote(Peer peer) {
    Membership current = membership;
    return current == null ? null : current.remote(peer);
  }

  /** Leaves the cluster. What is under way fails; the receiver is told of nobody any more. */
  @Override
  public void close() {
    comparisons.shutdown();
    Supervisor supervising = supervisor;
    if (supervising != null) {
      supervising.close();
    }
    Membership current = membership;
    if (current != null) {
      current.abandonAll();
    }
    outbox.close();
  }
}
