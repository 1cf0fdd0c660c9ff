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
 * A member of Hazelcast that exchanges packets only with those who have proved that they know the
 * secret. Without that anybody could join who knows the cluster's name. A member is not trusted to
 * the length of its packets either ({@link FrameDecoder}): 11 bytes are enough to have Hazelcast
 * allocate 2 GiB.
 *
 * <p>The community edition has no such thing in its public interface. This is where its other
 * edition puts encryption: between the three bytes that name the protocol and the first packet.
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

  /** Starts a member; returns when it has joined. */
  static HazelcastInstance start(Config config, Handshakes handshakes) {
    return HazelcastInstanceFactory.newHazelcastInstance(
        config, config.getInstanceName(), new Context(handshakes));
  }

  /**
   * Takes an address off the places where others are looked for. Hazelcast looks there for members
   * that have left, for 5 s each and in order, and a node that has moved leaves such an address.
   * {@link PeerAddresses} has it as long as somebody listens there.
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

  /** That of a member that is here again by now stays. */
  private static @Nullable Long kept(Long leftAt) {
    return leftAt == Long.MAX_VALUE ? leftAt : null;
  }

  /**
   * Of one connection. Hazelcast asks for the outbound part first, where a port is for members
   * alone.
   */
  private record Guard(Handshake handshake, HandshakeEncoder encoder) {}

  @Override
  @SuppressWarnings({"rawtypes", "unchecked"}) // As declared there.
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
  @SuppressWarnings("rawtypes") // As declared there.
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

  /** A node that was dialled and says nothing may be frozen; it need not be a stranger. */
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
   * Whoever is looking for others would wait for this one's word until he gives up, so it must
   * count as one that cannot be reached. Not at once: the thread that has dialled may be about to
   * note that it has reached it.
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
