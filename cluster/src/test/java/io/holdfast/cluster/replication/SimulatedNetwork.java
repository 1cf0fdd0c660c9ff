package io.holdfast.cluster.replication;

import io.holdfast.cluster.replication.SimulatedTime.Scope;
import io.holdfast.cluster.transport.Peer;
import io.holdfast.cluster.transport.Transport;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * A network that delays, drops, duplicates and reorders messages, and that reports late which nodes
 * have gone and which are there.
 */
final class SimulatedNetwork {
  private static final long MILLI = 1_000_000L;

  private final SimulatedTime time;
  private final RandomGenerator random;
  private final Scope daemon = new Scope();
  private final List<Port> ports = new ArrayList<>();
  private final Map<String, Connection> connections = new HashMap<>();
  private final Set<String> cut = new HashSet<>();

  /** Notices soon which nodes have gone and which are back. */
  boolean isQuick;

  double lossRate;
  double duplicateRate;
  double lateRate;
  long maxDelayNanos = 20 * MILLI;

  /** Two processes that know of each other. */
  private static final class Connection {
    final Port one;
    final Port other;
    @Nullable Peer oneForOther;
    @Nullable Peer otherForOne;
    boolean isOpen;
    long changesAt;

    Connection(Port one, Port other) {
      this.one = one;
      this.other = other;
    }
  }

  /** One process's end. */
  final class Port implements Transport {
    final int node;
    final Scope process;
    private Transport.@Nullable Receiver receiver;

    /** When it will have been told all that there is to be told by now. */
    private long toldAt;

    Port(int node, Scope process) {
      this.node = node;
      this.process = process;
    }

    @Override
    public void start(Receiver started) {
      receiver = started;
      ports.add(this);
    }

    @Override
    public CompletableFuture<byte[]> send(Peer to, TrafficClass trafficClass, byte[] request) {
      CompletableFuture<byte[]> answer = new CompletableFuture<>();
      Connection connection = connectionOf(to);
      long deadline = (trafficClass == TrafficClass.DATA ? 5000 : 2000) * MILLI;
      time.after(deadline, process, () -> giveUp(answer));
      if (connection != null) {
        int copies = random.nextDouble() < duplicateRate ? 2 : 1;
        for (int i = 0; i < copies; i++) {
          deliver(connection, to, request, answer);
        }
      }
      return answer;
    }

    /** Most answers are there by then, and an exception costs more than all else here. */
    private static void giveUp(CompletableFuture<byte[]> answer) {
      if (!answer.isDone()) {
        answer.completeExceptionally(new IllegalStateException("no answer in time"));
      }
    }

    private void deliver(
        Connection connection, Peer to, byte[] request, CompletableFuture<byte[]> answer) {
      boolean isToOther = to.equals(connection.otherForOne);
      Port target = isToOther ? connection.other : connection.one;
      Peer self = isToOther ? connection.oneForOther : connection.otherForOne;
      if (isLost()) {
        return;
      }
      time.after(
          delay(),
          target.process,
          () -> {
            if (!isCut(node, target.node) && target.receiver != null && self != null) {
              CompletableFuture<Void> unused =
                  target
                      .receiver
                      .received(self, request)
                      .thenAccept(bytes -> answer(target, bytes, answer));
            }
          });
    }

    private void answer(Port from, byte[] bytes, CompletableFuture<byte[]> answer) {
      if (!isLost()) {
        time.after(
            delay(),
            process,
            () -> {
              if (!isCut(node, from.node)) {
                answer.complete(bytes);
              }
            });
      }
    }

    @Override
    public void close() {
      ports.remove(this);
    }
  }

  SimulatedNetwork(SimulatedTime time, RandomGenerator random) {
    this.time = time;
    this.random = random;
    time.after(0, daemon, this::watch);
  }

  Port port(int node, Scope process) {
    return new Port(node, process);
  }

  private boolean isLost() {
    return random.nextDouble() < lossRate;
  }

  private long delay() {
    // Now and then very late, so that much else has happened in between.
    return random.nextDouble() < lateRate
        ? random.nextLong(9000 * MILLI)
        : 50_000 + random.nextLong(maxDelayNanos);
  }

  private @Nullable Connection connectionOf(Peer peer) {
    for (Connection connection : connections.values()) {
      if (peer.equals(connection.oneForOther) || peer.equals(connection.otherForOne)) {
        return connection;
      }
    }
    return null;
  }

  private static String pair(int one, int other) {
    return Math.min(one, other) + "-" + Math.max(one, other);
  }

  void cut(int one, int other) {
    cut.add(pair(one, other));
  }

  void heal(int one, int other) {
    cut.remove(pair(one, other));
  }

  void heal() {
    cut.clear();
  }

  private boolean isCut(int one, int other) {
    return cut.contains(pair(one, other));
  }

  private void watch() {
    ports.removeIf(port -> !port.process.isAlive);
    connections.values().removeIf(this::isBroken);
    for (Port one : ports) {
      for (Port other : ports) {
        if (one.node < other.node) {
          watch(
              connections.computeIfAbsent(
                  pair(one.node, other.node), unused -> new Connection(one, other)));
        }
      }
    }
    time.after(50 * MILLI, daemon, this::watch);
  }

  /** A process has died: the other learns of it soon. */
  private boolean isBroken(Connection connection) {
    boolean isBroken = !connection.one.process.isAlive || !connection.other.process.isAlive;
    if (isBroken && connection.isOpen) {
      close(connection);
    }
    return isBroken;
  }

  private void watch(Connection connection) {
    Port one = connection.one;
    Port other = connection.other;
    boolean canTalk =
        !isCut(one.node, other.node)
            && one.process.frozenUntil <= time.now()
            && other.process.frozenUntil <= time.now();
    if (canTalk == connection.isOpen) {
      connection.changesAt = 0;
    } else if (connection.changesAt == 0) {
      long wait =
          canTalk
              ? random.nextLong(isQuick ? 300 : 2000)
              : 500 + random.nextLong(isQuick ? 300 : 5000);
      connection.changesAt = time.now() + wait * MILLI;
    } else if (time.now() >= connection.changesAt) {
      connection.changesAt = 0;
      if (canTalk) {
        open(connection);
      } else {
        close(connection);
      }
    }
  }

  private Peer peer(Port port) {
    return new Peer(new UUID(random.nextLong(), random.nextLong()), "node-" + port.node);
  }

  private void open(Connection connection) {
    connection.isOpen = true;
    Peer one = peer(connection.one);
    Peer other = peer(connection.other);
    connection.oneForOther = one;
    connection.otherForOne = other;
    tell(connection.one, receiver -> receiver.appeared(other));
    tell(connection.other, receiver -> receiver.appeared(one));
  }

  private void close(Connection connection) {
    connection.isOpen = false;
    Peer one = connection.oneForOther;
    Peer other = connection.otherForOne;
    connection.oneForOther = null;
    connection.otherForOne = null;
    if (one != null && other != null) {
      tell(connection.one, receiver -> receiver.disappeared(other));
      tell(connection.other, receiver -> receiver.disappeared(one));
    }
  }

  private void tell(Port port, java.util.function.Consumer<Transport.Receiver> what) {
    // In order, but each side in its own time, so that for a while their views differ.
    long delay = random.nextInt(10) == 0 ? random.nextLong(3000 * MILLI) : 100 * MILLI;
    port.toldAt = Math.max(port.toldAt, time.now() + delay);
    time.after(
        port.toldAt - time.now(),
        port.process,
        () -> {
          if (port.receiver != null) {
            what.accept(port.receiver);
          }
        });
  }
}
