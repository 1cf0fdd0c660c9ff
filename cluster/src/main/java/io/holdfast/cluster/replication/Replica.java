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
import io.holdfast.storage.Reading;
import io.holdfast.storage.ReplicatedStore;
import io.holdfast.storage.Replication;
import io.holdfast.storage.Standing;
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
 * This node's part in the cluster: sends its changes, asks the others how far they are, copies what
 * it lacks, and knows what may be acknowledged and shown.
 *
 * <h2>What everything rests on</h2>
 *
 * <ul>
 *   <li>A node's changes are a stream, numbered from one each time that its store is opened. A
 *       <em>position</em> in a stream means: every change up to it is on this node's disk. Changes
 *       behind a gap are merged, but move no position.
 *   <li>A change is acknowledged when the positions of a write quorum have reached it.
 *   <li>Positions are not on the disk. Who is opened anew has none, so a peer counts for the
 *       question whether this node is current only when all of its state was copied here after it
 *       appeared; from then on its positions tell what is lacking.
 * </ul>
 *
 * So whoever asks {@link ReplicaOptions.Quorum#read} nodes meets one that has a given acknowledged
 * change, and learns of it either from the copy or from its position.
 *
 * <p>Concurrency: confined to the event loop, but for the methods of {@link Transport.Receiver} and
 * {@link Replication}, and those that say so.
 */
public final class Replica implements Transport.Receiver, Replication {
  private static final Logger log = LoggerFactory.getLogger(Replica.class);

  /**
   * What this tells others.
   *
   * @param callbackExecutor completes what clients wait for
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

  /** Peers of which it is known that what they have forgotten does no harm here. */
  private final Set<UUID> met = ConcurrentHashMap.newKeySet();

  private final ReadBarriers barriers = new ReadBarriers();
  private final Acknowledgements acknowledgements;
  private final BatchSender sender;
  private final ClockWatch clocks;
  private final Freshness freshness;
  private final MetadataWriter metadata;
  private final TombstoneCollector tombstones;
  private final AntiEntropy antiEntropy;
  private final TransferServer transfers;
  private final PauseGuard pauses;
  private final PollPause poll;
  private long heartbeatAt;
  private boolean isStopped;

  /**
   * INVARIANT: a tick publishes one view, as its last step. So no thread sees that changes may be
   * taken by the decision of one tick, and a store that may be quarantined by that of another. The
   * order within a tick: state transfers (they may begin to quarantine the store), clocks,
   * freshness (it needs both), then the view.
   */
  private volatile View view;

  /**
   * What other threads see of the last tick.
   *
   * @param mayBeQuarantined the store may have to go: nothing may be promised on the strength of it
   * @param cannotWrite why no change can be acknowledged; null if changes can be
   */
  private record View(
      boolean mayBeQuarantined, @Nullable String cannotWrite, ClusterStatus status) {}

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
    this.pauses = new PauseGuard(store.standing().stream(), loop);
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
    this.metadata = new MetadataWriter(options, store, loop, clock);
    this.tombstones = new TombstoneCollector(options.quorum(), store, loop, metadata);
    this.transfers = new TransferServer(store);
    this.antiEntropy = new AntiEntropy(options.quorum(), store, loop, client, counters);
    this.view =
        new View(
            true,
            "this node is starting",
            StatusReport.of(
                options,
                store.standing(),
                freshness,
                List.of(),
                null,
                new StatusReport.Moment(loop.nanos(), clock.wallMillis())));
  }

  /** Begins to take part. From any thread. */
  public void start() {
    acknowledgements.restart(store.standing().stream());
    clock.resume(store.standing().notes().clockAheadMillis());
    pauses.start(loop.nanos());
    transport.start(this);
    loop.execute(this::tick);
  }

  /** Lets go of everything; who waits is told. From any thread. */
  public void stop() {
    loop.execute(
        () -> {
          isStopped = true;
          acknowledgements.expire(
              Duration.ofSeconds(-1), "the server is shutting down", loop.nanos());
          barriers.giveUpAll(new Reading.Unsure("shutting down"));
        });
  }

  // What this node's clients ask.

  /** Why no change can be taken at the moment, or null. From any thread. */
  @Nullable String cannotWrite() {
    if (pauses.refusesChanges()) {
      return "this node was frozen, and does not take what waited for it";
    }
    String reason = view.cannotWrite;
    return reason == null ? clocks.problem() : reason;
  }

  /**
   * Whether this machine may have been paused since then: a client that asked for something may
   * have given up and gone on elsewhere, however short the time seems here. Where all peers are new
   * to a node, only the cluster's time tells, which has leapt. From any thread.
   */
  boolean wasPausedSince(long nanos) {
    return pauses.wasPausedSince(nanos) || clock.leaptAt() - nanos >= 0;
  }

  /** A peer has made or seen a version of this hybrid clock reading. From any thread. */
  void seen(long reading) {
    clock.seenVersion(reading);
  }

  /** Time as the event loop has it. From any thread. */
  long nanos() {
    return loop.nanos();
  }

  /** Completes when a change that is on this node's disk is on enough others. From any thread. */
  CompletableFuture<Confirmation> confirm(Applied applied) {
    CompletableFuture<Confirmation> confirmation = new CompletableFuture<>();
    loop.execute(
        () -> {
          acknowledgements.restart(store.standing().stream());
          acknowledgements.await(applied.stream(), applied.sequence(), confirmation, loop.nanos());
          settle();
        });
    return confirmation;
  }

  /** What a scrape may be sent. From any thread. */
  CompletableFuture<Reading> read() {
    if (freshness.isCutOff()) {
      return CompletableFuture.completedFuture(stale());
    }
    CompletableFuture<Reading> answer = new CompletableFuture<>();
    loop.execute(
        () -> {
          barriers.add(new ReadBarrier(options.quorum().read() - 1, answer, loop.nanos()));
          askAll();
          advanceBarriers();
        });
    return answer;
  }

  /**
   * Whether this may be shown, by a node that had everything before: when all that is in it is on a
   * write quorum. From any thread.
   */
  CompletableFuture<Reading> read(Standing shown) {
    CompletableFuture<Reading> answer = new CompletableFuture<>();
    loop.execute(
        () -> {
          barriers.add(new ReadBarrier(shown, answer, loop.nanos()));
          advanceBarriers();
        });
    return answer;
  }

  private Reading stale() {
    return new Reading.Stale(
        store.exposition(), freshness.unready().orElse("cut off from the other nodes"));
  }

  /** Why requests had better go to another node, or empty. From any thread. */
  Optional<String> unready() {
    return freshness.unready().map(reason -> transport.obstacle().orElse(reason));
  }

  /** As of the last tick. From any thread. */
  public ClusterStatus status() {
    return view.status;
  }

  // What the store tells.

  @Override
  public void committing(long stream, long first, List<byte[]> changes) {
    loop.execute(
        () -> {
          for (PeerState peer : peers.values()) {
            if (!peer.enqueue(stream, first, changes)) {
              log.atWarn()
                  .addKeyValue("peer", peer.name())
                  .log("peer too slow; state transfer needed");
              peer.fellBehind(loop.nanos());
            }
            sender.send(peer);
          }
        });
  }

  // What the transport tells.

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
      return CompletableFuture.completedFuture(refusal("not a request: " + e.getMessage()));
    }
    pauses.heard(request.getTime());
    return answer(from, request)
        .handle(
            (answer, failure) ->
                answer == null
                    ? refusal(String.valueOf(failure))
                    : answer.toBuilder().setTime(pauses.now()).build().toByteArray());
  }

  private byte[] refusal(String reason) {
    return Answer.newBuilder().setRefusal(reason).setTime(pauses.now()).build().toByteArray();
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
      // Whatever is merged counts as acknowledged by this disk, so this disk must stay.
      return CompletableFuture.completedFuture(
          Answer.newBuilder()
              .setRefusal("this node does not know yet whether it must begin anew")
              .build());
    }
    return merge(from, request.getChanges());
  }

  private CompletableFuture<Answer> merge(Peer from, Changes changes) {
    return BatchReceiver.merge(changes, store)
        .thenApply(
            outcome -> {
              if (outcome instanceof MergeOutcome.Refused refused) {
                counters.refused();
                return Answer.newBuilder().setRefusal(refused.reason()).build();
              }
              ChangesAnswer answer =
                  BatchReceiver.answer(changes, (MergeOutcome.Merged) outcome, store.standing());
              loop.execute(() -> merged(from, changes, answer.getReached()));
              return Answer.newBuilder().setChanges(answer).build();
            });
  }

  private void merged(Peer from, Changes changes, long reached) {
    PeerState peer = peers.get(from.id());
    if (peer != null && reached < changes.getFirst()) {
      // A gap: what is in it is not sent again.
      peer.transferNeeded();
    }
    advanceBarriers();
  }

  // The loop.

  private void tick() {
    if (isStopped) {
      return;
    }
    long now = loop.nanos();
    pauses.ticked(now);
    Standing standing = store.standing();
    acknowledgements.restart(standing.stream());
    if (now - heartbeatAt >= Timeouts.HEARTBEAT.toNanos()) {
      heartbeatAt = now;
      askAll();
    }
    for (PeerState peer : peers.values()) {
      peer.compare(standing.positions(), now);
      sender.send(peer);
    }
    settle();
    acknowledgements.expire(Timeouts.WRITE_DEADLINE, unconfirmed(), now);
    antiEntropy.tick(peers.values(), metadata, freshness.isCutOff());
    seen(standing.clock());
    clocks.look(peers.values());
    adoptEnded(standing, now);
    freshness.look(
        standing,
        peers.values(),
        durable(standing),
        antiEntropy.isTransferring(),
        clocks.problem());
    boolean mayBeQuarantined = mayBeQuarantined(store.standing());
    if (metadata.keep(peers.values(), freshness.isFresh()) && freshness.isFresh()) {
      tombstones.collect(peers.values());
    }
    advanceBarriers();
    view =
        new View(
            mayBeQuarantined,
            cannotWrite(mayBeQuarantined),
            StatusReport.of(
                options,
                standing,
                freshness,
                peers.values(),
                antiEntropy.transfer(),
                new StatusReport.Moment(now, clock.wallMillis())));
    loop.schedule(Timeouts.TICK, this::tick);
  }

  /**
   * Answers for changes that came behind a gap of a stream whose sender has gone: nobody has what
   * is lacking, and what is here must not wait for it.
   */
  private void adoptEnded(Standing standing, long now) {
    Set<Long> ended = new HashSet<>(standing.shown().keySet());
    ended.removeIf(stream -> !isEnded(stream, standing, now));
    if (!ended.isEmpty() && !antiEntropy.isTransferring()) {
      CompletableFuture<MergeOutcome> unused = store.adopt(ended);
    }
  }

  private boolean isEnded(long stream, Standing standing, long now) {
    long shown = standing.shown().getOrDefault(stream, 0L);
    if (shown <= standing.positions().getOrDefault(stream, 0L)) {
      return false;
    }
    for (PeerState peer : peers.values()) {
      boolean isSender = peer.stream() == stream && !peer.isSilent(now);
      if (isSender || peer.positions().getOrDefault(stream, 0L) >= shown) {
        return false;
      }
    }
    return true;
  }

  /**
   * Whether it may yet turn out that what is here must go. A store that is being filled may have
   * been given, by a node that was away, what was deleted meanwhile.
   */
  private boolean mayBeQuarantined(Standing standing) {
    return !standing.notes().isWhole()
        || antiEntropy.isSettingAside()
        || (!freshness.isFresh() && metadata.mayBeOutdated());
  }

  private @Nullable String cannotWrite(boolean mayBeQuarantined) {
    String reason = freshness.cannotWrite(peers.values());
    return reason == null && mayBeQuarantined
        ? "this node is new or was away for long; it is finding out what there is"
        : reason;
  }

  private void settle() {
    long now = loop.nanos();
    Standing standing = store.standing();
    for (PeerState peer : peers.values()) {
      updateLag(peer, standing, now);
    }
    acknowledgements.settle(peers.values(), now);
  }

  private static void updateLag(PeerState peer, Standing standing, long now) {
    boolean hasAll = peer.reached(standing.stream()) >= standing.sequence();
    if (!peer.isReachable(now)) {
      peer.fellBehind(now);
    } else if (hasAll && peer.isTransferred()) {
      peer.caughtUp();
    }
  }

  private String unconfirmed() {
    long confirmedOn = 1 + peers.values().stream().filter(peer -> !peer.isLagging()).count();
    String refusals =
        peers.values().stream()
            .filter(peer -> peer.refusal() != null)
            .map(peer -> "; " + peer.name() + " refuses: " + peer.refusal())
            .reduce("", String::concat);
    return "not confirmed on "
        + options.quorum().write()
        + " of "
        + options.quorum().size()
        + " nodes within "
        + Timeouts.WRITE_DEADLINE.toSeconds()
        + " s ("
        + confirmedOn
        + " keep up); it may still take effect, and a retry is safe"
        + refusals;
  }

  private void advanceBarriers() {
    Standing standing = store.standing();
    barriers.advance(
        standing, durable(standing), loop.nanos(), () -> freshness.isCutOff() ? stale() : unsure());
    if (barriers.waitForQuorum()) {
      poll.ask(this::askAll);
    } else {
      poll.reset();
    }
  }

  private DurablePositions durable(Standing standing) {
    return new DurablePositions(
        options.quorum(), standing, peers.values(), acknowledgements.confirmed());
  }

  private Reading unsure() {
    return new Reading.Unsure(
        freshness.unready().orElse("this node does not know whether it is current"));
  }

  // Conversations.

  private Heartbeat heartbeat() {
    return Introduction.heartbeat(
        options, store.standing(), freshness.unready(), metadata.stableWatermark(), clock);
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

  /** A node that claims what cannot be is not listened to, and so counts for nothing. */
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
    Standing standing = store.standing();
    if (peer.said() == null) {
      log.atInfo()
          .addKeyValue("peer", heartbeat.getName())
          .addKeyValue("address", peer.process().address())
          .log("peer joined");
      Introduction.check(options, standing, peer.process(), heartbeat);
      dropOldSelf(peer, heartbeat);
    }
    peer.heard(heartbeat);
    clock.follow(heartbeat.getMillis());
    metadata.met(heartbeat.getNode());
    if (antiEntropy.meet(peer)) {
      met.add(peer.process().id());
    } else {
      met.remove(peer.process().id());
    }
    peer.reached(standing.stream(), peer.positions().getOrDefault(standing.stream(), 0L));
    peer.compare(standing.positions(), loop.nanos());
    settle();
  }

  /**
   * A store is open in one process at a time, so a node that is back under another address is not
   * where it was. The transport may take seconds to find that out.
   */
  private void dropOldSelf(PeerState newcomer, Heartbeat heartbeat) {
    for (PeerState other : List.copyOf(peers.values())) {
      Heartbeat said = other.said();
      if (other != newcomer && said != null && said.getNode() == heartbeat.getNode()) {
        drop(other.process());
      }
    }
  }

  /** A batch is on a peer's disk. */
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
