package io.holdfast.cluster.hazelcast;

import static java.util.Objects.requireNonNullElse;

import com.hazelcast.config.TcpIpConfig;
import io.holdfast.cluster.transport.HostPort;
import io.holdfast.cluster.transport.Threads;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The possible addresses of peers. Hazelcast reads the list whenever Hazelcast looks for members.
 * Given names, Hazelcast would take only one address of a name, and warn about every name without
 * an address.
 *
 * <p>Names are looked up and addresses are dialled all at once, each for a limited time. So a slow
 * name or a dead address does not delay the others.
 *
 * <p>Concurrency: one thread refreshes the list. The list is replaced as a whole, so Hazelcast
 * never sees half of a list.
 */
final class PeerAddresses extends TcpIpConfig implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(PeerAddresses.class);

  private static final int LOOKUP_MILLIS = 1_000;
  private static final int PROBE_MILLIS = 500;

  private final Names names;
  private final LongSupplier nanos;
  private final List<Name> peers = new CopyOnWriteArrayList<>();
  private final ExecutorService tasks =
      Executors.newCachedThreadPool(Threads.named("cluster-addresses"));
  private volatile List<String> addresses = List.of();

  PeerAddresses(List<HostPort> peers, Names names, LongSupplier nanos) {
    this.names = names;
    this.nanos = nanos;
    peers.forEach(this::add);
    setEnabled(true);
  }

  @Override
  public List<String> getMembers() {
    // The superclass's constructor can call this method before the field is set.
    return addresses == null ? List.of() : addresses;
  }

  /** Adds an address, which the next refresh includes. */
  void add(HostPort peer) {
    peers.add(new Name(peer));
  }

  /**
   * Looks up every name again before a start of Hazelcast. Addresses that neither accept nor refuse
   * a connection are left out. Hazelcast would wait 10 s for the consent of each such address
   * before Hazelcast claims to be the master.
   *
   * @param own only addresses of its family can be reached from there
   */
  void refresh(InetAddress own) {
    refresh(own, Set.of(), probe -> probe != Probe.SILENT);
  }

  /**
   * Looks up every name again, and leaves out addresses where no process listens. Whenever
   * Hazelcast looks for other clusters, Hazelcast waits 5 s for each such address, one after
   * another. One node that is down would delay the merge of the other nodes, and their shutdown.
   *
   * @param members the addresses that need no probe
   */
  void refresh(InetAddress own, Set<HostPort> members) {
    refresh(own, members, probe -> probe == Probe.LISTENING);
  }

  private void refresh(InetAddress own, Set<HostPort> members, Predicate<Probe> isUseful) {
    Map<HostPort, Future<Probe>> probes = new LinkedHashMap<>();
    for (HostPort address : resolve(own)) {
      if (!members.contains(address)) {
        probes.put(address, tasks.submit(() -> probe(address)));
      }
    }
    Deadline deadline = new Deadline(2 * PROBE_MILLIS, nanos);
    List<HostPort> useful = new ArrayList<>();
    probes.forEach(
        (address, probe) -> {
          if (isUseful.test(requireNonNullElse(deadline.await(probe), Probe.SILENT))) {
            useful.add(address);
          }
        });
    replace(useful);
  }

  private enum Probe {
    LISTENING,
    REFUSED,
    SILENT
  }

  private static Probe probe(HostPort address) {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(address.host(), address.port()), PROBE_MILLIS);
      return Probe.LISTENING;
    } catch (ConnectException e) {
      return Probe.REFUSED;
    } catch (IOException e) {
      return Probe.SILENT;
    }
  }

  private void replace(Iterable<HostPort> found) {
    List<String> now = new ArrayList<>();
    found.forEach(address -> now.add(address.toString()));
    if (!now.equals(addresses)) {
      log.atDebug().addKeyValue("addresses", now).log("peer addresses changed");
      addresses = List.copyOf(now);
    }
  }

  /** Returns the present addresses of all names, or their last known addresses. */
  Set<HostPort> resolve(InetAddress own) {
    peers.forEach(Name::ask);
    Deadline deadline = new Deadline(LOOKUP_MILLIS, nanos);
    Set<HostPort> all = new LinkedHashSet<>();
    peers.forEach(peer -> all.addAll(peer.answer(own, deadline)));
    return all;
  }

  /** Ends the look-ups that are under way. */
  @Override
  public void close() {
    tasks.shutdownNow();
  }

  /** A deadline for several tasks together. */
  private static final class Deadline {
    private final LongSupplier nanos;
    private final long end;

    Deadline(long millis, LongSupplier nanos) {
      this.nanos = nanos;
      this.end = nanos.getAsLong() + TimeUnit.MILLISECONDS.toNanos(millis);
    }

    /** Returns the result of a task; null if the task has no result at the deadline. */
    <T> @Nullable T await(Future<T> task) {
      try {
        return task.get(Math.max(0, end - nanos.getAsLong()), TimeUnit.NANOSECONDS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return null;
      } catch (ExecutionException | TimeoutException e) {
        return null;
      }
    }
  }

  /** A name or an address from the command line. */
  private final class Name implements Callable<List<InetAddress>> {
    private final HostPort peer;

    /**
     * The last known addresses of the name. A resolver that fails for a while removes no address.
     */
    private List<InetAddress> known = List.of();

    /** The look-up under way. A slow look-up is not started a second time meanwhile. */
    private @Nullable Future<List<InetAddress>> asked;

    private boolean isMissing;

    Name(HostPort peer) {
      this.peer = peer;
    }

    void ask() {
      if (asked == null) {
        asked = tasks.submit(this);
      }
    }

    @Override
    public List<InetAddress> call() throws UnknownHostException {
      return Arrays.asList(names.addresses(peer.host()));
    }

    List<HostPort> answer(InetAddress own, Deadline deadline) {
      Future<List<InetAddress>> under = asked;
      List<InetAddress> found = under == null ? null : deadline.await(under);
      if (under == null || under.isDone()) {
        asked = null;
      }
      List<HostPort> usable = usable(found == null ? List.of() : found, own);
      if (!usable.isEmpty() && found != null) {
        known = found;
        isMissing = false;
        return usable;
      }
      if (!isMissing) {
        isMissing = true;
        log.atWarn().addKeyValue("peer", peer).log("peer name without address; look-up repeated");
      }
      return usable(known, own);
    }

    private List<HostPort> usable(List<InetAddress> all, InetAddress own) {
      return all.stream()
          .filter(own.getClass()::isInstance)
          .map(address -> new HostPort(address.getHostAddress(), peer.port()))
          .toList();
    }
  }
}
