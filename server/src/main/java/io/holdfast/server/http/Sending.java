package io.holdfast.server.http;

import io.holdfast.storage.ExpositionReader;
import java.nio.ByteBuffer;
import org.eclipse.jetty.util.BufferUtil;
import org.eclipse.jetty.util.IteratingCallback;
import org.jspecify.annotations.Nullable;

/**
 * A task that writes piece by piece. Each piece is written after the one before has left the
 * reader's buffer.
 */
public final class Sending extends IteratingCallback {
  private final Exchange exchange;
  private final ExpositionReader reader;
  private final Answers.Answer answer;
  private final Runnable end;
  private @Nullable ByteBuffer first;
  private boolean isLast;

  /**
   * Reads the first piece. A reader that fails at once can still be answered with an error.
   *
   * @param answer told of the bytes that the reader holds
   * @param reader closed when all pieces are sent, or cannot be sent
   * @param end called after that
   */
  public Sending(Exchange exchange, Answers.Answer answer, ExpositionReader reader, Runnable end) {
    this.exchange = exchange;
    this.answer = answer;
    this.reader = reader;
    this.end = end;
    this.first = reader.next();
  }

  private void finish() {
    answer.end();
    reader.close();
    end.run();
  }

  @Override
  protected Action process() {
    if (isLast) {
      return Action.SUCCEEDED;
    }
    ByteBuffer piece = first == null ? reader.next() : first;
    first = null;
    isLast = piece == null;
    answer.holds(reader.heldBytes());
    exchange.response().write(isLast, piece == null ? BufferUtil.EMPTY_BUFFER : piece, this);
    return Action.SCHEDULED;
  }

  @Override
  protected void onCompleteSuccess() {
    finish();
    exchange.callback().succeeded();
  }

  @Override
  protected void onCompleteFailure(Throwable cause) {
    finish();
    exchange.callback().failed(cause);
  }

  @Override
  public InvocationType getInvocationType() {
    return InvocationType.BLOCKING;
  }
}
