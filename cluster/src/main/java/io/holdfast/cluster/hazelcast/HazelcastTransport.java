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
import java.util.function.BiFunction;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The transport of messages between members of a Hazelcast cluster. Messages are tasks for the
 * named executor of their traffic class.
 *
 * <pre>
 *   send -> TaskOutbox -> RequestTask ~~~ Hazelcast ~~~ RequestTask -> TaskInbox -> Receiver.received
 *                        Supervisor (one member, started again)
 *                            | members, or none
 *                        Membership -> Receiver.appeared, disappeared
 * </pre>
 *
 * <p>Hazelcast and this transport believe every process whose connection has passed the {@link
 * Handshake}. {@link AuthenticatedTransport} checks each message.
 *
 * <p>Concurrency: one thread reports peers. Requests arrive on the threads of the executors,
 * answers on the threads of the {@link TaskOutbox}.
 */
public final class HazelcastTransport implements NamedTransport {
  /**
   * The pause between two comparisons. Hazelcast's events start a comparison at once; the pause
   * covers a missed event.
   */
  private static final long COMPARE_MILLIS = 1_000;

  private final Discovery discovery;
  private final LongSupplier nanos;
  private final Handshakes handshakes;
  private final TaskOutbox outbox = new TaskOutbox();
  private final ScheduledExecutorService comparisons = Threads.timer("cluster-membership");
  private volatile @Nullable Membership membership;
  private volatile @Nullable Supervisor supervisor;

  private HazelcastTransport(Discovery discovery, Handshakes handshakes, LongSupplier nanos) {
    this.nanos = nanos;
    this.discovery = discovery;
    this.handshakes = handshakes;
  }

  /**
   * Returns the maker of transports.
   *
   * @param nanos a time that never goes back, in nanoseconds since some moment
   */
  public static BiFunction<Discovery, Handshakes, NamedTransport> with(LongSupplier nanos) {
    return (discovery, handshakes) -> new HazelcastTransport(discovery, handshakes, nanos);
  }

  /**
   * Turns off the JVM's cache of names, so that this node follows names that move. The call has an
   * effect only before the first look-up of the process.
   */
  public static void followNames() {
    Names.NameCache.disable();
  }

  /**
   * Starts the transport.
   *
   * @throws java.io.UncheckedIOException if the listen address cannot be bound
   */
  @Override
  public void start(Receiver receiver) {
    Names names = Names.ofSystem();
    OwnAddress own = new OwnAddress(discovery.listen(), discovery.advertise(), names);
    refuseMistakes(own);
    PeerAddresses peers = new PeerAddresses(discovery.peers(), names, nanos);
    Membership newMembership = new Membership(receiver, outbox::abandon);
    TaskInbox inbox = new TaskInbox(newMembership, receiver);
    Supervisor newSupervisor =
        new Supervisor(
            handshakes,
            own,
            addresses -> config(addresses, peers, inbox),
            peers,
            new Supervisor.Surroundings(this::compareSoon, nanos));
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
      // The supervisor waits for the address.
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
      // The transport is closing, and the receiver hears of nothing any more.
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

  /** Leaves the cluster. Requests under way fail, and the receiver hears of no peer any more. */
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
