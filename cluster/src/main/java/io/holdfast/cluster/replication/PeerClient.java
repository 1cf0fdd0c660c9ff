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

  /** Whose times requests and answers carry. */
  interface Times {
    ProcessTime now();

    /** A peer has answered a question sent then; before anybody hears of the answer. */
    void answered(ProcessTime theirs, long sentAt);
  }

  PeerClient(Transport transport, ClusterCounters counters, Times times) {
    this.transport = transport;
    this.counters = counters;
    this.times = times;
  }

  /** Sends a request with the traffic of data. */
  CompletableFuture<Answer> ask(PeerState peer, Request request) {
    return ask(peer, Transport.TrafficClass.DATA, request);
  }

  /** Sends a request; the future fails if no answer comes, or none that can be read. */
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
