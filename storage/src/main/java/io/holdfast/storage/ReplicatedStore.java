package io.holdfast.storage;

import com.google.protobuf.ByteString;
import io.holdfast.proto.cluster.Digest;
import io.holdfast.proto.cluster.Listing;
import io.holdfast.proto.cluster.States;
import java.util.BitSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;

/**
 * A store whose state other nodes have as well: it says what it has, gives it away, and takes in
 * what others have. All methods may be called from any thread.
 *
 * <p>Questions are answered by the writer, in order with the changes; answers are of what is on the
 * disk. Futures of questions complete exceptionally when the store cannot be read.
 */
public interface ReplicatedStore extends GroupStore {

  /** How far it has come, as of the last commit. Never blocks. */
  Standing standing();

  /** Own changes go here from now on. Called once, before the first {@link #submit}. */
  void replicateTo(Replication replication);

  /**
   * Merges what another node sent and completes when it is on the disk and in every exposition.
   * Order and repetition do not matter.
   */
  CompletableFuture<MergeOutcome> merge(MergeRequest request);

  /**
   * Takes over what is here of streams that have ended behind a gap: no other store will ever reach
   * that, so from now on a copy of this whole store tells that another one has it.
   */
  CompletableFuture<MergeOutcome> adopt(Set<Long> streams);

  /** The digest of each bucket, with the positions that it covers. */
  CompletableFuture<Digest> digest();

  /**
   * The groups in some buckets. In proportion to all groups.
   *
   * @param buckets in this order; as many are listed as fit into about this many bytes
   */
  CompletableFuture<Listing> listing(List<Integer> buckets, int maxBytes);

  /** Which of these groups this store has not, or has in another state. */
  CompletableFuture<List<ByteString>> differing(Listing theirs);

  /** Which buckets differ from another store's. */
  CompletableFuture<BitSet> differing(Digest theirs);

  /** The states of these groups, tombstones too: as many as fit into about this many bytes. */
  CompletableFuture<States> states(List<ByteString> groupingKeys, int maxBytes);

  /** Writes down what this makes of the notes as they are by then; on the writer thread. */
  CompletableFuture<MergeOutcome> note(UnaryOperator<ClusterNotes> change);

  /** Drops tombstones up to this hybrid clock reading, and notes it if there were any. */
  CompletableFuture<MergeOutcome> purge(long until);

  /**
   * Puts everything that is stored aside, into a directory beside the live files, and goes on
   * empty, under a new identity. Nothing is deleted.
   */
  CompletableFuture<MergeOutcome> setAside();
}
