package io.holdfast.server;

import java.util.Arrays;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.util.thread.Invocable;

/**
 * Reads a body into memory as it comes, without waiting for it, within a limit and a budget.
 *
 * <p>Concurrency: runs on one thread at a time, that which has the next bytes.
 */
final class BodyReader implements Invocable.Task {
  private static final int INITIAL_BYTES = 4096;

  /** Hears how it ended. Exactly one of these is called, once. */
  interface Receiver {
    void received(byte[] body);

    void tooLarge();

    /** There is no room at the moment. */
    void noRoom();

    void failed(Throwable cause);
  }

  private final Request request;
  private final int maxBytes;
  private final ByteBudget budget;
  private final InvocationType invocationType;
  private final Receiver receiver;
  private byte[] bytes;
  private int size;

  /** From the budget; the receiver gives it back when the request is answered. */
  private long taken;

  BodyReader(
      Request request,
      int maxBytes,
      ByteBudget budget,
      InvocationType invocationType,
      Receiver receiver) {
    this.request = request;
    this.maxBytes = maxBytes;
    this.budget = budget;
    this.invocationType = invocationType;
    this.receiver = receiver;
    // Not what is announced: who announces much and sends nothing must not take memory.
    long announced = request.getLength();
    boolean isSmall = announced >= 0 && announced <= INITIAL_BYTES;
    this.bytes = new byte[isSmall ? (int) announced : INITIAL_BYTES];
  }

  /** How much of the budget it has taken so far. */
  long taken() {
    return taken;
  }

  @Override
  public void run() {
    if (request.getLength() > maxBytes) {
      receiver.tooLarge();
      return;
    }
    while (true) {
      Content.Chunk chunk = request.read();
      if (chunk == null) {
        request.demand(this);
        return;
      }
      if (Content.Chunk.isFailure(chunk)) {
        receiver.failed(chunk.getFailure());
        return;
      }
      boolean isLast = chunk.isLast();
      int length = chunk.remaining();
      if ((long) size + length > maxBytes) {
        chunk.release();
        receiver.tooLarge();
        return;
      }
      if (!budget.tryTake(length)) {
        chunk.release();
        receiver.noRoom();
        return;
      }
      taken += length;
      append(chunk, length);
      chunk.release();
      if (isLast) {
        receiver.received(size == bytes.length ? bytes : Arrays.copyOf(bytes, size));
        return;
      }
    }
  }

  private void append(Content.Chunk chunk, int length) {
    if (size + length > bytes.length) {
      long doubled = Math.max(2L * bytes.length, (long) size + length);
      bytes = Arrays.copyOf(bytes, (int) Math.min(doubled, maxBytes));
    }
    chunk.get(bytes, size, length);
    size += length;
  }

  @Override
  public InvocationType getInvocationType() {
    return invocationType;
  }
}
