package io.holdfast.cluster.hazelcast;

import io.holdfast.cluster.transport.Threads;
import io.holdfast.cluster.transport.Transport.TrafficClass;
import io.holdfast.cluster.transport.TransportException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The sender of requests, which completes their futures.
 *
 * <p>Concurrency: any thread can send. Only the two threads of this object complete futures, even
 * futures that fail at once. So the callback of a sender does not run inside {@code send}.
 *
 * <p>Hazelcast has no suitable deadline for a call, and no deadline at all for some calls. So each
 * call has a deadline here. A call that Hazelcast still holds after the deadline counts against the
 * peer's in-flight limit.
 */
final class TaskOutbox implements AutoCloseable {
  private static final int THREADS = 2;

  private final ExecutorService answers = Threads.pool("cluster-answers", THREADS);
  private final ScheduledExecutorService deadlines = Threads.timer("cluster-deadlines");

  CompletableFuture<byte[]> send(
      @Nullable HazelcastPeer remote, TrafficClass trafficClass, byte[] request) {
    PendingCall call = new PendingCall();
    if (remote == null || !remote.add(call)) {
      fail(call, new TransportException("the peer has gone"));
    } else if (request.length > TrafficClasses.MAX_MESSAGE_BYTES) {
      fail(
          call,
          new TransportException(
              "request of "
                  + request.length
                  + " bytes (expected: <= "
                  + TrafficClasses.MAX_MESSAGE_BYTES
                  + ")"));
    } else if (!remote.limit(trafficClass).tryEnter(request.length)) {
      fail(call, new TransportException("too much is under way to the peer"));
    } else {
      startClock(call, trafficClass);
      submit(remote, call, trafficClass, request);
    }
    if (remote != null) {
      CompletableFuture<byte[]> unused =
          call.answer().whenComplete((answer, failure) -> remote.remove(call));
    }
    return call.answer();
  }

  /** Ends a call whose peer has gone. */
  void abandon(PendingCall call) {
    fail(call, new TransportException("the peer has gone"));
  }

  private void startClock(PendingCall call, TrafficClass trafficClass) {
    try {
      call.deadline(
          deadlines.schedule(
              () -> fail(call, new TransportException("the peer has not answered in time")),
              TrafficClasses.deadline(trafficClass).toMillis(),
              TimeUnit.MILLISECONDS));
    } catch (RejectedExecutionException e) {
      fail(call, new TransportException("closed"));
    }
  }

  private void submit(
      HazelcastPeer remote, PendingCall call, TrafficClass trafficClass, byte[] request) {
    CompletionStage<?> submitted;
    try {
      RequestTask task =
          new RequestTask(remote.ownId(), remote.member().getUuid(), trafficClass, request);
      submitted =
          (CompletionStage<?>)
              remote
                  .instance()
                  .getExecutorService(TrafficClasses.executor(trafficClass))
                  .submitToMember(task, remote.member());
    } catch (RuntimeException e) {
      // Hazelcast is ending, or the member has just left.
      remote.limit(trafficClass).leave(request.length);
      fail(call, new TransportException("not sent: " + e));
      return;
    }
    submitted.whenCompleteAsync(
        (answer, failure) -> {
          remote.limit(trafficClass).leave(request.length);
          finish(call, answer, failure);
        },
        this::onOwnThread);
  }

  private static void finish(
      PendingCall call, @Nullable Object answer, @Nullable Throwable failure) {
    if (answer == null) {
      Throwable cause =
          failure instanceof CompletionException && failure.getCause() != null
              ? failure.getCause()
              : failure;
      call.fail(new TransportException("no answer: " + cause));
      return;
    }
    try {
      call.succeed(Reply.read(answer));
    } catch (TransportException e) {
      call.fail(e);
    }
  }

  private void fail(PendingCall call, TransportException cause) {
    onOwnThread(() -> call.fail(cause));
  }

  private void onOwnThread(Runnable completion) {
    try {
      answers.execute(completion);
    } catch (RejectedExecutionException e) {
      // The outbox is closed. The call completes on this thread, so that no caller waits forever.
      completion.run();
    }
  }

  @Override
  public void close() {
    deadlines.shutdownNow();
    answers.shutdown();
  }
}
