package io.holdfast.server.http;

import static java.util.Objects.requireNonNull;

import io.holdfast.server.config.Limit;
import java.nio.ByteBuffer;
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
 * A reader that takes a body into memory, or into a {@link Sink}, as the body arrives. It does not
 * wait for the client, and it keeps a limit and a budget.
 *
 * <p>Concurrency: the thread that has the next bytes runs it, one thread at a time. Any thread may
 * call {@link #giveUp}.
 */
public final class BodyReader implements Invocable.Task {
  private static final int INITIAL_BYTES = 4096;
  private static final byte[] NOTHING = {};
  private static final long SHORTEST_IDLE_MILLIS = 1;

  /** The receiver of the result. Exactly one of these methods is called, once. */
  public interface Receiver {
    void received(byte[] body);

    /** Reports that the body exceeded a limit. */
    void limitExceeded(Limit limit);

    void failed(Throwable cause);
  }

  /** A place for a body that is too large for memory. */
  public interface Sink {
    /** Takes the bytes that have arrived. May block. An exception ends the reading. */
    void take(ByteBuffer bytes);
  }

  private enum State {
    READING,
    ENDED,
    TOO_SLOW,
    IN_THE_WAY
  }

  /**
   * The limits for reading bodies.
   *
   * @param maxBytes of one body
   * @param budget shared by all bodies
   * @param slowBodies told of each body that does not arrive at once
   */
  public record BodyLimits(int maxBytes, ByteBudget budget, SlowBodies slowBodies) {}

  private final Request request;
  private final BodyLimits limits;
  private final InvocationType invocationType;
  private final Receiver receiver;
  private final @Nullable Sink sink;
  private final long startedAt;
  private final AtomicReference<State> state = new AtomicReference<>(State.READING);

  // Kept here, because other threads ask for it when the request is over.
  private final EndPoint client;
  private final AtomicReference<@Nullable HttpStream> stream = new AtomicReference<>();
  private final long idleTimeoutMillis;

  private byte[] bytes;
  private boolean isAwaited;

  private int size;

  /**
   * Bytes taken from the budget. Only the reading thread writes this field, and the receiver gives
   * the bytes back.
   */
  private volatile int taken;

  public BodyReader(
      Request request, BodyLimits limits, InvocationType invocationType, Receiver receiver) {
    this(request, limits, invocationType, receiver, null);
  }

  /**
   * Creates a reader that passes the body on as it arrives. The receiver receives no bytes. The
   * body takes no memory, so it can have any size.
   */
  public static BodyReader into(
      Sink sink, Request request, SlowBodies slowBodies, Receiver receiver) {
    BodyLimits limits = new BodyLimits(Integer.MAX_VALUE, new ByteBudget(0), slowBodies);
    return new BodyReader(request, limits, InvocationType.BLOCKING, receiver, sink);
  }

  private BodyReader(
      Request request,
      BodyLimits limits,
      InvocationType invocationType,
      Receiver receiver,
      @Nullable Sink sink) {
    this.sink = sink;
    this.request = request;
    this.limits = limits;
    this.startedAt = limits.slowBodies.now();
    this.invocationType = invocationType;
    this.receiver = receiver;
    this.client = request.getConnectionMetaData().getConnection().getEndPoint();
    // Jetty gives access to the stream of a request only here. The stream stays as it is.
    request.addHttpStreamWrapper(
        its -> {
          stream.set(its);
          return its;
        });
    this.idleTimeoutMillis = request.getConnectionMetaData().getConnector().getIdleTimeout();
    // The announced length alone must not reserve memory: a client can announce much and send
    // nothing.
    long announced = request.getLength();
    boolean isSmall = announced >= 0 && announced <= INITIAL_BYTES;
    this.bytes = new byte[isSmall ? (int) announced : INITIAL_BYTES];
  }

  /** Returns the bytes taken from the budget so far. */
  public int taken() {
    return taken;
  }

  /**
   * Returns whether the rest of the body is given up, because it takes too long or too much room.
   */
  public boolean isGivenUp() {
    State now = state.get();
    return now == State.TOO_SLOW || now == State.IN_THE_WAY;
  }

  /** Returns the endpoint that the bytes come from. */
  public EndPoint client() {
    return client;
  }

  /** Returns the time since the body began. */
  long nanosSince(long now) {
    return now - startedAt;
  }

  /**
   * Gives the body up. The receiver learns the reason. Returns at once.
   *
   * @param isInTheWay whether other bodies need the room; otherwise the body took too long
   * @return false if the body has ended or was given up before
   */
  boolean giveUp(boolean isInTheWay) {
    State given = isInTheWay ? State.IN_THE_WAY : State.TOO_SLOW;
    if (!state.compareAndSet(State.READING, given)) {
      return false;
    }
    // Jetty has no call that ends a wait for content. A short idle time-out ends the wait.
    setIdleTimeout(SHORTEST_IDLE_MILLIS);
    return true;
  }

  /** Sets the time-out of the stream alone. Other streams of an HTTP/2 connection must go on. */
  private void setIdleTimeout(long millis) {
    requireNonNull(stream.get(), "stream").setIdleTimeout(millis);
  }

  @Override
  public void run() {
    try {
      read();
    } catch (RuntimeException | Error e) {
      // After every failure, the receiver has bytes to give back to the budget.
      end(() -> receiver.failed(e));
    }
  }

  private void read() {
    if (sink == null && request.getLength() > limits.maxBytes) {
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
      Limit limit;
      try {
        limit = take(chunk);
      } finally {
        chunk.release();
      }
      if (limit != null) {
        end(() -> receiver.limitExceeded(limit));
        return;
      }
      if (isLast) {
        byte[] body = size == bytes.length ? bytes : Arrays.copyOf(bytes, size);
        // From here on the receiver owns the bytes. This object lives until the answer is read.
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

  /** Takes a chunk. Returns the limit that the chunk exceeds, or null. */
  private @Nullable Limit take(Content.Chunk chunk) {
    if (sink != null) {
      sink.take(chunk.getByteBuffer());
      return null;
    }
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

  /** Reports the result, or the reason if the body has been given up in the meantime. */
  private void end(Runnable how) {
    if (isAwaited) {
      limits.slowBodies.remove(this);
    }
    if (state.compareAndSet(State.READING, State.ENDED)) {
      how.run();
    } else {
      // Without this, the answer would have only the short idle time-out.
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
