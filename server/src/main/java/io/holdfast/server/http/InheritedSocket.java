package io.holdfast.server.http;

import io.holdfast.server.config.FlagTable;
import io.holdfast.server.lifecycle.StartException;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.Channel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.UnsupportedAddressTypeException;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The listening socket that systemd hands over as standard input. The socket belongs to systemd:
 * closing this channel leaves the socket open. So clients that connect during a restart wait and
 * are not refused.
 *
 * <p>The channel that the JDK makes of standard input is not used as it is. Closing that channel
 * also closes standard error, and the log with it.
 */
final class InheritedSocket extends ServerSocketChannel {
  private final ServerSocketChannel socket;
  private final Selector selector;

  private InheritedSocket(ServerSocketChannel socket) throws IOException {
    super(socket.provider());
    this.socket = socket;
    socket.configureBlocking(false);
    this.selector = Selector.open();
    socket.register(selector, SelectionKey.OP_ACCEPT);
  }

  /**
   * Takes the socket over.
   *
   * @throws StartException if standard input is not a listening socket
   */
  static InheritedSocket take() throws StartException {
    String sockets = System.getenv().getOrDefault("LISTEN_FDS", "1");
    if (!sockets.equals("1")) {
      throw refused("systemd hands over " + sockets + " sockets (expected: one)", null);
    }
    try {
      Channel inherited = System.inheritedChannel();
      if (inherited instanceof ServerSocketChannel socket
          && socket.getLocalAddress() instanceof java.net.InetSocketAddress) {
        return new InheritedSocket(socket);
      }
      throw refused(
          "standard input is no TCP socket that listens (expected: a start by systemd, with"
              + " Accept=no and either scripts/holdfast or StandardInput=socket)",
          null);
    } catch (IOException e) {
      throw refused(e.toString(), e);
    }
  }

  private static StartException refused(String reason, @Nullable Throwable cause) {
    return new StartException("--" + FlagTable.SYSTEMD_SOCKET + ": " + reason, cause);
  }

  @Override
  public @Nullable SocketChannel accept() throws IOException {
    SocketChannel accepted = null;
    boolean isDone = false;
    try {
      begin();
      while (accepted == null && isOpen()) {
        selector.select();
        selector.selectedKeys().clear();
        accepted = isOpen() ? socket.accept() : null;
      }
      isDone = accepted != null;
    } finally {
      end(isDone);
    }
    if (accepted == null) {
      throw new AsynchronousCloseException();
    }
    return accepted;
  }

  @Override
  protected void implCloseSelectableChannel() {
    selector.wakeup();
  }

  @Override
  protected void implConfigureBlocking(boolean block) {
    // The accepting code always sees a blocking channel.
  }

  @Override
  public ServerSocketChannel bind(@Nullable SocketAddress local, int backlog) {
    throw new UnsupportedAddressTypeException();
  }

  @Override
  public <T> ServerSocketChannel setOption(SocketOption<T> name, T value) throws IOException {
    socket.setOption(name, value);
    return this;
  }

  @Override
  public <T> T getOption(SocketOption<T> name) throws IOException {
    return socket.getOption(name);
  }

  @Override
  public Set<SocketOption<?>> supportedOptions() {
    return socket.supportedOptions();
  }

  @Override
  public ServerSocket socket() {
    return socket.socket();
  }

  @Override
  public SocketAddress getLocalAddress() throws IOException {
    return socket.getLocalAddress();
  }
}
