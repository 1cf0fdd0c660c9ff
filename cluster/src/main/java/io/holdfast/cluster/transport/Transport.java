package io.holdfast.cluster.transport;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * Carries messages between the processes of a cluster, and tells who is there. It may lose a
 * message or its answer, carry it twice, late or in another order: nothing above relies on more.
 */
public interface Transport extends AutoCloseable {

  /** The two queues to a peer: messages of one class do not wait behind those of the other. */
  enum TrafficClass {
    /** Changes and states: up to a mebibyte each; the answer may wait for a disk. */
    DATA,
    /** Heartbeats and questions: small, and answered at once. */
    CONTROL
  }

  /** What the transport tells. All methods are called on threads of the transport. */
  interface Receiver {

    /** A process can be reached and has proved that it belongs to the cluster. */
    void appeared(Peer peer);

    /** It has gone, or cannot be reached; if it comes back it is another peer. */
    void disappeared(Peer peer);

    /**
     * A request of a peer that has appeared. It returns at once; the future completes with the
     * answer, and exceptionally only for what is not a request at all.
     *
     * @param request the receiver's own from now on
     */
    CompletableFuture<byte[]> received(Peer from, byte[] request);
  }

  /**
   * Begins to look for others. Does not wait for them.
   *
   * @param receiver hears of everything from now on
   */
  void start(Receiver receiver);

  /**
   * Sends a request. Never blocks.
   *
   * @return completes with the answer, or exceptionally when the peer has gone or has not answered
   *     within seconds (the request may have arrived all the same); on a thread of the transport
   */
  CompletableFuture<byte[]> send(Peer to, TrafficClass trafficClass, byte[] request);

  /** What this process waits for before any other can reach it, or empty. From any thread. */
  default Optional<String> obstacle() {
    return Optional.empty();
  }

  /** Leaves the cluster in order, within seconds. */
  @Override
  void close();
}
