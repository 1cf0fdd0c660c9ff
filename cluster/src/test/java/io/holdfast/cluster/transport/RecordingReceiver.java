package io.holdfast.cluster.transport;

import io.holdfast.cluster.transport.Transport.Receiver;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;

/** Remembers what it was told, answers as it is told, and notices what must not happen. */
public final class RecordingReceiver implements Receiver {
  private final List<Peer> present = new CopyOnWriteArrayList<>();
  private final List<String> violations = new CopyOnWriteArrayList<>();
  private final Set<Peer> everSeen = ConcurrentHashMap.newKeySet();
  private final ConcurrentLinkedQueue<byte[]> requests = new ConcurrentLinkedQueue<>();
  private volatile Function<byte[], CompletableFuture<byte[]>> behaviour =
      CompletableFuture::completedFuture;

  /** What every request is answered with from now on; without this, with itself. */
  void answer(Function<byte[], CompletableFuture<byte[]>> behaviour) {
    this.behaviour = behaviour;
  }

  public List<Peer> present() {
    return List.copyOf(present);
  }

  /** How many peers it was ever told of. */
  public int appearances() {
    return everSeen.size();
  }

  public List<byte[]> requests() {
    return List.copyOf(requests);
  }

  /** Peers that appeared twice or went without having appeared, requests of unknown peers. */
  List<String> violations() {
    return violations;
  }

  @Override
  public void appeared(Peer peer) {
    if (!everSeen.add(peer)) {
      violations.add("appeared twice: " + peer);
    }
    present.add(peer);
  }

  @Override
  public void disappeared(Peer peer) {
    if (!present.remove(peer)) {
      violations.add("disappeared without being there: " + peer);
    }
  }

  @Override
  public CompletableFuture<byte[]> received(Peer from, byte[] request) {
    if (!everSeen.contains(from)) {
      violations.add("request of a peer that has not appeared: " + from);
    }
    requests.add(request);
    return behaviour.apply(request);
  }
}
