package io.holdfast.cluster.replication;

import com.google.protobuf.ByteString;
import io.holdfast.proto.cluster.Answer;
import io.holdfast.proto.cluster.Digest;
import io.holdfast.proto.cluster.DigestQuestion;
import io.holdfast.proto.cluster.Heartbeat;
import io.holdfast.proto.cluster.Listing;
import io.holdfast.proto.cluster.ListingQuestion;
import io.holdfast.proto.cluster.ReplicatedState;
import io.holdfast.proto.cluster.Request;
import io.holdfast.proto.cluster.States;
import io.holdfast.proto.cluster.StatesQuestion;
import io.holdfast.proto.store.StoredVersion;
import io.holdfast.storage.MergeOutcome;
import io.holdfast.storage.MergeRequest;
import io.holdfast.storage.ReceivedStates;
import io.holdfast.storage.ReplicatedStore;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Copies to this node what a peer has and it has not: compares the digests of buckets of grouping
 * keys, then of the groups in those that differ, then fetches the states of those groups.
 *
 * <p>When it is done, this node has everything that the peer had when it was asked for its digest:
 * the positions that came with the digest hold here as well from then on.
 *
 * <p>Concurrency: confined to the event loop; one at a time.
 */
final class StateTransfer {
  private static final Logger log = LoggerFactory.getLogger(StateTransfer.class);

  /** Small enough that heartbeats behind it on the same connection are not late. */
  static final int CHUNK_BYTES = 512 << 10;

  private static final int KEYS_PER_QUESTION = 4096;
  private static final long PROGRESS_NANOS = 1_000_000_000L;

  /** How far it has come. */
  record Progress(long copied, long found, int buckets) {}

  /** Sends a request to the peer. */
  interface PeerClient {
    CompletableFuture<Answer> ask(Request request);
  }

  /** Hears once how it ended. */
  interface Ended extends BiConsumer<StateTransfer, @Nullable String> {}

  private final PeerState link;
  private final PeerClient peer;
  private final ReplicatedStore store;
  private final EventLoop loop;
  private final Ended ended;

  private final Deque<Integer> buckets = new ArrayDeque<>();
  private final Deque<ByteString> keys = new ArrayDeque<>();
  private final long startedAt;
  private long reportedAt;
  private @Nullable Digest digest;
  private int differingBuckets;
  private long found;
  private long copied;
  private boolean isEnded;

  /**
   * @param ended told null when all is copied, else why not
   */
  StateTransfer(
      PeerState link, PeerClient peer, ReplicatedStore store, EventLoop loop, Ended ended) {
    this.link = link;
    this.peer = peer;
    this.store = store;
    this.loop = loop;
    this.ended = ended;
    this.startedAt = loop.nanos();
    this.reportedAt = startedAt;
  }

  PeerState link() {
    return link;
  }

  Progress progress() {
    return new Progress(copied, found, differingBuckets);
  }

  /** Whether the peer had all that it ever acknowledged when it was asked for its digest. */
  boolean wasPeerWhole() {
    return digest != null && digest.getWhole();
  }

  void start() {
    Request question = Request.newBuilder().setDigest(DigestQuestion.getDefaultInstance()).build();
    then(peer.ask(question), StateTransfer::digestOf, this::compare);
  }

  /** Lets go, and says so to nobody. */
  void abandon() {
    isEnded = true;
  }

  /** Lets go: what is still to come is not waited for. */
  void giveUp(String reason) {
    end(reason);
  }

  private static @Nullable Digest digestOf(Answer answer) {
    return answer.hasDigest() ? answer.getDigest() : null;
  }

  private void compare(Digest theirs) {
    Heartbeat said = link.said();
    if (said == null || theirs.getPurgedUntil() > said.getClock()) {
      // Deletes are forgotten up to it: a claim beyond the clock of who makes it is damage.
      end("its digest claims more than its clock shows");
      return;
    }
    digest = theirs;
    long purged = Math.max(theirs.getPurgedUntil(), store.standing().notes().purgedUntil());
    if (purged > 0) {
      // What entitled one node to forget these deletes entitles every node; kept here alone, they
      // would look like something that the peer lacks.
      then(store.purge(purged), Function.identity(), done -> differ(theirs));
    } else {
      differ(theirs);
    }
  }

  private void differ(Digest theirs) {
    then(
        store.differing(theirs),
        Function.identity(),
        differing -> {
          differing.stream().forEach(buckets::add);
          differingBuckets = buckets.size();
          list();
        });
  }

  private void list() {
    if (buckets.isEmpty()) {
      finish();
      return;
    }
    Request question =
        Request.newBuilder()
            .setListing(ListingQuestion.newBuilder().addAllBuckets(buckets))
            .build();
    then(
        peer.ask(question),
        answer -> answer.hasListing() ? answer.getListing() : null,
        listing -> {
          if (isOfDigest(listing.getStream())) {
            merge(
                MergeRequest.ofStates(
                    ReceivedStates.decode(wipe(listing)), Positions.of(listing.getShownList())),
                () -> compare(listing));
          }
        });
  }

  /**
   * Ends the copy if the peer has begun anew since its digest, and may have put aside what that
   * told of.
   */
  private boolean isOfDigest(long stream) {
    boolean isSame = digest != null && digest.getStream() == stream;
    if (!isSame) {
      end("the node has opened its store anew");
    }
    return isSame;
  }

  /**
   * A wipe comes with every answer, and is merged first: one that the peer has seen since its
   * digest has taken groups that were differing then, and nothing else would tell.
   */
  private static List<ByteString> wipe(Listing listing) {
    return listing.hasWipedAt() ? List.of(wipe(listing.getWipedAt())) : List.of();
  }

  private static List<ByteString> wipeAndStates(States states) {
    if (!states.hasWipedAt()) {
      return states.getStatesList();
    }
    List<ByteString> all = new ArrayList<>(states.getStatesCount() + 1);
    all.add(wipe(states.getWipedAt()));
    all.addAll(states.getStatesList());
    return all;
  }

  private static ByteString wipe(StoredVersion at) {
    return ReplicatedState.newBuilder().setWipedAt(at).build().toByteString();
  }

  private void compare(Listing listing) {
    int listed = Math.min(Math.max(listing.getBucketsListed(), 1), buckets.size());
    for (int i = 0; i < listed; i++) {
      buckets.remove();
    }
    then(
        store.differing(listing),
        Function.identity(),
        differing -> {
          keys.addAll(differing);
          found += differing.size();
          fetch();
        });
  }

  private void fetch() {
    report();
    if (keys.isEmpty()) {
      list();
      return;
    }
    StatesQuestion.Builder question = StatesQuestion.newBuilder();
    keys.stream().limit(KEYS_PER_QUESTION).forEach(question::addGroupingKeys);
    then(
        peer.ask(Request.newBuilder().setStates(question).build())
            // Off the loop: reading and rendering take longer than anything else here.
            .thenApply(Fetched::of),
        Function.identity(),
        this::merge);
  }

  /** States as they came, read. */
  private record Fetched(States states, ReceivedStates received) {
    static @Nullable Fetched of(Answer answer) {
      return answer.hasStates()
          ? new Fetched(
              answer.getStates(), ReceivedStates.decode(wipeAndStates(answer.getStates())))
          : null;
    }
  }

  private void merge(Fetched fetched) {
    if (!isOfDigest(fetched.states.getStream())) {
      return;
    }
    int covered = Math.min(Math.max(fetched.states.getGroupsCovered(), 1), keys.size());
    for (int i = 0; i < covered; i++) {
      keys.remove();
    }
    copied += fetched.states.getStatesCount();
    Map<Long, Long> shown = Positions.of(fetched.states.getShownList());
    merge(MergeRequest.ofStates(fetched.received, shown), this::fetch);
  }

  private void finish() {
    Digest covered = digest;
    if (covered == null) {
      end("no digest");
      return;
    }
    merge(
        MergeRequest.ofPositions(Positions.of(covered.getPositionsList())),
        () -> {
          if (found > 0) {
            log.atInfo()
                .addKeyValue("peer", link.name())
                .addKeyValue("groups", copied)
                .addKeyValue("buckets", differingBuckets)
                .addKeyValue("millis", (loop.nanos() - startedAt) / 1_000_000)
                .log("copied what was lacking");
          }
          end(null);
        });
  }

  private void merge(MergeRequest request, Runnable next) {
    then(
        store.merge(request),
        Function.identity(),
        outcome -> {
          if (outcome instanceof MergeOutcome.Refused refused) {
            end(refused.reason());
          } else {
            next.run();
          }
        });
  }

  private void report() {
    long now = loop.nanos();
    if (now - reportedAt > PROGRESS_NANOS) {
      reportedAt = now;
      log.atInfo()
          .addKeyValue("peer", link.name())
          .addKeyValue("copied", copied)
          .addKeyValue("found", found)
          .addKeyValue("buckets_left", buckets.size())
          .log("copying");
    }
  }

  /** Goes on, on the loop, when the future has what is expected of it; else this has failed. */
  private <A, B> void then(
      CompletableFuture<A> future, Function<A, @Nullable B> expected, Consumer<B> next) {
    BiConsumer<@Nullable A, @Nullable Throwable> resume =
        (value, failure) ->
            loop.execute(
                () -> {
                  if (isEnded) {
                    return;
                  }
                  B wanted = value == null ? null : expected.apply(value);
                  if (wanted == null) {
                    end(failure == null ? "an answer to another question" : failure.toString());
                  } else {
                    next.accept(wanted);
                  }
                });
    CompletableFuture<A> unused = future.whenComplete(resume);
  }

  private void end(@Nullable String failure) {
    isEnded = true;
    ended.accept(this, failure);
  }
}
