package io.holdfast.cluster.hazelcast;

import io.holdfast.cluster.transport.Peer;
import io.holdfast.cluster.transport.Transport.Receiver;
import io.holdfast.cluster.transport.Transport.TrafficClass;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The handler of requests from other members. The inbox hands a request to the receiver and waits
 * for the answer.
 *
 * <p>Concurrency: called by the threads of the executors. A call blocks its thread, so each traffic
 * class has several threads.
 */
final class TaskInbox {
  /** The key of the inbox in the user context of its Hazelcast instance. */
  static final String CONTEXT_KEY = "io.holdfast.cluster.inbox";

  private static final Logger log = LoggerFactory.getLogger(TaskInbox.class);

  private final Membership membership;
  private final Receiver receiver;

  TaskInbox(Membership membership, Receiver receiver) {
    this.membership = membership;
    this.receiver = receiver;
  }

  /** Returns the result of a task for its sender; see {@link Reply}. */
  byte[] take(UUID from, UUID to, TrafficClass trafficClass, byte[] request) {
    @Nullable Peer peer = membership.sender(from, to);
    if (peer == null) {
      return Reply.NOT_KNOWN.alone();
    }
    Duration deadline = TrafficClasses.deadline(trafficClass);
    try {
      byte[] answer =
          receiver.received(peer, request).get(deadline.toMillis(), TimeUnit.MILLISECONDS);
      return answer.length > TrafficClasses.MAX_MESSAGE_BYTES
          ? Reply.FAILED.alone()
          : Reply.answered(answer);
    } catch (TimeoutException e) {
      return Reply.LATE.alone();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Reply.FAILED.alone();
    } catch (ExecutionException | RuntimeException e) {
      log.atDebug().addKeyValue("peer", peer).setCause(e).log("request of a peer failed");
      return Reply.FAILED.alone();
    }
  }
}
