package io.holdfast.benchmarks.load;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import org.jspecify.annotations.Nullable;

/**
 * A connection with one request at most on the way. A connection that is closed opens again with
 * the next request.
 *
 * <p>Concurrency: guarded by the monitor of the {@link Load}.
 */
final class Connection {
  private static final int BUFFER_BYTES = 16 << 10;
  private static final long IDLE = -1;

  private final InetSocketAddress server;
  private final Selector selector;
  private final Answer answer = new Answer();
  private final ByteBuffer received = ByteBuffer.allocateDirect(BUFFER_BYTES);
  private ByteBuffer request = ByteBuffer.allocateDirect(BUFFER_BYTES).limit(0);
  private @Nullable SocketChannel channel;
  private @Nullable SelectionKey key;
  private long number = IDLE;

  Connection(InetSocketAddress server, Selector selector) {
    this.server = server;
    this.selector = selector;
  }

  boolean isIdle() {
    return number == IDLE;
  }

  /** Returns the number of the request on the way. */
  long number() {
    return number;
  }

  int status() {
    return answer.status();
  }

  /** Sends a request, as far as the socket takes it. */
  void send(long requestNumber, Requests requests) throws IOException {
    number = requestNumber;
    request = requests.write(requestNumber, request);
    answer.begin();
    if (channel == null) {
      open();
    }
    if (channel.isConnected()) {
      write();
    }
  }

  private void open() throws IOException {
    channel = SocketChannel.open();
    channel.configureBlocking(false);
    channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
    boolean isConnected = channel.connect(server);
    key =
        channel.register(
            selector, isConnected ? SelectionKey.OP_READ : SelectionKey.OP_CONNECT, this);
    selector.wakeup();
  }

  private void write() throws IOException {
    channel.write(request);
    int wanted =
        request.hasRemaining()
            ? SelectionKey.OP_READ | SelectionKey.OP_WRITE
            : SelectionKey.OP_READ;
    if (key.interestOps() != wanted) {
      key.interestOps(wanted);
      selector.wakeup();
    }
  }

  /**
   * Goes on with what the socket is ready for, and returns whether the answer is complete.
   *
   * @throws IOException if the connection is broken or the server has closed it
   */
  boolean proceed() throws IOException {
    if (key.isConnectable()) {
      channel.finishConnect();
      write();
      return false;
    }
    if (key.isWritable()) {
      write();
    }
    return key.isReadable() && isAnswered();
  }

  private boolean isAnswered() throws IOException {
    received.clear();
    if (channel.read(received) < 0) {
      throw new IOException("closed by the server");
    }
    return !isIdle() && answer.read(received.flip());
  }

  /** Ends the request, and the connection if either side wants that. */
  void end(boolean isFresh) {
    number = IDLE;
    if (isFresh || answer.closes()) {
      close();
    }
  }

  /** Ends a request that has failed. */
  void fail() {
    number = IDLE;
    close();
  }

  private void close() {
    if (channel != null) {
      try {
        channel.close();
      } catch (IOException e) {
        // The other side is gone already.
      }
      channel = null;
      key = null;
    }
  }
}
