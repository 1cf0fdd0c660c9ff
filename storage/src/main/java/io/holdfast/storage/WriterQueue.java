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
 * The commands that wait for the writer, in order, and the pictures that were asked for.
 *
 * <p>Concurrency: any thread adds; the writer alone takes. Every command that was added is
 * answered: by the writer, or by {@link #abandon} and the threads that add after it.
 */
final class WriterQueue {
  private static final String SHUTTING_DOWN = "the server is shutting down";

  private final int capacity;
  private final BlockingQueue<WriterCommand> commands;
  private final Queue<CompletableFuture<Picture>> pictures = new ConcurrentLinkedQueue<>();
  private volatile boolean isClosed;
  private volatile boolean isAbandoned;

  /** The command that was looked at and not yet taken; of the writer alone. */
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
      command.refuse("the write queue is full (" + capacity + " changes are waiting)");
    } else if (isAbandoned) {
      // The writer may have left between the first question and the offer. After it has left,
      // every thread that sees the queue may empty it.
      refuseAll();
    }
  }

  /** Asks for a picture, which is taken between two commits and before any waiting command. */
  void add(CompletableFuture<Picture> picture) {
    pictures.add(picture);
    if (commands.isEmpty()) {
      // Wakes the writer.
      boolean unused = commands.offer(WriterCommand.Query.ofNothing());
    }
    if (isAbandoned) {
      refusePictures(SHUTTING_DOWN);
    }
  }

  /** Refuses what comes from now on; what waits is still taken. */
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

  // Everything below is for the writer.

  /** Waits for a command. Returns whether one is there. */
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

  /** Whether {@link #peek} has returned a command that is still there. */
  boolean hasHead() {
    return head != null;
  }

  /** Puts a command before all others; only while none was looked at. */
  void addFirst(WriterCommand command) {
    if (head != null) {
      throw new IllegalStateException("a command was looked at, and not removed");
    }
    head = command;
  }

  @Nullable CompletableFuture<Picture> nextPicture() {
    return pictures.poll();
  }

  void refusePictures(String reason) {
    for (CompletableFuture<Picture> next = pictures.poll(); next != null; next = pictures.poll()) {
      next.completeExceptionally(new IllegalStateException(reason));
    }
  }

  /** Refuses everything that waits, and everything that comes: the writer leaves. */
  void abandon() {
    isClosed = true;
    isAbandoned = true;
    WriterCommand looked = head;
    head = null;
    if (looked != null) {
      looked.refuse(SHUTTING_DOWN);
    }
    refuseAll();
    refusePictures(SHUTTING_DOWN);
  }

  private void refuseAll() {
    for (WriterCommand left = commands.poll(); left != null; left = commands.poll()) {
      left.refuse(SHUTTING_DOWN);
    }
  }
}
