package io.holdfast.cluster;

import com.google.protobuf.InvalidProtocolBufferException;
import io.holdfast.proto.cluster.Answer;
import io.holdfast.proto.cluster.Request;
import java.util.concurrent.CompletableFuture;

/** Puts requests to peers. Any threads may use it. */
final class Asking {
  private final Transport transport;
  private final ClusterCounters counters;

  Asking(Transport transport, ClusterCounters counters) {
    this.transport = transport;
    this.counters = counters;
  }

  /** Moves data. */
  CompletableFuture<Answer> ask(Link link, Request request) {
    return ask(link, Transport.Lane.DATA, request);
  }

  /** The answer, or a failure: there was none, or it was not one. */
  CompletableFuture<Answer> ask(Link link, Transport.Lane lane, Request request) {
    return transport
        .send(link.peer, lane, request.toByteArray())
        .thenApply(
            bytes -> {
              try {
                return Answer.parseFrom(bytes);
              } catch (InvalidProtocolBufferException e) {
                counters.refused();
                throw new IllegalStateException("not an answer: " + e.getMessage(), e);
              }
            });
  }
}
