package io.holdfast.storage;

import com.google.protobuf.ByteString;
import io.holdfast.proto.cluster.Digest;
import io.holdfast.proto.cluster.Listing;
import io.holdfast.proto.cluster.States;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import java.util.function.UnaryOperator;

/**
 * A store whose requests wait in a queue for a {@link CommitLoop}. The subclass drives the loop.
 */
abstract class QueuedStore implements ReplicatedStore {
  private final WriterQueue queue;
  private final CommitLoop loop;
  private final CompletableFuture<String> failure = new CompletableFuture<>();

  QueuedStore(WriterQueue queue, CommitLoop loop) {
    this.queue = queue;
    this.loop = loop;
  }

  final WriterQueue queue() {
    return queue;
  }

  final CommitLoop loop() {
    return loop;
  }

  /** Adds a command to the writer's queue, or refuses it at once. */
  void enqueue(WriterCommand command) {
    Refusal refusal = loop.state().unwritable();
    if (refusal != null && (command.takesSpace() || queue.isClosed())) {
      command.refuse(refusal);
    } else {
      queue.add(command);
    }
  }

  @Override
  public final CompletableFuture<WriteOutcome> submit(Change change) {
    CompletableFuture<WriteOutcome> outcome = new CompletableFuture<>();
    enqueue(new WriterCommand.OwnChange(change, outcome));
    return outcome;
  }

  @Override
  public final CompletableFuture<WriteOutcome> submit(Change change, BooleanSupplier isTooLate) {
    CompletableFuture<WriteOutcome> outcome = new CompletableFuture<>();
    enqueue(new WriterCommand.OwnChange(change, isTooLate, outcome));
    return outcome;
  }

  @Override
  public final void replicateTo(Replication receiver) {
    loop.replicateTo(receiver);
  }

  @Override
  public final ReplicaState replicaState() {
    return loop.replicaState();
  }

  @Override
  public final Exposition exposition() {
    return replicaState().exposition();
  }

  @Override
  public final CompletableFuture<MergeOutcome> merge(MergeRequest request) {
    return write(
        request.states().haveFamilies(), (writing, into) -> writing.merger().merge(request, into));
  }

  @Override
  public final CompletableFuture<MergeOutcome> note(UnaryOperator<ClusterMetadata> change) {
    return write(
        false,
        (writing, into) -> {
          writing.state().note(change.apply(writing.state().metadata()), into);
          return noted(writing);
        });
  }

  @Override
  public final CompletableFuture<MergeOutcome> purge(long until) {
    return write(
        false,
        (writing, into) -> {
          writing.state().purge(until, into);
          return noted(writing);
        });
  }

  @Override
  public final CompletableFuture<MergeOutcome> adopt(Set<Long> logIds) {
    return write(
        false,
        (writing, into) -> {
          writing.state().adopt(logIds);
          return noted(writing);
        });
  }

  static MergeOutcome noted(WriterCommand.Writing writing) {
    return new MergeOutcome.Merged(List.of(), Map.of(), writing.state().clock().last());
  }

  final CompletableFuture<MergeOutcome> write(
      boolean takesSpace, WriterCommand.MergeCommand.Step step) {
    CompletableFuture<MergeOutcome> outcome = new CompletableFuture<>();
    enqueue(new WriterCommand.MergeCommand(step, takesSpace, outcome));
    return outcome;
  }

  @Override
  public final CompletableFuture<Digest> digest() {
    return ask(StateReader::digest);
  }

  @Override
  public CompletableFuture<Listing> listing(List<Integer> buckets, int maxBytes) {
    return ask(reader -> reader.listing(buckets, maxBytes));
  }

  @Override
  public final CompletableFuture<List<ByteString>> differing(Listing theirs) {
    return ask(reader -> reader.differing(theirs));
  }

  @Override
  public final CompletableFuture<BitSet> differing(Digest theirs) {
    return ask(reader -> reader.differing(theirs));
  }

  @Override
  public CompletableFuture<States> states(List<ByteString> groupingKeys, int maxBytes) {
    return ask(reader -> reader.states(groupingKeys, maxBytes));
  }

  private <T> CompletableFuture<T> ask(WriterCommand.Query.Read<T> reading) {
    CompletableFuture<T> answer = new CompletableFuture<>();
    enqueue(new WriterCommand.Query<>(reading, answer));
    return answer;
  }

  /**
   * Takes a snapshot, out of order with the waiting changes. Acknowledged changes are in the next
   * snapshot in any case.
   */
  @Override
  public CompletableFuture<Snapshot> snapshot() {
    CompletableFuture<Snapshot> snapshot = new CompletableFuture<>();
    queue.add(snapshot);
    return snapshot;
  }

  @Override
  public final CompletableFuture<MergeOutcome> quarantine() {
    CompletableFuture<MergeOutcome> outcome = new CompletableFuture<>();
    enqueue(new WriterCommand.Quarantine(outcome));
    return outcome;
  }

  @Override
  public final Optional<Refusal> unwritable() {
    return Optional.ofNullable(loop.state().unwritable());
  }

  @Override
  public final CompletableFuture<String> failure() {
    return failure;
  }

  @Override
  public final int queueDepth() {
    return queue.size();
  }

  @Override
  public final int queueCapacity() {
    return queue.capacity();
  }
}
