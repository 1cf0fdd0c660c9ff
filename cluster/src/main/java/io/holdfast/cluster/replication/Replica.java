package io.holdfast.cluster.replication;

import io.holdfast.cluster.transport.Peer;
import io.holdfast.cluster.transport.Transport;
import io.holdfast.proto.cluster.Changes;
import io.holdfast.proto.cluster.Heartbeat;
import io.holdfast.storage.MergeOutcome;
import io.holdfast.storage.ReadResult;
import io.holdfast.storage.Refusal;
import io.holdfast.storage.ReplicaState;
import io.holdfast.storage.ReplicatedStore;
import io.holdfast.storage.Replication;
import io.holdfast.storage.WriteOutcome.Applied;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * This node's part in the cluster. The replica wires its parts together, passes events on to them,
 * and runs their tick.
 *
 * <pre>
 * changes of clients   LogReplication   outboxes, acknowledgements, lagging peers
 * scrapes of clients   QuorumReads      read barriers
 * questions to peers   HeartbeatPoller  periodic, and for each scrape
 * what peers say       PeerTracker      arrivals, heartbeats, departures
 * requests of peers    PeerServer       heartbeats, changes, state transfers
 * for other threads    ReplicaView      the view of the last tick
 * </pre>
 *
 * <h2>Foundations</h2>
 *
 * <ul>
 *   <li>A node's changes form a log. Offsets in the log count from one after each opening of the
 *       store. A version vector has an offset for each log: every change up to the offset is on
 *       this node's disk. Changes behind a gap are merged, but do not raise the offset.
 *   <li>A change is acknowledged when the version vectors of a write quorum have reached its
 *       offset.
 *   <li>A version vector is not on the disk, so an opened store begins with an empty version
 *       vector. So a peer counts for the freshness of this node only after its whole state was
 *       copied here. From then on, the peer's version vector tells which changes are lacking.
 * </ul>
 *
 * <p>Any {@link ReplicaOptions.Quorum#read} nodes include a node with a given acknowledged change.
 * So a node that asks a read quorum learns of the change, from the copy or from a version vector.
 *
 * <p>Concurrency: confined to the event loop, except the methods of {@link Transport.Receiver} and
 * {@link Replication}, and the methods whose comment names any thread.
 */
public final class Replica implements Transport.Receiver, Replication {
  private final ReplicaOptions options;
  private final ReplicatedStore store;
  private final Transport transport;
  private final EventLoop loop;
  private final ClusterClock clock;

  private final PeerTable peers = new PeerTable();
  private final PauseGuard pauses;
  private final LogReplication replication;
  private final QuorumReads reads;
  private final HeartbeatPoller poller;
  private final PeerTracker tracker;
  private final PeerServer server;
  private final ClockWatch clocks;
  private final Freshness freshness;
  private final MetadataWriter metadataWriter;
  private final TombstoneCollector tombstones;
  private final GroupExpiry expiry;
  private final AntiEntropy antiEntropy;
  private final ReplicaView view;
  private boolean isStopped;

  /**
   * @param callbackExecutor completes the futures for which clients wait
   */
  public Replica(LocalNode node, Transport transport, Executor callbackExecutor) {
    this.options = node.options();
    this.store = node.store();
    this.transport = transport;
    this.loop = node.loop();
    this.clock = node.clock();
    // The node belongs to the name: copies of one virtual machine share the name of their clock.
    this.pauses = new PauseGuard(loop.clockName() ^ store.replicaState().node(), loop);
    PeerClient client = new PeerClient(transport, node.counters(), pauses);
    this.replication =
        new LogReplication(node, peers, client, callbackExecutor, this::advanceReads);
    this.clocks = new ClockWatch(options, clock, loop);
    this.freshness = new Freshness(options, loop);
    this.metadataWriter = new MetadataWriter(options, store, loop, clock);
    this.tombstones = new TombstoneCollector(options.quorum(), store, loop, metadataWriter);
    this.expiry =
        new GroupExpiry(
            store,
            loop,
            clock,
            new GroupExpiry.Permission(() -> cannotWrite() == null, this::read));
    this.antiEntropy = new AntiEntropy(options.quorum(), store, loop, client, node.counters());
    this.poller = new HeartbeatPoller(node, peers, client, this::heard);
    this.reads =
        new QuorumReads(
            node,
            freshness,
            replication::durable,
            new QuorumReads.Contact(this::wasPausedSince, poller::askAll));
    this.tracker = new PeerTracker(node, peers, metadataWriter, antiEntropy, replication);
    this.view = new ReplicaView(node, freshness, clocks, pauses);
    this.server = new PeerServer(node, pauses, this::heartbeat, this::mayMerge, this::merged);
  }

  /** Starts the replica. Any thread can call this method. */
  public void start() {
    replication.restart(store.replicaState());
    clock.resume(store.replicaState().metadata().clockAheadMillis());
    pauses.start(loop.nanos());
    transport.start(this);
    loop.execute(this::tick);
  }

  /** Stops the replica, and answers every client that waits. Any thread can call this method. */
  public void stop() {
    loop.execute(
        () -> {
          isStopped = true;
          replication.stop();
          reads.stop();
        });
  }

  // Questions of this node's clients.

  /**
   * Returns why no change can be accepted at the moment, or null. Any thread can call this method.
   */
  @Nullable Refusal cannotWrite() {
    return view.cannotWrite();
  }

  /**
   * Returns whether this machine was perhaps paused after the given time. A client has perhaps
   * given up meanwhile and gone on elsewhere, however short the time seems here. If all peers are
   * new to a node, only the leap of the cluster time reveals a pause. Any thread can call this
   * method.
   */
  boolean wasPausedSince(long nanos) {
    return pauses.wasPausedSince(nanos) || clock.leaptAt() - nanos >= 0;
  }

  /**
   * Notes that a peer has made or seen a version of this hybrid clock reading. Any thread can call
   * this method.
   */
  void seen(long reading) {
    clock.seenVersion(reading);
  }

  /** Returns the event loop's time. Any thread can call this method. */
  long nanos() {
    return loop.nanos();
  }

  /**
   * Returns a future for the confirmation of a change that is on this node's disk. Any thread can
   * call this method.
   */
  CompletableFuture<Confirmation> confirm(Applied applied) {
    return replication.confirm(applied);
  }

  /** Returns the answer to a scrape. Any thread can call this method. */
  CompletableFuture<ReadResult> read() {
    return reads.read();
  }

  /**
   * Returns the answer to a scrape of a node that had every acknowledged change. The answer waits
   * until a write quorum has the given replica state. Any thread can call this method.
   *
   * @param startedAt the start of the scrape, by {@link #nanos}
   */
  CompletableFuture<ReadResult> read(ReplicaState shown, long startedAt) {
    return reads.read(shown, startedAt);
  }

  /**
   * Returns why requests are better sent to another node, or empty. Any thread can call this
   * method.
   */
  Optional<Refusal> unready() {
    return freshness.unready().map(refusal -> notJoined().orElse(refusal));
  }

  private Optional<Refusal> notJoined() {
    return transport.obstacle().map(text -> new Refusal(Refusal.Code.NOT_JOINED, text));
  }

  /** Returns the status as of the last tick. Any thread can call this method. */
  public ClusterStatus status() {
    return view.status();
  }

  Collection<PeerState> peers() {
    return peers.all();
  }

  // Events of the store.

  @Override
  public void committing(long logId, long first, List<byte[]> changes) {
    replication.committing(logId, first, changes);
  }

  // Events of the transport.

  @Override
  public void appeared(Peer process) {
    loop.execute(
        () -> {
          PeerState peer = new PeerState(process, loop.nanos());
          peers.add(peer);
          poller.ask(peer);
        });
  }

  @Override
  public void disappeared(Peer process) {
    loop.execute(() -> tracker.drop(process));
  }

  @Override
  public CompletableFuture<byte[]> received(Peer from, byte[] bytes) {
    return server.received(from, bytes);
  }

  // Events of the parts.

  private void heard(PeerState peer, Heartbeat heartbeat, long sentAt) {
    tracker.heard(peer, heartbeat);
    reads.answered(peer, sentAt);
  }

  private void merged(Peer from, Changes changes, long reached) {
    tracker.merged(from, changes, reached);
    reads.advance();
  }

  private void advanceReads() {
    reads.advance();
  }

  private Heartbeat heartbeat() {
    return Introduction.heartbeat(
        options,
        store.replicaState(),
        freshness.unready(),
        metadataWriter.stableWatermark(),
        clock);
  }

  /**
   * Returns whether changes of the peer can be merged. A merged change counts as acknowledged by
   * this disk, so the disk must stay. Any thread can call this method.
   */
  private boolean mayMerge(Peer from) {
    return peers.hasMet(from) && !view.mayBeQuarantined();
  }

  // The tick.

  /**
   * Does the periodic work of all parts.
   *
   * <p>INVARIANT: the order within a tick is: state transfers, clocks, freshness, view. State
   * transfers come first, because they can begin the quarantine of the store. Freshness needs the
   * state transfers and the clocks. The view is published after all that it tells of.
   */
  private void tick() {
    if (isStopped) {
      return;
    }
    long now = loop.nanos();
    pauses.ticked(now);
    ReplicaState replicaState = store.replicaState();
    replication.restart(replicaState);
    poller.tick(now);
    for (PeerState peer : peers.all()) {
      peer.compare(replicaState.versionVector(), now);
      replication.send(peer);
    }
    replication.settle();
    replication.expire(now);
    antiEntropy.tick(peers.all(), metadataWriter, freshness.isCutOff());
    seen(replicaState.clock());
    clocks.look(peers.all());
    adoptEnded(replicaState, now);
    freshness.look(
        replicaState,
        peers.all(),
        replication.durable(replicaState),
        antiEntropy.isTransferring(),
        unreadyFor());
    boolean mayBeQuarantined = mayBeQuarantined(store.replicaState());
    if (metadataWriter.keep(peers.all(), freshness.isFresh()) && freshness.isFresh()) {
      tombstones.collect(peers.all());
    }
    reads.advance();
    view.publish(mayBeQuarantined, replicaState, peers.all(), antiEntropy.transfer(), now);
    expiry.tick(peers.all());
    loop.schedule(Timeouts.TICK, this::tick);
  }

  /** Returns why a fresh node is still unready, or null. */
  private @Nullable Refusal unreadyFor() {
    Refusal problem = clocks.problem();
    return problem == null ? expiry.overdue(freshness.isFresh()) : problem;
  }

  /** Adopts the changes behind a gap that no node closes any more. */
  private void adoptEnded(ReplicaState replicaState, long now) {
    Set<Long> ended = EndedLogs.of(replicaState, peers.all(), now);
    if (!ended.isEmpty() && !antiEntropy.isTransferring()) {
      CompletableFuture<MergeOutcome> unused = store.adopt(ended);
    }
  }

  /**
   * Returns whether this node can still quarantine its store. An incomplete store can contain
   * groups from a node that was away, and these groups were perhaps deleted meanwhile.
   */
  private boolean mayBeQuarantined(ReplicaState replicaState) {
    return !replicaState.metadata().isComplete()
        || antiEntropy.isQuarantining()
        || (!freshness.isFresh() && metadataWriter.mayBeOutdated());
  }
}
