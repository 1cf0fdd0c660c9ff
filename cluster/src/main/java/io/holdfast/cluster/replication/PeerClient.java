package io.holdfast.cluster.replication;

import com.google.protobuf.InvalidProtocolBufferException;
import io.holdfast.cluster.transport.Transport;
import io.holdfast.proto.cluster.Answer;
import io.holdfast.proto.cluster.ProcessTime;
import io.holdfast.proto.cluster.Request;
import java.util.concurrent.CompletableFuture;

/**
 * The sender of requests to peers.
 *
 * <p>Concurrency: for any thread.
 */
final class PeerClient {
  private final Transport transport;
  private final ClusterCounters counters;
  private final Times times;

  /** The times that requests and answers carry. */
  interface Times {
    ProcessTime now();

    /**
     * Takes the time of a peer's answer to a question of the given time. The call comes before any
     * other use of the answer.
     */
    void answered(ProcessTime theirs, long sentAt);
  }

  PeerClient(Transport transport, ClusterCounters counters, Times times) {
    this.transport = transport;
    this.counters = counters;
    this.times = times;
  }

  /** Sends a request in the data class. */
  CompletableFuture<Answer> ask(PeerState peer, Request request) {
    return ask(peer, Transport.TrafficClass.DATA, request);
  }

  /**
   * Sends a request. The future completes on a thread of the transport. The future fails if the
   * peer dies, if no answer comes in time, or if the answer cannot be read.
   */
  CompletableFuture<Answer> ask(
      PeerState peer, Transport.TrafficClass trafficClass, Request request) {
    ProcessTime now = times.now();
    return transport
        .send(peer.process(), trafficClass, request.toBuilder().setTime(now).build().toByteArray())
        .thenApply(
            bytes -> {
              try {
                Answer answer = Answer.parseFrom(bytes);
                times.answered(answer.getTime(), now.getNanos());
                return answer;
              } catch (InvalidProtocolBufferException e) {
                counters.refused();
                throw new IllegalStateException("not an answer: " + e.getMessage(), e);
              }
            });
  }
}
