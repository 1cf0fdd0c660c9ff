package io.holdfast.cluster.hazelcast;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * A request that waits. The wait ends with the answer, the deadline, or the disappearance of the
 * peer.
 */
final class PendingCall {
  private final CompletableFuture<byte[]> answer = new CompletableFuture<>();
  private volatile @Nullable Future<?> deadline;

  CompletableFuture<byte[]> answer() {
    return answer;
  }

  void deadline(Future<?> timer) {
    deadline = timer;
    if (answer.isDone()) {
      timer.cancel(false);
    }
  }

  void succeed(byte[] bytes) {
    stopClock();
    answer.complete(bytes);
  }

  void fail(Throwable cause) {
    stopClock();
    answer.completeExceptionally(cause);
  }

  private void stopClock() {
    Future<?> timer = deadline;
    if (timer != null) {
      timer.cancel(false);
    }
  }
}
