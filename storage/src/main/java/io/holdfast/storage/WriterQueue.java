package io.holdfast.storage;

import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The queue of the commands that wait for the writer, in order, and of the requested snapshots.
 *
 * <p>Concurrency: any thread adds; only the writer takes. Every added command gets an answer: from
 * the writer, or from {@link #abandon} and the threads that add later.
 */
final class WriterQueue {
  private static final Refusal SHUTTING_DOWN =
      new Refusal(Refusal.Code.SHUTTING_DOWN, "the server is shutting down");

  private final int capacity;
  private final BlockingQueue<WriterCommand> commands;
  private final Queue<CompletableFuture<Snapshot>> snapshots = new ConcurrentLinkedQueue<>();
  private volatile boolean isClosed;
  private volatile boolean isAbandoned;

  /**
   * The command that {@link #peek} has returned and {@link #remove} has not removed. Only the
   * writer uses it.
   */
  private @Nullable WriterCommand head;

  WriterQueue(int capacity) {
    this.capacity = capacity;
    this.commands = new ArrayBlockingQueue<>(capacity);
  }

  /** Adds a command, or refuses it if the queue is full or closed. */
  void add(WriterCommand command) {
    if (isClosed) {
      command.refuse(SHUTTING_DOWN);
    } else if (!commands.offer(command)) {
      command.refuse(
          new Refusal(
              Refusal.Code.QUEUE_FULL,
              "the write queue is full (" + capacity + " changes are waiting)"));
    } else if (isAbandoned) {
      // The writer has possibly ended between the first question and the offer. After its end,
      // every thread that notices the end may empty the queue.
      refuseAll();
    }
  }

  /** Requests a snapshot. The writer takes it between two commits, before any waiting command. */
  void add(CompletableFuture<Snapshot> snapshot) {
    snapshots.add(snapshot);
    if (commands.isEmpty()) {
      // The empty query wakes the writer.
      boolean unused = commands.offer(WriterCommand.Query.ofNothing());
    }
    if (isAbandoned) {
      refuseSnapshots(SHUTTING_DOWN);
    }
  }

  /** Refuses later commands. The writer still takes the waiting commands. */
  void close() {
    isClosed = true;
  }

  boolean isClosed() {
    return isClosed;
  }

  int size() {
    return commands.size();
  }

  int capacity() {
    return capacity;
  }

  // Only the writer calls the methods below.

  /** Waits for a command. Returns whether a command is there. */
  boolean await(Duration patience) throws InterruptedException {
    if (head == null) {
      head = commands.poll(patience.toMillis(), TimeUnit.MILLISECONDS);
    }
    return head != null;
  }

  /** Returns the first command and leaves it there; null if none waits. */
  @Nullable WriterCommand peek() {
    if (head == null) {
      head = commands.poll();
    }
    return head;
  }

  /** Removes the command that {@link #peek} has returned. */
  void remove() {
    head = null;
  }

  boolean isEmpty() {
    return head == null && commands.isEmpty();
  }

  /** Returns whether {@link #peek} has returned a command that is still there. */
  boolean hasHead() {
    return head != null;
  }

  /** Puts a command before all others. Allowed only while {@link #peek} has returned none. */
  void addFirst(WriterCommand command) {
    if (head != null) {
      throw new IllegalStateException("a command was looked at, and not removed");
    }
    head = command;
  }

  @Nullable CompletableFuture<Snapshot> nextSnapshot() {
    return snapshots.poll();
  }

  void refuseSnapshots(Refusal refusal) {
    for (CompletableFuture<Snapshot> next = snapshots.poll();
        next != null;
        next = snapshots.poll()) {
      next.completeExceptionally(new RefusedException(refusal));
    }
  }

  /** Refuses all waiting and all later commands, because the writer ends. */
  void abandon() {
    isClosed = true;
    isAbandoned = true;
    WriterCommand looked = head;
    head = null;
    if (looked != null) {
      looked.refuse(SHUTTING_DOWN);
    }
    refuseAll();
    refuseSnapshots(SHUTTING_DOWN);
  }

  private void refuseAll() {
    for (WriterCommand left = commands.poll(); left != null; left = commands.poll()) {
      left.refuse(SHUTTING_DOWN);
    }
  }
}
