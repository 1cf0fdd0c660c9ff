package io.holdfast.cluster.transport;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * The carrier of messages between the processes of a cluster, which also tells which peers are
 * present. A message or its answer can be lost, carried twice, late or in another order. No class
 * above relies on more.
 */
public interface Transport extends AutoCloseable {

  /**
   * The two queues to a peer. Messages of one class do not wait behind messages of the other class.
   */
  enum TrafficClass {
    /** Changes and states: up to a mebibyte each. The answer sometimes waits for a disk. */
    DATA,
    /** Heartbeats and questions: small, and answered at once. */
    CONTROL
  }

  /** The receiver of the transport's events. All methods are called on threads of the transport. */
  interface Receiver {

    /** Reports a peer that can be reached and has proved that it belongs to the cluster. */
    void appeared(Peer peer);

    /**
     * Reports a peer that has gone or cannot be reached. A process that comes back is another peer.
     */
    void disappeared(Peer peer);

    /**
     * Takes a request of a peer that has appeared. The call returns at once. The future completes
     * with the answer. The future fails only for bytes that are not a request.
     *
     * @param request belongs to the receiver from now on
     */
    CompletableFuture<byte[]> received(Peer from, byte[] request);
  }

  /**
   * Begins to look for peers, and does not wait for them.
   *
   * @param receiver hears of all events from now on
   */
  void start(Receiver receiver);

  /**
   * Sends a request. Never blocks.
   *
   * @return completes with the answer, on a thread of the transport; fails when the peer has gone
   *     or has not answered within seconds, although the request has perhaps arrived
   */
  CompletableFuture<byte[]> send(Peer to, TrafficClass trafficClass, byte[] request);

  /**
   * Returns the reason why no peer can reach this process yet, or empty. Any thread can call this
   * method.
   */
  default Optional<String> obstacle() {
    return Optional.empty();
  }

  /** Leaves the cluster in order, within seconds. */
  @Override
  void close();
}
