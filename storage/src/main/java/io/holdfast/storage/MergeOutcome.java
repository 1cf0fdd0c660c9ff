package io.holdfast.storage;

import java.util.List;
import java.util.Map;

/** The outcome of a {@link MergeRequest}. */
public sealed interface MergeOutcome {

  /**
   * The outcome of a complete merge. Everything is on the disk and in every later exposition.
   *
   * @param superseded the offsets of superseded changes: this store has a newer version of their
   *     group
   * @param conflicts offset to reason: changes of which something is shadowed here
   * @param clock the highest hybrid clock reading given out or seen, those of these changes
   *     included
   */
  record Merged(List<Long> superseded, Map<Long, String> conflicts, long clock)
      implements MergeOutcome {}

  /**
   * The outcome of a refused merge, or of a merge during which the disk failed. After a failure of
   * the disk, an unknown part was merged.
   */
  record Refused(Refusal refusal) implements MergeOutcome {}
}
