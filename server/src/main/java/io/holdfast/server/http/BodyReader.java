package io.holdfast.server.http;

import static java.util.Objects.requireNonNull;

import io.holdfast.server.config.Limit;
import java.util.Arrays;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.server.HttpStream;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.util.thread.Invocable;
import org.jspecify.annotations.Nullable;

/**
 * Reads a body into memory as it comes, without waiting for it, within a limit and a budget.
 *
 * <p>Concurrency: runs on one thread at a time, that which has the next bytes. Any thread may
 * {@link #giveUp}.
 */
public final class BodyReader implements Invocable.Task {
  private static final int INITIAL_BYTES = 4096;
  private static final byte[] NOTHING = {};
  private static final long SHORTEST_IDLE_MILLIS = 1;

  /** Hears how it ended. Exactly one of these is called, once. */
  public interface Receiver {
    void received(byte[] body);

    /** There must not be so much of something. */
    void limitExceeded(Limit limit);

    void failed(Throwable cause);
  }

  private enum State {
    READING,
    ENDED,
    TOO_SLOW,
    IN_THE_WAY
  }

  /**
   * How bodies are read.
   *
   * @param maxBytes of one
   * @param budget of all
   * @param slowBodies told of those that take their time
   */
  public record BodyLimits(int maxBytes, ByteBudget budget, SlowBodies slowBodies) {}

  private final Request request;
  private final BodyLimits limits;
  private final InvocationType invocationType;
  private final Receiver receiver;
  private final long startedAt;
  private final AtomicReference<State> state = new AtomicReference<>(State.READING);

  // Other threads ask for it, when the request may be over and know nothing any more.
  private final EndPoint client;
  private final AtomicReference<@Nullable HttpStream> stream = new AtomicReference<>();
  private final long idleTimeoutMillis;

  private byte[] bytes;
  private boolean isAwaited;

  private int size;

  /** Bytes of the budget, written by the reading thread alone; the receiver gives them back. */
  private volatile int taken;

  public BodyReader(
      Request request, BodyLimits limits, InvocationType invocationType, Receiver receiver) {
    this.request = request;
    this.limits = limits;
    this.startedAt = limits.slowBodies.now();
    this.invocationType = invocationType;
    this.receiver = receiver;
    this.client = request.getConnectionMetaData().getConnection().getEndPoint();
    // Jetty shows the stream of a request only so; the stream stays as it is.
    request.addHttpStreamWrapper(
        its -> {
          stream.set(its);
          return its;
        });
    this.idleTimeoutMillis = request.getConnectionMetaData().getConnector().getIdleTimeout();
    // Not what is announced: who announces much and sends nothing must not take memory.
    long announced = request.getLength();
    boolean isSmall = announced >= 0 && announced <= INITIAL_BYTES;
    this.bytes = new byte[isSmall ? (int) announced : INITIAL_BYTES];
  }

  /** How much of the budget it has taken so far. */
  public int taken() {
    return taken;
  }

  /** Whether the rest of the body is not waited for: it takes too long, or too much room. */
  public boolean isGivenUp() {
    State now = state.get();
    return now == State.TOO_SLOW || now == State.IN_THE_WAY;
  }

  /** Where the bytes come from. */
  public EndPoint client() {
    return client;
  }

  /** How long the body has been under way. */
  long nanosSince(long now) {
    return now - startedAt;
  }

  /**
   * Waits for the body no longer: the receiver hears why. Returns at once.
   *
   * @param isInTheWay whether that is for others' sake, and not because it took too long
   * @return false if there is nothing to wait for any more
   */
  boolean giveUp(boolean isInTheWay) {
    State given = isInTheWay ? State.IN_THE_WAY : State.TOO_SLOW;
    if (!state.compareAndSet(State.READING, given)) {
      return false;
    }
    // Jetty has no call that ends a wait for content, but for the time that it may take.
    setIdleTimeout(SHORTEST_IDLE_MILLIS);
    return true;
  }

  /** Of the stream: a connection of HTTP/2 has others, which must go on. */
  private void setIdleTimeout(long millis) {
    requireNonNull(stream.get(), "stream").setIdleTimeout(millis);
  }

  @Override
  public void run() {
    try {
      read();
    } catch (RuntimeException | Error e) {
      // The receiver has something to give back, whatever went wrong.
      end(() -> receiver.failed(e));
    }
  }

  private void read() {
    if (request.getLength() > limits.maxBytes) {
      end(() -> receiver.limitExceeded(Limit.BODY_SIZE));
      return;
    }
    while (state.get() == State.READING) {
      Content.Chunk chunk = request.read();
      if (chunk == null) {
        await();
        return;
      }
      if (Content.Chunk.isFailure(chunk)) {
        end(() -> fail(chunk.getFailure()));
        return;
      }
      boolean isLast = chunk.isLast();
      Limit limit = take(chunk);
      chunk.release();
      if (limit != null) {
        end(() -> receiver.limitExceeded(limit));
        return;
      }
      if (isLast) {
        byte[] body = size == bytes.length ? bytes : Arrays.copyOf(bytes, size);
        // The receiver's from here on: this object lives until the answer was read.
        bytes = NOTHING;
        end(() -> receiver.received(body));
        return;
      }
    }
    end(() -> {});
  }

  private void await() {
    if (!isAwaited) {
      isAwaited = true;
      limits.slowBodies.add(this);
    }
    request.demand(this);
  }

  /** The limit that keeps it from being taken, or null. */
  private @Nullable Limit take(Content.Chunk chunk) {
    int length = chunk.remaining();
    int before = size;
    if ((long) before + length > limits.maxBytes) {
      return Limit.BODY_SIZE;
    }
    if (!limits.budget.tryTake(length)) {
      limits.slowBodies.makeRoom(length);
      return Limit.BYTES_IN_FLIGHT;
    }
    taken = before + length;
    if (before + length > bytes.length) {
      long doubled = Math.max(2L * bytes.length, (long) before + length);
      bytes = Arrays.copyOf(bytes, (int) Math.min(doubled, limits.maxBytes));
    }
    chunk.get(bytes, before, length);
    size = before + length;
    return null;
  }

  private void fail(Throwable cause) {
    if (cause instanceof TimeoutException) {
      receiver.limitExceeded(Limit.BODY_TIME);
    } else {
      receiver.failed(cause);
    }
  }

  /** Tells the receiver, unless it has been given up in the meantime. */
  private void end(Runnable how) {
    if (isAwaited) {
      limits.slowBodies.remove(this);
    }
    if (state.compareAndSet(State.READING, State.ENDED)) {
      how.run();
    } else {
      // Or the answer would have no more time than that.
      setIdleTimeout(idleTimeoutMillis);
      boolean isInTheWay = state.get() == State.IN_THE_WAY;
      receiver.limitExceeded(isInTheWay ? Limit.BYTES_IN_FLIGHT : Limit.BODY_TIME);
    }
  }

  @Override
  public InvocationType getInvocationType() {
    return invocationType;
  }
}
