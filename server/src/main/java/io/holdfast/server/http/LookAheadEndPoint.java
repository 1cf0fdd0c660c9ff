package io.holdfast.server.http;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.util.concurrent.Executor;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.io.ManagedSelector;
import org.eclipse.jetty.io.SocketChannelEndPoint;
import org.eclipse.jetty.server.ConnectionFactory;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.BufferUtil;
import org.eclipse.jetty.util.thread.Scheduler;

/**
 * An endpoint that detects a client's reset of the connection while no handler reads from it.
 * Jetty's endpoint notices a reset only when a connection reads. A connection of HTTP/1 does not
 * read while its request waits for an answer.
 *
 * <p>Java cannot peek at a socket, so a look reads. The bytes belong to the client's next request,
 * and the next {@link #fill} returns them first. Under TLS the bytes are encrypted, which makes no
 * difference here.
 *
 * <p>Concurrency: any thread may look. The lock joins a read and the storing of its bytes into one
 * step. So a connection gets all bytes in their order.
 */
final class LookAheadEndPoint extends SocketChannelEndPoint {
  /**
   * Enough for the bytes that clients send before they close. A client that sends more is not
   * watched.
   */
  private static final int AHEAD_BYTES = 1024;

  private final Executor executor;
  private final Object lock = new Object();

  /** Bytes that were read before a connection asked for them. Guarded by the lock. */
  private ByteBuffer ahead = BufferUtil.EMPTY_BUFFER;

  LookAheadEndPoint(
      SocketChannel channel,
      ManagedSelector selector,
      SelectionKey key,
      Scheduler scheduler,
      Executor executor) {
    super(channel, selector, key, scheduler);
    this.executor = executor;
  }

  /** The connector that makes such endpoints for the connections that it accepts. */
  static final class Connector extends ServerConnector {
    Connector(Server server, ConnectionFactory... factories) {
      super(server, factories);
    }

    @Override
    protected SocketChannelEndPoint newEndPoint(
        SocketChannel channel, ManagedSelector selector, SelectionKey key) {
      LookAheadEndPoint endPoint =
          new LookAheadEndPoint(channel, selector, key, getScheduler(), getExecutor());
      endPoint.setIdleTimeout(getIdleTimeout());
      return endPoint;
    }
  }

  /**
   * Returns whether the client of this endpoint has reset its connection. Takes one system call and
   * never blocks. The end of the client's bytes is no reset: the client can go on to read.
   */
  static boolean isReset(EndPoint endPoint) {
    return !endPoint.isOpen()
        || (endPoint instanceof LookAheadEndPoint looking && looking.readsReset());
  }

  private boolean readsReset() {
    boolean hasRead;
    synchronized (lock) {
      try {
        hasRead = readAhead();
      } catch (IOException e) {
        return true;
      }
    }
    // A connection that began to wait in the meantime would miss the bytes that were read here.
    if (hasRead && getFillInterest().isInterested()) {
      executor.execute(getFillInterest()::fillable);
    }
    return false;
  }

  /** Reads up to the reset. The reset comes after the bytes that the client sent before it. */
  private boolean readAhead() throws IOException {
    int before = ahead.remaining();
    if (before >= AHEAD_BYTES) {
      return false;
    }
    ByteBuffer more = ByteBuffer.allocate(AHEAD_BYTES).put(ahead.duplicate());
    int read = 1;
    while (more.hasRemaining() && read > 0) {
      read = getChannel().read(more);
    }
    ahead = more.flip();
    return ahead.remaining() > before;
  }

  @Override
  public int fill(ByteBuffer buffer) throws IOException {
    synchronized (lock) {
      if (!ahead.hasRemaining()) {
        return super.fill(buffer);
      }
      int position = BufferUtil.flipToFill(buffer);
      int filled = BufferUtil.put(ahead, buffer);
      BufferUtil.flipToFlush(buffer, position);
      if (!ahead.hasRemaining()) {
        ahead = BufferUtil.EMPTY_BUFFER;
      }
      notIdle();
      return filled;
    }
  }

  @Override
  protected void needsFillInterest() {
    if (hasAhead()) {
      executor.execute(getFillInterest()::fillable);
    } else {
      super.needsFillInterest();
    }
  }

  private boolean hasAhead() {
    synchronized (lock) {
      return ahead.hasRemaining();
    }
  }
}
