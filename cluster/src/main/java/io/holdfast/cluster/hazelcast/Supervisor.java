package io.holdfast.cluster.hazelcast;

import static java.util.Objects.requireNonNull;

import com.hazelcast.cluster.Member;
import com.hazelcast.cluster.MembershipEvent;
import com.hazelcast.cluster.MembershipListener;
import com.hazelcast.config.Config;
import com.hazelcast.config.ListenerConfig;
import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.core.HazelcastInstanceAware;
import com.hazelcast.core.HazelcastInstanceNotActiveException;
import com.hazelcast.core.LifecycleEvent;
import com.hazelcast.core.LifecycleEvent.LifecycleState;
import com.hazelcast.core.LifecycleListener;
import io.holdfast.cluster.transport.Handshakes;
import io.holdfast.cluster.transport.HostPort;
import io.holdfast.cluster.transport.Threads;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The supervisor of one member of Hazelcast. A member ends by itself when the member cannot join or
 * merge. The supervisor then starts the member again, with longer and longer pauses.
 *
 * <p>Concurrency: one thread starts members and refreshes the peers' addresses; Hazelcast's threads
 * report changes.
 */
final class Supervisor implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Supervisor.class);

  // Hazelcast reads these properties before it reads a config.
  static {
    SteadyClock.install();
    System.setProperty("hazelcast.logging.type", "slf4j");
  }

  private static final Duration REFRESH = Duration.ofSeconds(2);
  private static final Duration FIRST_PAUSE = Duration.ofMillis(500);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(10);
  private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(5);

  /** The pause between two look-ups of this node's name while the name has no address. */
  private static final Duration OWN_NAME = Duration.ofSeconds(1);

  /** The pause between two log messages about the missing address. */
  private static final Duration REMINDER = Duration.ofMinutes(1);

  /**
   * The parts of the transport that a supervisor needs.
   *
   * @param changed runs whenever {@link #instance} or its members have perhaps changed
   * @param nanos a time that never goes back, in nanoseconds since some moment
   */
  record Surroundings(Runnable changed, LongSupplier nanos) {}

  private final Handshakes handshakes;
  private final OwnAddress own;
  private final Function<NodeAddresses, Config> config;
  private final PeerAddresses peers;
  private final Runnable changed;
  private final LongSupplier nanos;
  private final CountDownLatch closing = new CountDownLatch(1);
  private final Thread thread;
  private volatile @Nullable Watch watch;
  private volatile @Nullable String obstacle;

  /**
   * @param own the present addresses of this node
   * @param config returns the config for one start at these addresses
   */
  Supervisor(
      Handshakes handshakes,
      OwnAddress own,
      Function<NodeAddresses, Config> config,
      PeerAddresses peers,
      Surroundings surroundings) {
    this.handshakes = handshakes;
    this.own = own;
    this.config = config;
    this.peers = peers;
    this.changed = surroundings.changed;
    this.nanos = surroundings.nanos;
    this.thread = Threads.named("cluster-supervisor").newThread(this::run);
  }

  void start() {
    thread.start();
  }

  /**
   * Returns the running member. Returns null if no member is running, or the member is changing its
   * cluster.
   */
  @Nullable HazelcastInstance instance() {
    Watch current = watch;
    return current != null && current.usable ? current.instance : null;
  }

  /** Returns why this node cannot listen yet; null if the node listens. */
  @Nullable String obstacle() {
    return obstacle;
  }

  private void run() {
    Duration pause = FIRST_PAUSE;
    try {
      while (!isClosing()) {
        long started = nanos.getAsLong();
        NodeAddresses addresses = awaitOwnAddress();
        if (addresses == null) {
          return;
        }
        runOnce(addresses);
        changed.run();
        if (Duration.ofNanos(nanos.getAsLong() - started).compareTo(LONGEST_PAUSE) > 0) {
          pause = FIRST_PAUSE;
        }
        if (!closing.await(pause.toMillis(), TimeUnit.MILLISECONDS)) {
          log.atInfo().log("Hazelcast restarting");
        }
        pause = longer(pause);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static Duration longer(Duration pause) {
    Duration twice = pause.multipliedBy(2);
    return twice.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : twice;
  }

  private boolean isClosing() {
    return closing.getCount() == 0;
  }

  /** Returns this node's addresses; null if the node is closed before it has addresses. */
  private @Nullable NodeAddresses awaitOwnAddress() throws InterruptedException {
    long remindedAt = 0;
    do {
      try {
        NodeAddresses found = own.find();
        obstacle = null;
        return found;
      } catch (NotYetException e) {
        obstacle = e.getMessage();
      } catch (UncheckedIOException e) {
        obstacle = requireNonNull(e.getCause()).getMessage();
      }
      if (remindedAt == 0 || nanos.getAsLong() - remindedAt > REMINDER.toNanos()) {
        remindedAt = nanos.getAsLong();
        log.atWarn().addKeyValue("reason", obstacle).log("own address awaited");
      }
    } while (!closing.await(OWN_NAME.toMillis(), TimeUnit.MILLISECONDS));
    return null;
  }

  /** Runs one member from its start to its end. */
  private void runOnce(NodeAddresses addresses) throws InterruptedException {
    Watch current = new Watch(changed);
    watch = current;
    InetAddress address = addresses.advertisedAddress();
    try {
      peers.refresh(address);
      Config next = config.apply(addresses);
      next.addListenerConfig(new ListenerConfig(current));
      GuardedNode.start(next, handshakes);
      current.started();
      if (isClosing()) {
        current.end();
      }
      do {
        peers.refresh(address, members(instance()));
        if (own.isOutdated(addresses)) {
          log.atWarn().addKeyValue("address", address).log("own address changed");
          current.end();
        }
      } while (!current.ended.await(REFRESH.toMillis(), TimeUnit.MILLISECONDS));
    } catch (RuntimeException e) {
      if (!isClosing()) {
        log.atWarn().setCause(e).log("Hazelcast start failed; retrying");
      }
      current.end();
    }
    if (!isClosing() && current.reached) {
      log.atWarn()
          .addKeyValue("after", current.last)
          .log("Hazelcast ended unexpectedly; restarting");
    }
    watch = null;
  }

  private static Set<HostPort> members(@Nullable HazelcastInstance member) {
    if (member == null) {
      return Set.of();
    }
    try {
      return member.getCluster().getMembers().stream()
          .map(Member::getAddress)
          .map(address -> new HostPort(address.getHost(), address.getPort()))
          .collect(Collectors.toSet());
    } catch (HazelcastInstanceNotActiveException e) {
      return Set.of();
    }
  }

  @Override
  public void close() {
    closing.countDown();
    Watch current = watch;
    if (current != null) {
      current.end();
    }
    try {
      thread.join(CLOSE_TIMEOUT.toMillis());
      if (thread.isAlive()) {
        log.atWarn().log("Hazelcast not ended in time");
        thread.interrupt();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    peers.close();
  }

  /**
   * The observer of one member. Hazelcast hands the member to its observer before the member has
   * joined.
   */
  private static final class Watch
      implements LifecycleListener, MembershipListener, HazelcastInstanceAware {
    private final Runnable changed;
    private final CountDownLatch ended = new CountDownLatch(1);
    private volatile @Nullable HazelcastInstance instance;
    private volatile @Nullable LifecycleState last;
    private volatile boolean reached;
    private volatile boolean usable;

    Watch(Runnable changed) {
      this.changed = changed;
    }

    @Override
    public void setHazelcastInstance(HazelcastInstance instance) {
      this.instance = instance;
    }

    void started() {
      reached = true;
      usable = ended.getCount() > 0;
      changed.run();
    }

    /** Ends the member: in order if the member runs, at once if the member is starting. */
    void end() {
      HazelcastInstance member = instance;
      if (member == null) {
        return;
      }
      if (reached) {
        member.getLifecycleService().shutdown();
      } else {
        member.getLifecycleService().terminate();
      }
    }

    @Override
    public void stateChanged(LifecycleEvent event) {
      LifecycleState state = event.getState();
      if (state == LifecycleState.MERGING || state == LifecycleState.SHUTTING_DOWN) {
        usable = false;
        last = state;
      } else if (state == LifecycleState.MERGED) {
        usable = true;
      } else if (state == LifecycleState.MERGE_FAILED) {
        last = state;
      } else if (state == LifecycleState.SHUTDOWN) {
        usable = false;
        ended.countDown();
      }
      changed.run();
    }

    @Override
    public void memberAdded(MembershipEvent event) {
      changed.run();
    }

    @Override
    public void memberRemoved(MembershipEvent event) {
      HazelcastInstance member = instance;
      if (member != null) {
        GuardedNode.forget(member, event.getMember().getAddress());
      }
      changed.run();
    }
  }
}
