package io.holdfast.cluster.hazelcast;

import com.hazelcast.cluster.Address;
import com.hazelcast.config.Config;
import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.instance.EndpointQualifier;
import com.hazelcast.instance.impl.DefaultNodeContext;
import com.hazelcast.instance.impl.DefaultNodeExtension;
import com.hazelcast.instance.impl.HazelcastInstanceFactory;
import com.hazelcast.instance.impl.HazelcastInstanceImpl;
import com.hazelcast.instance.impl.HazelcastInstanceProxy;
import com.hazelcast.instance.impl.Node;
import com.hazelcast.instance.impl.NodeExtension;
import com.hazelcast.internal.cluster.impl.TcpIpJoiner;
import com.hazelcast.internal.networking.Channel;
import com.hazelcast.internal.networking.InboundHandler;
import com.hazelcast.internal.networking.OutboundHandler;
import com.hazelcast.internal.server.ServerConnection;
import com.hazelcast.internal.server.ServerContext;
import com.hazelcast.internal.server.tcp.TcpServerConnection;
import io.holdfast.cluster.transport.Handshake;
import io.holdfast.cluster.transport.Handshakes;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A member of Hazelcast that exchanges packets only with processes that have proved that they know
 * the secret. Without the proof, any process could join that knows the cluster's name. The length
 * of a member's packets is limited too ({@link FrameDecoder}). Without the limit, 11 bytes make
 * Hazelcast allocate 2 GiB.
 *
 * <p>The community edition has no public interface for such a check. The check sits where the
 * enterprise edition puts encryption. That place is between the three bytes that name the protocol
 * and the first packet.
 */
final class GuardedNode extends DefaultNodeExtension {
  /**
   * Closes a connection whose handshake takes longer, so that strangers cannot exhaust file
   * descriptors.
   */
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private static final Duration MOMENT = Duration.ofMillis(100);

  private final Handshakes handshakes;
  private final Callers<TcpServerConnection> callers = new Callers<>();

  private GuardedNode(Node node, Handshakes handshakes) {
    super(node);
    this.handshakes = handshakes;
  }

  /** Starts a member, and returns when the member has joined. */
  static HazelcastInstance start(Config config, Handshakes handshakes) {
    return HazelcastInstanceFactory.newHazelcastInstance(
        config, config.getInstanceName(), new Context(handshakes));
  }

  /**
   * Drops the address of a departed member from the addresses where Hazelcast looks for members.
   * Hazelcast would look at each such address for 5 s, one after another. A node that has moved
   * leaves such an address behind. {@link PeerAddresses} has an address only as long as a process
   * listens there.
   */
  static void forget(HazelcastInstance instance, Address left) {
    HazelcastInstanceImpl own =
        instance instanceof HazelcastInstanceImpl implementation
            ? implementation
            : ((HazelcastInstanceProxy) instance).getOriginal();
    if (own.node.getJoiner() instanceof TcpIpJoiner joiner) {
      joiner.getKnownMemberAddresses().computeIfPresent(left, (address, at) -> kept(at));
    }
  }

  /** Returns the mark of a member that is present again; null for a departed member. */
  private static @Nullable Long kept(Long leftAt) {
    return leftAt == Long.MAX_VALUE ? leftAt : null;
  }

  /**
   * The handshake of one connection. Hazelcast asks for the outbound part first on a port for
   * members alone.
   */
  private record Guard(Handshake handshake, HandshakeEncoder encoder) {}

  @Override
  @SuppressWarnings({"rawtypes", "unchecked"}) // The superclass declares raw types.
  public OutboundHandler[] createOutboundHandlers(
      EndpointQualifier qualifier, ServerConnection connection, ServerContext context) {
    Channel channel = ((TcpServerConnection) connection).getChannel();
    Handshake handshake = channel.isClientMode() ? handshakes.dialler() : handshakes.acceptor();
    HandshakeEncoder encoder =
        new HandshakeEncoder(
            channel.outboundPipeline(),
            handshake.opening(),
            super.createOutboundHandlers(qualifier, connection, context));
    channel.attributeMap().put(Guard.class, new Guard(handshake, encoder));
    return new OutboundHandler[] {encoder};
  }

  @Override
  @SuppressWarnings("rawtypes") // The superclass declares raw types.
  public InboundHandler[] createInboundHandlers(
      EndpointQualifier qualifier, ServerConnection connection, ServerContext context) {
    TcpServerConnection end = (TcpServerConnection) connection;
    Guard guard =
        (Guard) Objects.requireNonNull(end.getChannel().attributeMap().remove(Guard.class));
    later(PATIENCE, () -> giveUp(end, guard.encoder, context));
    if (!end.getChannel().isClientMode()) {
      makeRoom(end);
    }
    return new InboundHandler[] {
      new HandshakeDecoder(
          guard.handshake,
          guard.encoder,
          new HandshakeDecoder.End() {
            @Override
            public boolean admitted() {
              return GuardedNode.this.admitted(end);
            }

            @Override
            public void refused() {
              handshakes.refused(address(end));
            }

            @Override
            public void failed() {
              doWithout(end, context);
            }
          },
          new FrameDecoder(
              connection,
              node.getNodeEngine().getPacketDispatcher(),
              e -> handshakes.refused(address(end), "it sends " + e.getMessage())))
    };
  }

  private void makeRoom(TcpServerConnection newcomer) {
    newcomer.getChannel().addCloseListener(channel -> callers.gone(newcomer));
    TcpServerConnection oldest = callers.arrived(newcomer);
    if (oldest != null) {
      handshakes.refused(
          address(oldest), "more than " + Callers.MAX_GREETING + " connections have said nothing");
      oldest.close("too many connections without a handshake", null);
    }
  }

  private boolean admitted(TcpServerConnection end) {
    if (end.getChannel().isClientMode() || callers.admitted(end)) {
      return true;
    }
    handshakes.refused(address(end), "there are " + Callers.MAX_ADMITTED + " connections of nodes");
    return false;
  }

  private static @Nullable SocketAddress address(TcpServerConnection end) {
    return end.getChannel().remoteSocketAddress();
  }

  /**
   * Closes a connection without a completed handshake. A dialled node that is silent is perhaps
   * frozen, so its connection is not counted as refused.
   */
  private void giveUp(TcpServerConnection end, HandshakeEncoder encoder, ServerContext context) {
    if (end.isAlive() && !encoder.isOver()) {
      if (!end.getChannel().isClientMode()) {
        handshakes.refused(address(end));
      }
      doWithout(end, context);
      end.close("no handshake within " + PATIENCE.toSeconds() + " s", null);
    }
  }

  /**
   * Reports a dialled address as unreachable, so that the search for members does not wait for its
   * answer. The report waits a moment, because the dialling thread is perhaps about to note the
   * address as reached.
   */
  private void doWithout(TcpServerConnection end, ServerContext context) {
    if (end.getChannel().isClientMode()) {
      later(MOMENT, () -> context.onFailedConnection(end.getRemoteAddress()));
    }
  }

  private void later(Duration delay, Runnable task) {
    ScheduledFuture<?> unused =
        node.getNodeEngine()
            .getExecutionService()
            .schedule(task, delay.toMillis(), TimeUnit.MILLISECONDS);
  }

  private static final class Context extends DefaultNodeContext {
    private final Handshakes handshakes;

    Context(Handshakes handshakes) {
      this.handshakes = handshakes;
    }

    @Override
    public NodeExtension createNodeExtension(Node node) {
      return new GuardedNode(node, handshakes);
    }
  }
}
