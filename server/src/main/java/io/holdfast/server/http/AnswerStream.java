package io.holdfast.server.http;

import io.holdfast.server.http.EarlyAnswers.Bounds;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.http.HttpException;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpHeaderValue;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.http.HttpVersion;
import org.eclipse.jetty.http.MetaData;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.server.HttpStream;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.TunnelSupport;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.thread.Invocable;
import org.eclipse.jetty.util.thread.Scheduler;
import org.jspecify.annotations.Nullable;

/**
 * The stream of one request. It sends no answer before the request's body is read or given up. See
 * {@link EarlyAnswers} for the reason.
 *
 * <pre>
 * OPEN --head of the answer--> SENT                       body read, or broken
 *                          --> READING --> SENT           body ends within the bounds
 *                          --> CLOSING --> LINGERING --> SENT   body goes on
 * </pre>
 *
 * <p>This class is no {@link HttpStream.Wrapper}, because {@code consumeAvailable} is final there.
 * Jetty calls that method before it makes an error page.
 *
 * <p>Concurrency: a handler or a write callback sends; a read callback or the timer goes on. The
 * lock guards the stage. No thread holds the lock while it reads or sends.
 */
final class AnswerStream implements HttpStream {
  private enum Stage {
    /** No answer has been given yet. */
    OPEN,
    /** The answer waits for the rest of the body. */
    READING,
    /** The answer is being sent and announces the end of the connection. The body goes on. */
    CLOSING,
    /** The answer is sent. The rest of the body is read and dropped. */
    LINGERING,
    /** The body needs no more work. */
    SENT
  }

  private enum Rest {
    /** Everything that has arrived is read. */
    AWAITED,
    ENDED,
    /** The framing is wrong, or the client has gone. */
    BROKEN,
    TOO_LONG
  }

  /** The arguments of one call of {@code send}. */
  private record Head(
      MetaData.@Nullable Request request,
      MetaData.Response response,
      boolean isLast,
      @Nullable ByteBuffer content,
      Callback callback) {}

  private final HttpStream stream;
  private final Request request;
  private final Bounds bounds;
  private final EndPoint client;
  private final boolean isHttp1;

  /** The length that the head announces; -1 if the head announces no length. */
  private final long length;

  private final boolean mustClose;
  private final boolean awaitsContinue;

  private volatile boolean hasContinued;

  /** Written only by the reading thread. One thread at a time reads. */
  private volatile long received;

  /** The number of bytes after which the rest of the body counts as too long. */
  private volatile long allowed;

  // Guarded by the lock.
  private Stage stage = Stage.OPEN;
  private boolean isReading;
  private boolean isBodyOver;
  private @Nullable Head head;
  private @Nullable Callback sent;
  private Scheduler.@Nullable Task timer;

  /**
   * Creates the stream around Jetty's.
   *
   * @param mustClose whether the connection must close after this request
   */
  AnswerStream(HttpStream stream, Request request, Bounds bounds, boolean mustClose) {
    this.stream = stream;
    this.request = request;
    this.bounds = bounds;
    this.mustClose = mustClose;
    this.client = request.getConnectionMetaData().getConnection().getEndPoint();
    HttpVersion version = request.getConnectionMetaData().getHttpVersion();
    this.isHttp1 = version.getVersion() <= HttpVersion.HTTP_1_1.getVersion();
    this.length = mustClose ? -1 : request.getLength();
    this.awaitsContinue =
        request.getHeaders().contains(HttpHeader.EXPECT, HttpHeaderValue.CONTINUE.asString());
  }

  /** Returns the endpoint that the body comes from. */
  EndPoint client() {
    return client;
  }

  @Override
  public Content.@Nullable Chunk read() {
    Content.Chunk chunk = stream.read();
    if (chunk == null || Content.Chunk.isFailure(chunk)) {
      return chunk;
    }
    long now = received + chunk.remaining();
    received = now;
    if (isHttp1 || length < 0) {
      return chunk;
    }
    // Jetty compares the two for HTTP/1 alone: in HTTP/1 the length ends the body.
    boolean isWrong = now > length || (chunk.isLast() && now != length);
    if (isWrong) {
      chunk.release();
      String reason = "content-length: \"%d\" (expected: the length of the body)".formatted(length);
      return Content.Chunk.from(new HttpException.RuntimeException(400, reason), true);
    }
    return chunk;
  }

  @Override
  public void send(
      MetaData.@Nullable Request request,
      MetaData.@Nullable Response response,
      boolean last,
      @Nullable ByteBuffer content,
      Callback callback) {
    if (response == null) {
      boolean isLingering;
      synchronized (this) {
        isLingering = last && stage == Stage.CLOSING;
      }
      stream.send(request, null, last, content, isLingering ? lingering(callback) : callback);
    } else if (HttpStatus.isInterim(response.getStatus())) {
      hasContinued = true;
      stream.send(request, response, last, content, callback);
    } else {
      begin(new Head(request, response, last, content, callback));
    }
  }

  private void begin(Head answer) {
    allowed = received + bounds.bytes();
    Rest rest = readOn();
    if (rest == Rest.ENDED) {
      enter(Stage.SENT);
      send(answer, mustClose);
    } else if (rest == Rest.BROKEN) {
      enter(Stage.SENT);
      send(answer, true);
    } else if (rest == Rest.TOO_LONG || !isWorthWaiting(answer)) {
      enter(Stage.CLOSING);
      send(answer, true);
    } else {
      synchronized (this) {
        stage = Stage.READING;
        isReading = true;
        head = answer;
      }
      bounds.reading().add(this);
      schedule(bounds.patience());
      await();
    }
  }

  private synchronized void enter(Stage next) {
    stage = next;
  }

  /** Returns whether the connection can stay open if the client sends the rest of its body. */
  private boolean isWorthWaiting(Head answer) {
    boolean isClosing =
        answer
            .response()
            .getHttpFields()
            .contains(HttpHeader.CONNECTION, HttpHeaderValue.CLOSE.asString());
    // A client that still waits for "100 Continue" can send the body or leave it out. The server
    // cannot tell what its next bytes are.
    boolean isUnknown = isHttp1 && awaitsContinue && !hasContinued && received == 0;
    return !isClosing && !isUnknown && length - received <= bounds.bytes();
  }

  /** Reads and drops the bytes that have arrived. */
  private Rest readOn() {
    while (true) {
      Content.Chunk chunk = request.read();
      if (chunk == null) {
        return Rest.AWAITED;
      }
      if (Content.Chunk.isFailure(chunk)) {
        return Rest.BROKEN;
      }
      boolean isLast = chunk.isLast();
      chunk.release();
      if (isLast) {
        return Rest.ENDED;
      }
      if (received > allowed) {
        return Rest.TOO_LONG;
      }
    }
  }

  private void await() {
    try {
      // The callback can send the answer that was held back, and that answer can read the disk.
      request.demand(Invocable.from(Invocable.InvocationType.BLOCKING, this::more));
    } catch (IllegalArgumentException | IllegalStateException e) {
      // Either the handler itself waits for more of the body, or the request is over.
      goOn(Rest.BROKEN);
    }
  }

  /** Reads on while the answer waits or is being sent. */
  private void more() {
    synchronized (this) {
      if (stage == Stage.SENT) {
        return;
      }
    }
    Rest rest = readOn();
    if (rest == Rest.AWAITED) {
      await();
    } else {
      goOn(rest);
    }
  }

  private void goOn(Rest rest) {
    Head waiting = null;
    Callback ended = null;
    synchronized (this) {
      isReading = false;
      isBodyOver = rest != Rest.TOO_LONG;
      if (stage == Stage.READING) {
        waiting = head;
        stage = isBodyOver ? Stage.SENT : Stage.CLOSING;
      } else if (stage == Stage.LINGERING) {
        ended = sent;
        stage = Stage.SENT;
      }
    }
    proceed(waiting, rest != Rest.ENDED || mustClose, ended);
  }

  private void timeOut() {
    Head waiting = null;
    Callback ended = null;
    synchronized (this) {
      if (stage == Stage.READING) {
        waiting = head;
        stage = Stage.CLOSING;
      } else if (stage == Stage.LINGERING) {
        ended = sent;
        stage = Stage.SENT;
      }
    }
    proceed(waiting, true, ended);
  }

  private void proceed(@Nullable Head waiting, boolean isClosing, @Nullable Callback ended) {
    if (waiting != null) {
      forget();
      send(waiting, isClosing);
    } else if (ended != null) {
      forget();
      ended.succeeded();
    }
  }

  private void send(Head answer, boolean isClosing) {
    MetaData.Response response = answer.response();
    if (isClosing && isHttp1) {
      HttpFields fields =
          HttpFields.build(response.getHttpFields()).put(HttpFields.CONNECTION_CLOSE);
      response =
          new MetaData.Response(
              response.getStatus(),
              response.getReason(),
              response.getHttpVersion(),
              fields,
              response.getContentLength(),
              response.getTrailersSupplier());
    }
    boolean isLingering;
    synchronized (this) {
      isLingering = answer.isLast() && stage == Stage.CLOSING;
    }
    Callback callback = isLingering ? lingering(answer.callback()) : answer.callback();
    stream.send(answer.request(), response, answer.isLast(), answer.content(), callback);
  }

  /**
   * Returns a callback that keeps the connection open after the answer. A client that writes before
   * it reads would lose the answer if the connection closed now.
   */
  private Callback lingering(Callback callback) {
    return Callback.from(callback.getInvocationType(), () -> linger(callback), callback::failed);
  }

  private void linger(Callback callback) {
    boolean isOver;
    boolean reads = false;
    synchronized (this) {
      isOver = isBodyOver || stage != Stage.CLOSING;
      if (isOver) {
        stage = Stage.SENT;
      } else {
        stage = Stage.LINGERING;
        sent = callback;
        reads = !isReading;
        isReading = true;
      }
    }
    if (isOver) {
      callback.succeeded();
      return;
    }
    bounds.reading().add(this);
    schedule(bounds.lingerPatience());
    allowed = received + bounds.lingerBytes();
    if (reads) {
      more();
    }
  }

  private void schedule(Duration delay) {
    Scheduler scheduler = request.getComponents().getScheduler();
    Scheduler.Task task =
        scheduler.schedule(
            () -> request.getComponents().getExecutor().execute(this::timeOut),
            delay.toMillis(),
            TimeUnit.MILLISECONDS);
    synchronized (this) {
      timer = task;
    }
  }

  private void forget() {
    Scheduler.Task task;
    synchronized (this) {
      task = timer;
      timer = null;
    }
    if (task != null) {
      task.cancel();
    }
    bounds.reading().remove(this);
  }

  private void end() {
    enter(Stage.SENT);
    forget();
  }

  @Override
  public Runnable cancelSend(Throwable cause, Callback appCallback) {
    end();
    return stream.cancelSend(cause, appCallback);
  }

  @Override
  public @Nullable Throwable consumeAvailable() {
    synchronized (this) {
      if (stage == Stage.OPEN) {
        // Jetty asks before it makes an error page. Sending that page reads the rest.
        return null;
      }
    }
    return stream.consumeAvailable();
  }

  @Override
  public void succeeded() {
    end();
    stream.succeeded();
  }

  @Override
  public void failed(Throwable x) {
    end();
    // For an HTTP/2 stream whose answer is sent, this failure says that the rest is not needed.
    stream.failed(isHttp1 || !stream.isCommitted() ? x : HttpStream.CONTENT_NOT_CONSUMED);
  }

  @Override
  public Invocable.InvocationType getInvocationType() {
    return stream.getInvocationType();
  }

  @Override
  public String getId() {
    return stream.getId();
  }

  @Override
  public void demand() {
    stream.demand();
  }

  @Override
  public void prepareResponse(HttpFields.Mutable headers) {
    stream.prepareResponse(headers);
  }

  @Override
  public void push(MetaData.Request resource) {
    stream.push(resource);
  }

  @Override
  public long getIdleTimeout() {
    return stream.getIdleTimeout();
  }

  @Override
  public void setIdleTimeout(long idleTimeoutMs) {
    stream.setIdleTimeout(idleTimeoutMs);
  }

  @Override
  public boolean isCommitted() {
    return stream.isCommitted();
  }

  @Override
  public @Nullable TunnelSupport getTunnelSupport() {
    return stream.getTunnelSupport();
  }
}
