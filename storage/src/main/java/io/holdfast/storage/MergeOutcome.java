package io.holdfast.storage;

import java.util.List;
import java.util.Map;

/** What became of a {@link MergeRequest}. */
public sealed interface MergeOutcome {

  /**
   * Everything is on the disk and in every exposition taken from now on.
   *
   * @param outranked sequence numbers of the changes whose group has a newer one here already
   * @param conflicts sequence number to reason: changes of which something is shadowed here
   * @param clock the highest hybrid clock reading given out or seen, these changes' among them
   */
  record Merged(List<Long> outranked, Map<Long, String> conflicts, long clock)
      implements MergeOutcome {}

  /**
   * Nothing of it was merged, or the disk failed and nobody knows how much of it.
   *
   * @param reason for people
   */
  record Refused(String reason) implements MergeOutcome {}
}
