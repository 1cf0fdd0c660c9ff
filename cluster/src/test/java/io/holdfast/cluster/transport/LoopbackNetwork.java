package io.holdfast.cluster.transport;

import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;

/**
 * A network within this process, whose links can be cut and whose messages can be lost or altered.
 *
 * <p>It does not check sizes, does not repeat or reorder messages by itself, and has only as many
 * threads as messages are under way. Time is real: a lost message fails after {@link
 * #DEADLINE_MILLIS}.
 */
final class LoopbackNetwork {
  static final long DEADLINE_MILLIS = 500;

  private final Map<String, Node> nodes = new ConcurrentHashMap<>();
  private final Set<Set<String>> cuts = new HashSet<>();

  /** What becomes of a message; null if it is lost. */
  interface Fault {
    byte[] carry(String from, String to, byte[] message);
  }

  private volatile Fault requestFault = (from, to, message) -> message;
  private volatile UnaryOperator<byte[]> answerFault = UnaryOperator.identity();

  /** A process of this name; another one of the same name may come when it is closed. */
  NamedTransport join(String name) {
    return new Node(name);
  }

  /** Every request from now on goes through this. */
  void onRequest(Fault fault) {
    requestFault = fault;
  }

  /** Every answer from now on goes through this; null loses it. */
  void onAnswer(UnaryOperator<byte[]> fault) {
    answerFault = fault;
  }

  /** Two processes do not see each other any more. What is under way between them is lost. */
  synchronized void cut(String one, String other) {
    cuts.add(Set.of(one, other));
    compare();
  }

  /** They see each other again, as new peers. */
  synchronized void heal() {
    cuts.clear();
    compare();
  }

  private synchronized void enter(Node node) {
    if (nodes.putIfAbsent(node.name, node) != null) {
      throw new IllegalStateException("name: " + node.name + " (expected: one that is free)");
    }
    compare();
  }

  private synchronized void leave(Node node) {
    nodes.remove(node.name, node);
    compare();
  }

  private synchronized boolean isCut(String one, String other) {
    return cuts.contains(Set.of(one, other));
  }

  private void compare() {
    nodes.values().forEach(Node::compare);
  }

  private final class Node implements NamedTransport {
    private final String name;
    private final String fullName;
    private final ExecutorService events;
    private final ExecutorService messages;

    /** By the name of the process. */
    private final Map<String, Way> links = new ConcurrentHashMap<>();

    private volatile Receiver receiver;

    /** The way to one process for as long as it is seen. */
    private record Way(Peer peer, Node node, Set<CompletableFuture<byte[]>> calls) {
      Way(Node node) {
        this(new Peer(UUID.randomUUID(), node.name + ":1"), node, ConcurrentHashMap.newKeySet());
      }
    }

    Node(String name) {
      this.name = name;
      this.fullName = name + "/" + UUID.randomUUID();
      this.events = Executors.newSingleThreadExecutor(Threads.named("loopback-" + name));
      this.messages = Executors.newCachedThreadPool(Threads.named("loopback-message-" + name));
    }

    @Override
    public void start(Receiver receiver) {
      this.receiver = receiver;
      enter(this);
    }

    /** Called under the network's lock; the receiver is told on our thread, in this order. */
    private void compare() {
      links
          .values()
          .removeIf(
              link -> {
                if (nodes.get(link.node().name) == link.node() && !isCut(name, link.node().name)) {
                  return false;
                }
                link.calls().forEach(call -> fail(call, "the peer has gone"));
                onExecutor(events, () -> receiver.disappeared(link.peer()));
                return true;
              });
      for (Node other : nodes.values()) {
        if (other != this && !isCut(name, other.name) && !links.containsKey(other.name)) {
          Way link = new Way(other);
          links.put(other.name, link);
          onExecutor(events, () -> receiver.appeared(link.peer()));
        }
      }
    }

    @Override
    public CompletableFuture<byte[]> send(Peer to, TrafficClass trafficClass, byte[] request) {
      CompletableFuture<byte[]> call = new CompletableFuture<>();
      Way link = link(to);
      if (link == null) {
        fail(call, "the peer has gone");
        return call;
      }
      link.calls().add(call);
      CompletableFuture<byte[]> unused =
          call.orTimeout(DEADLINE_MILLIS, TimeUnit.MILLISECONDS)
              .whenComplete((bytes, failure) -> link.calls().removeIf(each -> each == call));
      byte[] carried = requestFault.carry(name, link.node().name, request.clone());
      if (carried != null) {
        link.node().deliver(this, carried, call);
      }
      return call;
    }

    private void deliver(Node from, byte[] request, CompletableFuture<byte[]> call) {
      Way link = links.get(from.name);
      if (link == null || link.node() != from) {
        from.fail(call, "the peer does not know us");
        return;
      }
      // After the news of the sender, which were queued before.
      onExecutor(events, () -> onExecutor(messages, () -> receive(from, link, request, call)));
    }

    private void receive(Node from, Way link, byte[] request, CompletableFuture<byte[]> call) {
      CompletableFuture<byte[]> answer;
      try {
        answer = receiver.received(link.peer(), request);
      } catch (RuntimeException e) {
        from.fail(call, "the peer failed");
        return;
      }
      CompletableFuture<byte[]> unused =
          answer.whenComplete((bytes, failure) -> bring(from, call, bytes, failure));
    }

    private void bring(
        Node sender, CompletableFuture<byte[]> call, byte[] bytes, Throwable failure) {
      if (failure != null) {
        sender.fail(call, "the peer failed");
        return;
      }
      byte[] carried = answerFault.apply(bytes.clone());
      if (carried != null && !isCut(name, sender.name)) {
        onExecutor(sender.messages, () -> call.complete(carried));
      }
    }

    private void fail(CompletableFuture<byte[]> call, String reason) {
      TransportException cause = new TransportException(reason);
      try {
        messages.execute(() -> call.completeExceptionally(cause));
      } catch (RejectedExecutionException e) {
        call.completeExceptionally(cause);
      }
    }

    private static void onExecutor(ExecutorService executor, Runnable task) {
      try {
        executor.execute(task);
      } catch (RejectedExecutionException e) {
        // The process has closed: what it would have done, it does not do.
      }
    }

    private Way link(Peer peer) {
      return links.values().stream()
          .filter(link -> link.peer().equals(peer))
          .findAny()
          .orElse(null);
    }

    @Override
    public String ownName() {
      return fullName;
    }

    @Override
    public String nameOf(Peer peer) {
      Way link = link(peer);
      return link == null ? "" : link.node().fullName;
    }

    @Override
    public void close() {
      leave(this);
      for (Way link : links.values()) {
        link.calls().forEach(call -> call.completeExceptionally(new TransportException("closed")));
      }
      events.shutdown();
      messages.shutdown();
    }
  }
}
