package io.holdfast.cluster.replication;

import com.google.protobuf.InvalidProtocolBufferException;
import io.holdfast.cluster.transport.Peer;
import io.holdfast.cluster.transport.Transport;
import io.holdfast.proto.cluster.Answer;
import io.holdfast.proto.cluster.Changes;
import io.holdfast.proto.cluster.ChangesAnswer;
import io.holdfast.proto.cluster.Heartbeat;
import io.holdfast.proto.cluster.HeartbeatQuestion;
import io.holdfast.proto.cluster.Request;
import io.holdfast.storage.MergeOutcome;
import io.holdfast.storage.ReadResult;
import io.holdfast.storage.Refusal;
import io.holdfast.storage.ReplicaState;
import io.holdfast.storage.ReplicatedStore;
import io.holdfast.storage.Replication;
import io.holdfast.storage.WriteOutcome.Applied;
import java.time.Duration;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * This node's part in the cluster. The replica sends changes, asks the peers for their version
 * vectors, and copies lacking groups. The replica decides which changes are acknowledged and shown.
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
  private static final Logger log = LoggerFactory.getLogger(Replica.class);

  /**
   * The receivers of this replica's reports.
   *
   * @param callbackExecutor completes the futures for which clients wait
   */
  public record Surroundings(ClusterCounters counters, Executor callbackExecutor) {}

  private final ReplicaOptions options;
  private final ReplicatedStore store;
  private final Transport transport;
  private final EventLoop loop;
  private final ClusterCounters counters;
  private final ClusterClock clock;
  private final PeerClient client;

  private final Map<UUID, PeerState> peers = new LinkedHashMap<>();

  /** The peers whose collected watermark does no harm to this store. */
  private final Set<UUID> met = ConcurrentHashMap.newKeySet();

  private final ReadBarriers barriers = new ReadBarriers();
  private final Acknowledgements acknowledgements;
  private final BatchSender sender;
  private final ClockWatch clocks;
  private final Freshness freshness;
  private final MetadataWriter metadataWriter;
  private final TombstoneCollector tombstones;
  private final GroupExpiry expiry;
  private final AntiEntropy antiEntropy;
  private final TransferServer transfers;
  private final PauseGuard pauses;
  private final PollPause poll;
  private long heartbeatAt;
  private boolean isStopped;

  /**
   * INVARIANT: a tick publishes one view, as its last step. So no thread combines one tick's
   * permission to accept changes with another tick's quarantine. The order within a tick is: state
   * transfers, clocks, freshness, view. State transfers come first, because they can begin the
   * quarantine of the store. Freshness needs the state transfers and the clocks.
   */
  private volatile View view;

  /**
   * The view of the last tick, for other threads.
   *
   * @param mayBeQuarantined whether the node can still quarantine its store; the node then promises
   *     nothing
   * @param cannotWrite why no change can be acknowledged; null if changes can be acknowledged
   */
  private record View(
      boolean mayBeQuarantined, @Nullable Refusal cannotWrite, ClusterStatus status) {}

  public Replica(
      ReplicaOptions options,
      ReplicatedStore store,
      Transport transport,
      EventLoop loop,
      ClusterClock clock,
      Surroundings surroundings) {
    this.options = options;
    this.store = store;
    this.transport = transport;
    this.loop = loop;
    this.clock = clock;
    this.counters = surroundings.counters();
    // The node belongs to the name: copies of one virtual machine share the name of their clock.
    this.pauses = new PauseGuard(loop.clockName() ^ store.replicaState().node(), loop);
    this.poll = new PollPause(loop);
    this.client = new PeerClient(transport, counters, pauses);
    this.acknowledgements =
        new Acknowledgements(
            options.quorum(),
            options.limits().lagGrace(),
            counters::replicated,
            surroundings.callbackExecutor());
    this.sender = new BatchSender(client, loop, this::isThere, this::arrived);
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
    this.transfers = new TransferServer(store);
    this.antiEntropy = new AntiEntropy(options.quorum(), store, loop, client, counters);
    this.view =
        new View(
            true,
            ReplicaRefusals.STARTING,
            StatusReport.of(
                options,
                store.replicaState(),
                freshness,
                List.of(),
                null,
                new StatusReport.Moment(loop.nanos(), clock.wallMillis())));
  }

  /** Starts the replica. Any thread can call this method. */
  public void start() {
    acknowledgements.restart(store.replicaState().logId());
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
          acknowledgements.expire(
              Duration.ofSeconds(-1), ReplicaRefusals.SHUTTING_DOWN, loop.nanos());
          barriers.giveUpAll(new ReadResult.Unavailable(ReplicaRefusals.SHUTTING_DOWN));
        });
  }

  // Questions of this node's clients.

  /**
   * Returns why no change can be accepted at the moment, or null. Any thread can call this method.
   */
  @Nullable Refusal cannotWrite() {
    if (pauses.refusesChanges()) {
      return ReplicaRefusals.PAUSED;
    }
    Refusal refusal = view.cannotWrite;
    return refusal == null ? clocks.problem() : refusal;
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
    CompletableFuture<Confirmation> confirmation = new CompletableFuture<>();
    loop.execute(
        () -> {
          acknowledgements.restart(store.replicaState().logId());
          acknowledgements.await(applied.logId(), applied.offset(), confirmation, loop.nanos());
          settle();
        });
    return confirmation;
  }

  /** Returns the answer to a scrape. Any thread can call this method. */
  CompletableFuture<ReadResult> read() {
    if (freshness.isCutOff()) {
      return CompletableFuture.completedFuture(stale());
    }
    CompletableFuture<ReadResult> answer = new CompletableFuture<>();
    loop.execute(
        () -> {
          barriers.add(new ReadBarrier(options.quorum().read() - 1, answer, loop.nanos()));
          askAll();
          advanceBarriers();
        });
    return answer;
  }

  /**
   * Returns the answer to a scrape of a node that had every acknowledged change. The answer waits
   * until a write quorum has the given replica state. Any thread can call this method.
   *
   * @param startedAt the start of the scrape, by {@link #nanos}
   */
  CompletableFuture<ReadResult> read(ReplicaState shown, long startedAt) {
    CompletableFuture<ReadResult> answer = new CompletableFuture<>();
    loop.execute(
        () -> {
          barriers.add(new ReadBarrier(shown, answer, startedAt));
          advanceBarriers();
        });
    return answer;
  }

  private ReadResult stale() {
    return new ReadResult.Stale(
        store.exposition(), freshness.unready().orElse(ReplicaRefusals.CUT_OFF).text());
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
    return view.status;
  }

  // Events of the store.

  @Override
  public void committing(long logId, long first, List<byte[]> changes) {
    loop.execute(
        () -> {
          for (PeerState peer : peers.values()) {
            if (!peer.enqueue(logId, first, changes)) {
              log.atWarn()
                  .addKeyValue("peer", peer.name())
                  .log("peer too slow; state transfer needed");
              peer.fellBehind(loop.nanos());
            }
            sender.send(peer);
          }
        });
  }

  // Events of the transport.

  @Override
  public void appeared(Peer process) {
    loop.execute(
        () -> {
          PeerState peer = new PeerState(process, loop.nanos());
          peers.put(process.id(), peer);
          ask(peer);
        });
  }

  @Override
  public void disappeared(Peer process) {
    loop.execute(() -> drop(process));
  }

  private void drop(Peer process) {
    PeerState gone = peers.remove(process.id());
    met.remove(process.id());
    if (gone != null) {
      log.atInfo()
          .addKeyValue("peer", gone.name())
          .addKeyValue("address", process.address())
          .log("peer left");
      antiEntropy.forget(gone);
      settle();
    }
  }

  @Override
  public CompletableFuture<byte[]> received(Peer from, byte[] bytes) {
    Request request;
    try {
      request = Request.parseFrom(bytes);
    } catch (InvalidProtocolBufferException e) {
      counters.refused();
      return CompletableFuture.completedFuture(
          refusal(badMessage("not a request: " + e.getMessage())));
    }
    pauses.heard(request.getTime());
    return answer(from, request)
        .handle(
            (answer, failure) ->
                answer == null
                    ? refusal(badMessage(String.valueOf(failure)))
                    : answer.toBuilder().setTime(pauses.now()).build().toByteArray());
  }

  private byte[] refusal(Refusal refusal) {
    return refused(refusal).toBuilder().setTime(pauses.now()).build().toByteArray();
  }

  private static Answer refused(Refusal refusal) {
    return Answer.newBuilder().setRefusal(refusal.toString()).build();
  }

  private static Refusal badMessage(String text) {
    return new Refusal(Refusal.Code.BAD_MESSAGE, text);
  }

  private CompletableFuture<Answer> answer(Peer from, Request request) {
    if (request.hasHeartbeat()) {
      clock.follow(request.getHeartbeat().getMillis());
      return CompletableFuture.completedFuture(
          Answer.newBuilder().setHeartbeat(heartbeat()).build());
    }
    if (!request.hasChanges()) {
      return transfers.answer(request);
    }
    if (!met.contains(from.id()) || view.mayBeQuarantined) {
      // A merged change counts as acknowledged by this disk, so the disk must stay.
      return CompletableFuture.completedFuture(refused(ReplicaRefusals.MAY_BE_QUARANTINED));
    }
    return merge(from, request.getChanges());
  }

  private CompletableFuture<Answer> merge(Peer from, Changes changes) {
    return BatchReceiver.merge(changes, store)
        .thenApply(
            outcome -> {
              if (outcome instanceof MergeOutcome.Refused refused) {
                counters.refused();
                return refused(refused.refusal());
              }
              ChangesAnswer answer =
                  BatchReceiver.answer(
                      changes, (MergeOutcome.Merged) outcome, store.replicaState());
              loop.execute(() -> merged(from, changes, answer.getReached()));
              return Answer.newBuilder().setChanges(answer).build();
            });
  }

  private void merged(Peer from, Changes changes, long reached) {
    PeerState peer = peers.get(from.id());
    if (peer != null && reached < changes.getFirst()) {
      // The changes in the gap are not sent again.
      peer.transferNeeded();
    }
    advanceBarriers();
  }

  // The tick.

  private void tick() {
    if (isStopped) {
      return;
    }
    long now = loop.nanos();
    pauses.ticked(now);
    ReplicaState replicaState = store.replicaState();
    acknowledgements.restart(replicaState.logId());
    if (now - heartbeatAt >= Timeouts.HEARTBEAT.toNanos()) {
      heartbeatAt = now;
      askAll();
    }
    for (PeerState peer : peers.values()) {
      peer.compare(replicaState.versionVector(), now);
      sender.send(peer);
    }
    settle();
    acknowledgements.expire(Timeouts.WRITE_DEADLINE, unconfirmed(), now);
    antiEntropy.tick(peers.values(), metadataWriter, freshness.isCutOff());
    seen(replicaState.clock());
    clocks.look(peers.values());
    adoptEnded(replicaState, now);
    freshness.look(
        replicaState,
        peers.values(),
        durable(replicaState),
        antiEntropy.isTransferring(),
        unreadyFor());
    boolean mayBeQuarantined = mayBeQuarantined(store.replicaState());
    if (metadataWriter.keep(peers.values(), freshness.isFresh()) && freshness.isFresh()) {
      tombstones.collect(peers.values());
    }
    advanceBarriers();
    view =
        new View(
            mayBeQuarantined,
            cannotWrite(mayBeQuarantined),
            StatusReport.of(
                options,
                replicaState,
                freshness,
                peers.values(),
                antiEntropy.transfer(),
                new StatusReport.Moment(now, clock.wallMillis())));
    expiry.tick(peers.values());
    loop.schedule(Timeouts.TICK, this::tick);
  }

  /** Returns why a fresh node is still unready, or null. */
  private @Nullable Refusal unreadyFor() {
    Refusal problem = clocks.problem();
    return problem == null ? expiry.overdue(freshness.isFresh()) : problem;
  }

  /**
   * Adopts the changes behind a gap in a log whose sender has gone. No node has the changes in the
   * gap, so the changes behind the gap do not wait.
   */
  private void adoptEnded(ReplicaState replicaState, long now) {
    Set<Long> ended = new HashSet<>(replicaState.shown().keySet());
    ended.removeIf(logId -> !isEnded(logId, replicaState, now));
    if (!ended.isEmpty() && !antiEntropy.isTransferring()) {
      CompletableFuture<MergeOutcome> unused = store.adopt(ended);
    }
  }

  private boolean isEnded(long logId, ReplicaState replicaState, long now) {
    long shown = replicaState.shown().getOrDefault(logId, 0L);
    if (shown <= replicaState.versionVector().getOrDefault(logId, 0L)) {
      return false;
    }
    for (PeerState peer : peers.values()) {
      boolean isSender = peer.logId() == logId && !peer.isSilent(now);
      if (isSender || peer.versionVector().getOrDefault(logId, 0L) >= shown) {
        return false;
      }
    }
    return true;
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

  private @Nullable Refusal cannotWrite(boolean mayBeQuarantined) {
    Refusal refusal = freshness.cannotWrite(peers.values());
    return refusal == null && mayBeQuarantined ? ReplicaRefusals.INCOMPLETE : refusal;
  }

  private void settle() {
    long now = loop.nanos();
    ReplicaState replicaState = store.replicaState();
    for (PeerState peer : peers.values()) {
      updateLag(peer, replicaState, now);
    }
    acknowledgements.settle(peers.values(), now);
  }

  private static void updateLag(PeerState peer, ReplicaState replicaState, long now) {
    boolean hasAll = peer.reached(replicaState.logId()) >= replicaState.offset();
    if (!peer.isReachable(now)) {
      peer.fellBehind(now);
    } else if (hasAll && peer.isTransferred()) {
      peer.caughtUp();
    }
  }

  private Refusal unconfirmed() {
    long confirmedOn = 1 + peers.values().stream().filter(peer -> !peer.isLagging()).count();
    String refusals =
        peers.values().stream()
            .filter(peer -> peer.refusal() != null)
            .map(peer -> "; " + peer.name() + " refuses: " + peer.refusal())
            .reduce("", String::concat);
    return new Refusal(
        Refusal.Code.UNCONFIRMED,
        "the change was not confirmed on "
            + options.quorum().write()
            + " of "
            + options.quorum().size()
            + " nodes within "
            + Timeouts.WRITE_DEADLINE.toSeconds()
            + " s ("
            + confirmedOn
            + " keep up); the change may still take effect, and a retry is safe"
            + refusals);
  }

  private void advanceBarriers() {
    if (barriers.restartPaused(this::wasPausedSince, loop.nanos())) {
      askAll();
    }
    ReplicaState replicaState = store.replicaState();
    barriers.advance(
        replicaState,
        durable(replicaState),
        loop.nanos(),
        () -> freshness.isCutOff() ? stale() : unavailable());
    if (barriers.waitForQuorum()) {
      poll.ask(this::askAll);
    } else {
      poll.reset();
    }
  }

  private DurableOffsets durable(ReplicaState replicaState) {
    return new DurableOffsets(
        options.quorum(), replicaState, peers.values(), acknowledgements.confirmed());
  }

  private ReadResult unavailable() {
    return new ReadResult.Unavailable(freshness.unready().orElse(ReplicaRefusals.UNKNOWN));
  }

  // Messages to and from peers.

  private Heartbeat heartbeat() {
    return Introduction.heartbeat(
        options,
        store.replicaState(),
        freshness.unready(),
        metadataWriter.stableWatermark(),
        clock);
  }

  private void askAll() {
    peers.values().forEach(this::ask);
  }

  private void ask(PeerState peer) {
    long sentAt = loop.nanos();
    HeartbeatQuestion question =
        HeartbeatQuestion.newBuilder().setMillis(clock.isSettled() ? clock.millis() : 0).build();
    CompletableFuture<Void> unused =
        client
            .ask(
                peer,
                Transport.TrafficClass.CONTROL,
                Request.newBuilder().setHeartbeat(question).build())
            .handle(
                (answer, failure) -> {
                  if (answer != null && answer.hasHeartbeat()) {
                    loop.execute(() -> answered(peer, answer.getHeartbeat(), sentAt));
                  }
                  return null;
                });
  }

  private void answered(PeerState peer, Heartbeat heartbeat, long sentAt) {
    if (!isThere(peer) || !isPossible(peer, heartbeat) || !peer.answered(sentAt)) {
      return;
    }
    peer.clockHeard(heartbeat.getWallMillis(), sentAt, loop.nanos());
    take(peer, heartbeat);
    if (peer.countsForReadQuorum()) {
      barriers.answered(peer, sentAt);
    }
    advanceBarriers();
  }

  /**
   * Returns whether a heartbeat is possible. A peer with an impossible heartbeat counts for
   * nothing.
   */
  private boolean isPossible(PeerState peer, Heartbeat heartbeat) {
    String problem = Introduction.problem(heartbeat);
    if (problem != null) {
      counters.refused();
      if (peer.refused(problem)) {
        log.atWarn().addKeyValue("peer", peer.name()).log("heartbeat refused: " + problem);
      }
    }
    return problem == null;
  }

  private void take(PeerState peer, Heartbeat heartbeat) {
    ReplicaState replicaState = store.replicaState();
    if (peer.said() == null) {
      log.atInfo()
          .addKeyValue("peer", heartbeat.getName())
          .addKeyValue("address", peer.process().address())
          .log("peer joined");
      Introduction.check(options, replicaState, peer.process(), heartbeat);
      dropOldSelf(peer, heartbeat);
    }
    peer.heard(heartbeat);
    clock.follow(heartbeat.getMillis());
    metadataWriter.met(heartbeat.getNode());
    if (antiEntropy.meet(peer)) {
      met.add(peer.process().id());
    } else {
      met.remove(peer.process().id());
    }
    peer.reached(replicaState.logId(), peer.versionVector().getOrDefault(replicaState.logId(), 0L));
    peer.compare(replicaState.versionVector(), loop.nanos());
    settle();
  }

  /**
   * Drops the earlier peer of a node that is back under another address. Only one process at a time
   * has a store open, so the earlier process has ended. The transport perhaps takes seconds to
   * notice.
   */
  private void dropOldSelf(PeerState newcomer, Heartbeat heartbeat) {
    for (PeerState other : List.copyOf(peers.values())) {
      Heartbeat said = other.said();
      if (other != newcomer && said != null && said.getNode() == heartbeat.getNode()) {
        drop(other.process());
      }
    }
  }

  /** Takes the answer to a batch that is on a peer's disk. */
  private void arrived(ChangesAnswer answer) {
    acknowledgements.heard(answer);
    settle();
    advanceBarriers();
  }

  private boolean isThere(PeerState peer) {
    return peers.get(peer.process().id()) == peer;
  }

  Collection<PeerState> peers() {
    return peers.values();
  }
}
