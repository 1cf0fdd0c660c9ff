package io.holdfast.cluster.replication;

import com.google.protobuf.ByteString;
import io.holdfast.proto.cluster.Answer;
import io.holdfast.proto.cluster.Digest;
import io.holdfast.proto.cluster.DigestQuestion;
import io.holdfast.proto.cluster.Heartbeat;
import io.holdfast.proto.cluster.Listing;
import io.holdfast.proto.cluster.ListingQuestion;
import io.holdfast.proto.cluster.LogOffset;
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
import java.util.BitSet;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.BiConsumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The copy of a peer's groups that this node lacks.
 *
 * <pre>
 *   step      asks                                     then
 *
 *   DIGEST    the peer: digests of all buckets         BUCKETS
 *   BUCKETS   the store: which of them differ?         LISTING
 *             (tombstones that either node has
 *             perhaps collected go first)
 *   LISTING   the peer: digests of the groups in       STATES; VECTOR if no bucket is left
 *             differing buckets
 *             the store: which of them differ?
 *   STATES    the peer: states of differing groups     STATES, until all are here; LISTING
 *   VECTOR    the store: note the version vector       the end
 * </pre>
 *
 * <p>The states of an answer are on this node's disk before the next step. At the end, this node
 * has everything that the peer had at its digest. So the version vector of the digest holds for
 * this node too.
 *
 * <p>The latest wipe comes with every answer, and is merged first. A wipe after the digest deletes
 * groups that differed at the digest. Only the wipe itself tells this node of these deletes.
 *
 * <p>Concurrency: confined to the event loop. One transfer runs at a time.
 */
final class StateTransfer {
  private static final Logger log = LoggerFactory.getLogger(StateTransfer.class);

  /**
   * The size of an answer. The size is small, so that a heartbeat behind the answer on its
   * connection is not late.
   */
  static final int CHUNK_BYTES = 512 << 10;

  private static final int KEYS_PER_QUESTION = 4096;
  private static final long PROGRESS_NANOS = 1_000_000_000L;

  /** The progress of a state transfer. */
  record Progress(long copied, long found, int buckets) {}

  /** Sends a request to the peer. */
  interface Client {
    CompletableFuture<Answer> ask(Request request);
  }

  /** The receiver of the end of a transfer, called once. */
  interface Ended extends BiConsumer<StateTransfer, @Nullable String> {}

  private final PeerState peer;
  private final Client client;
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
   * @param ended receives null when all is copied, otherwise the reason of the failure
   */
  StateTransfer(PeerState peer, Client client, ReplicatedStore store, EventLoop loop, Ended ended) {
    this.peer = peer;
    this.client = client;
    this.store = store;
    this.loop = loop;
    this.ended = ended;
    this.startedAt = loop.nanos();
    this.reportedAt = startedAt;
  }

  PeerState peer() {
    return peer;
  }

  Progress progress() {
    return new Progress(copied, found, differingBuckets);
  }

  /** Returns whether the peer's store was complete when the peer was asked for its digest. */
  boolean wasPeerComplete() {
    return digest != null && digest.getComplete();
  }

  void start() {
    run(new DigestStep());
  }

  /** Ends the transfer without a call of {@code ended}. */
  void abandon() {
    isEnded = true;
  }

  /** Ends the transfer with a reason. The answer that is still to come has no effect. */
  void giveUp(String reason) {
    end(reason);
  }

  // The steps.

  /** A step: its question, and the choice of the next step. Both run on the event loop. */
  private sealed interface Step<A> {
    CompletableFuture<A> ask();

    /**
     * Returns the next step; null after the last.
     *
     * @throws FailedException if the transfer cannot go on
     */
    @Nullable Step<?> advance(A answer);
  }

  private final class DigestStep implements Step<Answer> {
    @Override
    public CompletableFuture<Answer> ask() {
      return client.ask(
          Request.newBuilder().setDigest(DigestQuestion.getDefaultInstance()).build());
    }

    @Override
    public Step<?> advance(Answer answer) {
      expect(answer.hasDigest());
      Digest theirs = answer.getDigest();
      Heartbeat said = peer.said();
      if (said == null || theirs.getCollectedWatermark() > said.getClock()) {
        // This node collects tombstones up to the peer's collected watermark. A watermark beyond
        // the peer's own clock is damage.
        throw new FailedException("its digest claims more than its clock shows");
      }
      digest = theirs;
      return new BucketsStep(theirs);
    }
  }

  private final class BucketsStep implements Step<BitSet> {
    private final Digest theirs;

    BucketsStep(Digest theirs) {
      this.theirs = theirs;
    }

    @Override
    public CompletableFuture<BitSet> ask() {
      long collected =
          Math.max(
              theirs.getCollectedWatermark(), store.replicaState().metadata().collectedWatermark());
      if (collected == 0) {
        return store.differing(theirs);
      }
      // The reason that allowed one node to collect these tombstones allows every node. Tombstones
      // that only this node kept would look like something that the peer lacks.
      return then(store.purge(collected), done -> store.differing(theirs));
    }

    @Override
    public Step<?> advance(BitSet differing) {
      differing.stream().forEach(buckets::add);
      differingBuckets = buckets.size();
      return nextListing();
    }
  }

  private Step<?> nextListing() {
    return buckets.isEmpty() ? new VectorStep() : new ListingStep();
  }

  private final class ListingStep implements Step<List<ByteString>> {
    private int listed;

    @Override
    public CompletableFuture<List<ByteString>> ask() {
      ListingQuestion question = ListingQuestion.newBuilder().addAllBuckets(buckets).build();
      return then(client.ask(Request.newBuilder().setListing(question).build()), this::compare);
    }

    private CompletableFuture<List<ByteString>> compare(Answer answer) {
      expect(answer.hasListing());
      Listing listing = answer.getListing();
      expectLog(listing.getLogId());
      listed = Math.min(Math.max(listing.getBucketsListed(), 1), buckets.size());
      MergeRequest wipe =
          MergeRequest.ofStates(
              ReceivedStates.decode(wipe(listing)), VersionVectors.of(listing.getShownList()));
      return then(merge(wipe), done -> store.differing(listing));
    }

    @Override
    public Step<?> advance(List<ByteString> differing) {
      removeFirst(listed, buckets);
      keys.addAll(differing);
      found += differing.size();
      report();
      return keys.isEmpty() ? nextListing() : new StatesStep();
    }
  }

  private final class StatesStep implements Step<MergeOutcome> {
    @Override
    public CompletableFuture<MergeOutcome> ask() {
      StatesQuestion.Builder question = StatesQuestion.newBuilder();
      keys.stream().limit(KEYS_PER_QUESTION).forEach(question::addGroupingKeys);
      return then(
          client
              .ask(Request.newBuilder().setStates(question).build())
              // Decoding runs off the event loop, because decoding takes longer than anything else
              // here.
              .thenApply(Fetched::of),
          this::take);
    }

    private CompletableFuture<MergeOutcome> take(Fetched fetched) {
      States states = fetched.states;
      expectLog(states.getLogId());
      removeFirst(Math.min(Math.max(states.getGroupsCovered(), 1), keys.size()), keys);
      copied += states.getStatesCount();
      return merge(
          MergeRequest.ofStates(fetched.received, VersionVectors.of(states.getShownList())));
    }

    @Override
    public Step<?> advance(MergeOutcome merged) {
      report();
      return keys.isEmpty() ? nextListing() : this;
    }
  }

  private final class VectorStep implements Step<MergeOutcome> {
    @Override
    public CompletableFuture<MergeOutcome> ask() {
      List<LogOffset> versionVector = digest == null ? List.of() : digest.getVersionVectorList();
      return merge(MergeRequest.ofVersionVector(VersionVectors.of(versionVector)));
    }

    @Override
    public @Nullable Step<?> advance(MergeOutcome merged) {
      if (found > 0) {
        log.atInfo()
            .addKeyValue("peer", peer.name())
            .addKeyValue("groups", copied)
            .addKeyValue("buckets", differingBuckets)
            .addKeyValue("millis", (loop.nanos() - startedAt) / 1_000_000)
            .log("state transfer ended");
      }
      return null;
    }
  }

  // Helpers of the steps.

  /** The reason why a transfer cannot go on. */
  private static final class FailedException extends RuntimeException {
    private static final long serialVersionUID = 1;

    FailedException(String reason) {
      super(reason, null, false, false);
    }
  }

  private static void expect(boolean isAnswerToTheQuestion) {
    if (!isAnswerToTheQuestion) {
      throw new FailedException("an answer to another question");
    }
  }

  /**
   * Fails if the peer has opened its store again, because the store of the digest was perhaps
   * quarantined.
   */
  private void expectLog(long logId) {
    if (digest == null || digest.getLogId() != logId) {
      throw new FailedException("the node has opened its store anew");
    }
  }

  private static void removeFirst(int count, Deque<?> from) {
    for (int i = 0; i < count; i++) {
      from.remove();
    }
  }

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

  /** The states as received, and decoded. */
  private record Fetched(States states, ReceivedStates received) {
    static Fetched of(Answer answer) {
      expect(answer.hasStates());
      return new Fetched(
          answer.getStates(), ReceivedStates.decode(wipeAndStates(answer.getStates())));
    }
  }

  private CompletableFuture<MergeOutcome> merge(MergeRequest request) {
    return store
        .merge(request)
        .thenApply(
            outcome -> {
              if (outcome instanceof MergeOutcome.Refused refused) {
                throw new FailedException(refused.refusal().text());
              }
              return outcome;
            });
  }

  private void report() {
    long now = loop.nanos();
    if (now - reportedAt > PROGRESS_NANOS) {
      reportedAt = now;
      log.atInfo()
          .addKeyValue("peer", peer.name())
          .addKeyValue("copied", copied)
          .addKeyValue("found", found)
          .addKeyValue("buckets_left", buckets.size())
          .log("state transfer under way");
    }
  }

  // The run of the steps.

  private <A> void run(Step<A> step) {
    CompletableFuture<A> unused =
        step.ask()
            .whenComplete((answer, failure) -> loop.execute(() -> advance(step, answer, failure)));
  }

  /** Takes the answer to a step, and runs the next step. */
  private <A> void advance(Step<A> step, @Nullable A answer, @Nullable Throwable failure) {
    if (isEnded) {
      return;
    }
    try {
      if (answer == null) {
        end(failure == null ? "no answer" : reason(failure));
        return;
      }
      Step<?> next = step.advance(answer);
      if (next == null) {
        end(null);
      } else {
        run(next);
      }
    } catch (FailedException e) {
      end(reason(e));
    }
  }

  /** Continues a step on the event loop, unless the transfer has ended. */
  private <A, B> CompletableFuture<B> then(
      CompletableFuture<A> future, Function<A, CompletableFuture<B>> next) {
    return future.thenComposeAsync(
        value ->
            isEnded
                ? CompletableFuture.failedFuture(new FailedException("ended"))
                : next.apply(value),
        loop::execute);
  }

  private static String reason(Throwable failure) {
    Throwable cause =
        failure instanceof CompletionException && failure.getCause() != null
            ? failure.getCause()
            : failure;
    return cause instanceof FailedException
        ? String.valueOf(cause.getMessage())
        : failure.toString();
  }

  private void end(@Nullable String failure) {
    isEnded = true;
    ended.accept(this, failure);
  }
}
