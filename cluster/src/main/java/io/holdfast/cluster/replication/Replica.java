package io.holdfast.cluster.replication;

import com.google.protobuf.InvalidProtocolBufferException;
import io.holdfast.cluster.transport.Peer;
import io.holdfast.cluster.transport.Transport;
import io.holdfast.proto.cluster.Answer;
import io.holdfast.proto.cluster.Changes;
import io.holdfast.proto.cluster.ChangesAnswer;
import io.holdfast.proto.cluster.Heartbeat;
import io.holdfast.proto.cluster.HeartbeatQuestion;
import io.holdfast.proto.cluster.ProcessTime;
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
   * @param teller completes what clients wait for
   */
  public record Surroundings(ClusterCounters counters, Executor teller) {}

  private final ReplicaOptions options;
  private final ReplicatedStore store;
  private final Transport transport;
  private final EventLoop loop;
  private final ClusterCounters counters;
  private final ClusterClock clock;
  private final PeerClient client;

  private final Map<UUID, PeerState> links = new LinkedHashMap<>();

  /** Peers of which it is known that what they have forgotten does no harm here. */
  private final Set<UUID> met = ConcurrentHashMap.newKeySet();

  private final ReadBarriers barriers = new ReadBarriers();
  private final Acknowledgements acknowledgements;
  private final BatchSender sender;
  private final ClockWatch clocks;
  private final Freshness freshness;
  private final Keeper keeper;
  private final AntiEntropy antiEntropy;
  private long heartbeatAt;

  /** Between two questions for scrapes that wait for other nodes' disks. */
  private Duration pause = Timeouts.SHORTEST_PAUSE;

  private boolean isPausing;
  private boolean isStopped;

  /** The store may have to go, so that nothing may be promised on the strength of it. */
  private volatile boolean mayBePutAside = true;

  private volatile long tickedAt;
  private volatile long refuseUntil;

  /** In the time of this process. */
  private final long process;

  private final PauseWatch pauses = new PauseWatch();

  /** When it was last found that this machine had been paused; null if it never was. */
  private volatile @Nullable Long pausedAt;

  private volatile @Nullable String cannotWrite = "this node is starting";
  private volatile ClusterStatus status;

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
    this.process = store.standing().stream();
    this.client =
        new PeerClient(
            transport,
            counters,
            new PeerClient.Times() {
              @Override
              public ProcessTime now() {
                return processTime();
              }

              @Override
              public void answered(ProcessTime theirs, long sentAt) {
                long now = loop.nanos();
                if (pauses.answered(theirs, sentAt, now)) {
                  wasPaused(now);
                }
              }
            });
    this.acknowledgements =
        new Acknowledgements(
            options.quorum(),
            options.limits().lagGrace(),
            counters::replicated,
            surroundings.teller());
    this.sender = new BatchSender(client, loop, this::isThere, this::arrived);
    this.clocks = new ClockWatch(options, clock, loop);
    this.freshness = new Freshness(options, loop);
    this.keeper = new Keeper(options, store, loop, clock);
    this.antiEntropy = new AntiEntropy(options.quorum(), store, loop, client, counters);
    this.status =
        StatusReport.of(
            options,
            store.standing(),
            freshness,
            List.of(),
            null,
            new StatusReport.Moment(loop.nanos(), clock.wallMillis()));
  }

  /** Begins to take part. From any thread. */
  public void start() {
    acknowledgements.restart(store.standing().stream());
    clock.resume(store.standing().notes().clockAheadMillis());
    tickedAt = loop.nanos();
    refuseUntil = tickedAt;
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
    if (wasFrozen()) {
      return "this node was frozen, and does not take what waited for it";
    }
    String reason = cannotWrite;
    return reason == null ? clocks.problem() : reason;
  }

  private boolean wasFrozen() {
    long now = loop.nanos();
    return now - tickedAt > Timeouts.FREEZE.toNanos() || now - refuseUntil < 0;
  }

  private ProcessTime processTime() {
    return ProcessTime.newBuilder().setProcess(process).setNanos(loop.nanos()).build();
  }

  /** Before anything of the message that told of it has an effect here. */
  private void wasPaused(long now) {
    pausedAt = now;
    refuseUntil = now + Timeouts.AFTER_FREEZE.toNanos();
    log.warn("this machine was paused; it refuses changes for a moment");
  }

  /**
   * Whether this machine may have been paused since then: a client that asked for something may
   * have given up and gone on elsewhere, however short the time seems here. Where all peers are new
   * to a node, only the cluster's time tells, which has leapt. From any thread.
   */
  boolean wasPausedSince(long nanos) {
    Long last = pausedAt;
    boolean wasPaused = last != null && last - nanos >= 0;
    return wasPaused || clock.leaptAt() - nanos >= 0;
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
    return status;
  }

  // What the store tells.

  @Override
  public void committing(long stream, long first, List<byte[]> changes) {
    loop.execute(
        () -> {
          for (PeerState link : links.values()) {
            if (!link.outbox.add(stream, first, changes)) {
              log.atWarn()
                  .addKeyValue("peer", link.name())
                  .log("a node is too slow; it will have to copy what it lacks");
              link.isLagging = true;
              link.laggingSince = link.laggingSince == 0 ? loop.nanos() : link.laggingSince;
            }
            sender.send(link);
          }
        });
  }

  // What the transport tells.

  @Override
  public void appeared(Peer peer) {
    loop.execute(
        () -> {
          PeerState link = new PeerState(peer);
          link.laggingSince = loop.nanos();
          links.put(peer.id(), link);
          ask(link);
        });
  }

  @Override
  public void disappeared(Peer peer) {
    loop.execute(() -> drop(peer));
  }

  private void drop(Peer peer) {
    PeerState gone = links.remove(peer.id());
    met.remove(peer.id());
    if (gone != null) {
      log.atInfo()
          .addKeyValue("peer", gone.name())
          .addKeyValue("address", peer.address())
          .log("a node has gone");
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
    long now = loop.nanos();
    if (pauses.heard(request.getTime(), now)) {
      wasPaused(now);
    }
    return answer(from, request)
        .handle(
            (answer, failure) ->
                answer == null
                    ? refusal(String.valueOf(failure))
                    : answer.toBuilder().setTime(processTime()).build().toByteArray());
  }

  private byte[] refusal(String reason) {
    return Answer.newBuilder().setRefusal(reason).setTime(processTime()).build().toByteArray();
  }

  private CompletableFuture<Answer> answer(Peer from, Request request) {
    if (request.hasHeartbeat()) {
      clock.follow(request.getHeartbeat().getMillis());
      return CompletableFuture.completedFuture(
          Answer.newBuilder().setHeartbeat(heartbeat()).build());
    }
    if (!request.hasChanges()) {
      return antiEntropy.answer(request);
    }
    if (!met.contains(from.id()) || mayBePutAside) {
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
    PeerState link = links.get(from.id());
    if (link != null && reached < changes.getFirst()) {
      // A gap: what is in it is not sent again.
      link.needsCopy = true;
    }
    advanceBarriers();
  }

  // The loop.

  private void tick() {
    if (isStopped) {
      return;
    }
    long now = loop.nanos();
    if (now - tickedAt > Timeouts.FREEZE.toNanos()) {
      log.atWarn()
          .addKeyValue("millis", (now - tickedAt) / 1_000_000)
          .log("this node was frozen; it refuses changes for a moment");
      refuseUntil = now + Timeouts.AFTER_FREEZE.toNanos();
    }
    tickedAt = now;
    Standing standing = store.standing();
    acknowledgements.restart(standing.stream());
    if (now - heartbeatAt >= Timeouts.HEARTBEAT.toNanos()) {
      heartbeatAt = now;
      askAll();
    }
    for (PeerState link : links.values()) {
      link.compare(standing.positions(), now);
      sender.send(link);
    }
    settle();
    acknowledgements.expire(Timeouts.WRITE_DEADLINE, unconfirmed(), now);
    antiEntropy.tick(links.values(), keeper, freshness.isCutOff());
    seen(standing.clock());
    clocks.look(links.values());
    adoptEnded(standing, now);
    freshness.look(
        standing, links.values(), durable(standing), antiEntropy.isCopying(), clocks.problem());
    mayBePutAside = mayBePutAside(store.standing());
    cannotWrite = cannotWriteNow();
    keeper.keep(links.values(), freshness.isFresh());
    advanceBarriers();
    status =
        StatusReport.of(
            options,
            standing,
            freshness,
            links.values(),
            antiEntropy.copy(),
            new StatusReport.Moment(now, clock.wallMillis()));
    loop.schedule(Timeouts.TICK, this::tick);
  }

  /**
   * Answers for changes that came behind a gap of a stream whose sender has gone: nobody has what
   * is lacking, and what is here must not wait for it.
   */
  private void adoptEnded(Standing standing, long now) {
    Set<Long> ended = new HashSet<>(standing.shown().keySet());
    ended.removeIf(stream -> !isEnded(stream, standing, now));
    if (!ended.isEmpty() && !antiEntropy.isCopying()) {
      CompletableFuture<MergeOutcome> unused = store.adopt(ended);
    }
  }

  private boolean isEnded(long stream, Standing standing, long now) {
    long shown = standing.shown().getOrDefault(stream, 0L);
    if (shown <= standing.positions().getOrDefault(stream, 0L)) {
      return false;
    }
    for (PeerState link : links.values()) {
      boolean isSender = link.stream() == stream && !link.isSilent(now);
      if (isSender || link.positions().getOrDefault(stream, 0L) >= shown) {
        return false;
      }
    }
    return true;
  }

  /**
   * Whether it may yet turn out that what is here must go. A store that is being filled may have
   * been given, by a node that was away, what was deleted meanwhile.
   */
  private boolean mayBePutAside(Standing standing) {
    return !standing.notes().isWhole()
        || antiEntropy.isSettingAside()
        || (!freshness.isFresh() && keeper.mayBeOutdated());
  }

  private @Nullable String cannotWriteNow() {
    String reason = freshness.cannotWrite(links.values());
    return reason == null && mayBePutAside
        ? "this node is new or was away for long; it is finding out what there is"
        : reason;
  }

  private void settle() {
    long now = loop.nanos();
    Standing standing = store.standing();
    for (PeerState link : links.values()) {
      updateLag(link, standing, now);
    }
    acknowledgements.settle(links.values(), now);
  }

  private static void updateLag(PeerState link, Standing standing, long now) {
    boolean hasAll = link.reached(standing.stream()) >= standing.sequence();
    if (!link.isReachable(now)) {
      link.laggingSince = link.isLagging ? link.laggingSince : now;
      link.isLagging = true;
    } else if (hasAll && link.isCopied()) {
      link.isLagging = false;
      link.laggingSince = 0;
    }
  }

  private String unconfirmed() {
    long confirmedOn = 1 + links.values().stream().filter(link -> !link.isLagging).count();
    String refusals =
        links.values().stream()
            .filter(link -> link.refusal != null)
            .map(link -> "; " + link.name() + " refuses: " + link.refusal)
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
    if (!barriers.waitForQuorum()) {
      pause = Timeouts.SHORTEST_PAUSE;
    } else if (!isPausing) {
      isPausing = true;
      loop.schedule(
          pause,
          () -> {
            isPausing = false;
            askAll();
          });
      Duration twice = pause.multipliedBy(2);
      pause = twice.compareTo(Timeouts.TICK) < 0 ? twice : Timeouts.TICK;
    }
  }

  private DurablePositions durable(Standing standing) {
    return new DurablePositions(
        options.quorum(), standing, links.values(), acknowledgements.confirmed());
  }

  private Reading unsure() {
    return new Reading.Unsure(
        freshness.unready().orElse("this node does not know whether it is current"));
  }

  // Conversations.

  private Heartbeat heartbeat() {
    return Introduction.heartbeat(
        options, store.standing(), freshness.unready(), keeper.completeUntil(), clock);
  }

  private void askAll() {
    links.values().forEach(this::ask);
  }

  private void ask(PeerState link) {
    long sentAt = loop.nanos();
    HeartbeatQuestion question =
        HeartbeatQuestion.newBuilder().setMillis(clock.isSettled() ? clock.millis() : 0).build();
    CompletableFuture<Void> unused =
        client
            .ask(
                link,
                Transport.TrafficClass.CONTROL,
                Request.newBuilder().setHeartbeat(question).build())
            .handle(
                (answer, failure) -> {
                  if (answer != null && answer.hasHeartbeat()) {
                    loop.execute(() -> answered(link, answer.getHeartbeat(), sentAt));
                  }
                  return null;
                });
  }

  private void answered(PeerState link, Heartbeat heartbeat, long sentAt) {
    if (!isThere(link) || !isPossible(link, heartbeat) || !link.answered(sentAt)) {
      return;
    }
    link.clockHeard(heartbeat.getWallMillis(), sentAt, loop.nanos());
    take(link, heartbeat);
    if (link.countsForReadQuorum()) {
      barriers.answered(link, sentAt);
    }
    advanceBarriers();
  }

  /** A node that claims what cannot be is not listened to, and so counts for nothing. */
  private boolean isPossible(PeerState link, Heartbeat heartbeat) {
    String problem = Introduction.problem(heartbeat);
    if (problem != null) {
      counters.refused();
      if (!problem.equals(link.refusal)) {
        log.atWarn().addKeyValue("peer", link.name()).log("heartbeat refused: " + problem);
      }
      link.refusal = problem;
    }
    return problem == null;
  }

  private void take(PeerState link, Heartbeat heartbeat) {
    Standing standing = store.standing();
    if (link.said() == null) {
      log.atInfo()
          .addKeyValue("peer", heartbeat.getName())
          .addKeyValue("address", link.peer.address())
          .log("a node has come");
      Introduction.check(options, standing, link.peer, heartbeat);
      dropOldSelf(link, heartbeat);
    }
    link.heard(heartbeat);
    clock.follow(heartbeat.getMillis());
    keeper.met(heartbeat.getNode());
    if (antiEntropy.meet(link)) {
      met.add(link.peer.id());
    } else {
      met.remove(link.peer.id());
    }
    link.reached(standing.stream(), link.positions().getOrDefault(standing.stream(), 0L));
    link.compare(standing.positions(), loop.nanos());
    settle();
  }

  /**
   * A store is open in one process at a time, so a node that is back under another address is not
   * where it was. The transport may take seconds to find that out.
   */
  private void dropOldSelf(PeerState newcomer, Heartbeat heartbeat) {
    for (PeerState other : List.copyOf(links.values())) {
      Heartbeat said = other.said();
      if (other != newcomer && said != null && said.getNode() == heartbeat.getNode()) {
        drop(other.peer);
      }
    }
  }

  /** A batch is on a peer's disk. */
  private void arrived(ChangesAnswer answer) {
    acknowledgements.heard(answer);
    settle();
    advanceBarriers();
  }

  private boolean isThere(PeerState link) {
    return links.get(link.peer.id()) == link;
  }

  Collection<PeerState> links() {
    return links.values();
  }
}
