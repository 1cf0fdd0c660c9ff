package io.holdfast.server.http;

import java.nio.ByteBuffer;
import java.time.Duration;
import org.eclipse.jetty.http.HttpVersion;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.io.IdleTimeout;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/** The handler that reports each write to {@link Answers} until the client has taken the bytes. */
public final class AnswerTracking extends Handler.Wrapper {
  private final Answers answers;

  public AnswerTracking(Handler handler, Answers answers) {
    super(handler);
    this.answers = answers;
  }

  @Override
  public boolean handle(Request request, Response response, Callback callback) throws Exception {
    // Scrapes that stall keep groups that pushes have replaced.
    answers.makeRoom();
    return super.handle(request, new Tracked(request, response), callback);
  }

  /** Returns the client of a request. */
  public static Answers.Client client(Request request) {
    EndPoint endPoint =
        Connections.transport(request.getConnectionMetaData().getConnection().getEndPoint());
    HttpVersion version = request.getConnectionMetaData().getHttpVersion();
    // On a connection with many streams, bytes of another stream can have moved.
    boolean isOfOneRequest = version.getVersion() <= HttpVersion.HTTP_1_1.getVersion();
    return new Answers.Client() {
      @Override
      public long idleNanos() {
        return isOfOneRequest && endPoint instanceof IdleTimeout timed
            ? Duration.ofMillis(timed.getIdleFor()).toNanos()
            : Long.MAX_VALUE;
      }

      @Override
      public void close() {
        endPoint.close();
      }
    };
  }

  private final class Tracked extends Response.Wrapper {
    Tracked(Request request, Response response) {
      super(request, response);
    }

    @Override
    public void write(boolean last, @Nullable ByteBuffer content, Callback callback) {
      if (content == null || !content.hasRemaining()) {
        super.write(last, content, callback);
        return;
      }
      Answers.Answer answer = answers.begin(client(getRequest()), content.remaining());
      super.write(
          last,
          content,
          new Callback.Nested(callback) {
            @Override
            public void succeeded() {
              answer.end();
              super.succeeded();
            }

            @Override
            public void failed(Throwable cause) {
              answer.end();
              super.failed(cause);
            }
          });
    }
  }
}
