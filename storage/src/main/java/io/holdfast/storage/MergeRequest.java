package io.holdfast.storage;

import java.util.Map;

/**
 * A request to merge the changes or states of another node in one commit.
 *
 * @param states changes of one log in order, or states of groups in any order
 * @param logId the log of the changes; 0 for states
 * @param first the offset of the first change
 * @param shown for each log, the last offset of which the states can show anything
 * @param reached offsets that the store has reached after the merge: those of the source node when
 *     the copy began
 */
public record MergeRequest(
    ReceivedStates states, long logId, long first, Map<Long, Long> shown, Map<Long, Long> reached) {

  /** Returns a request for changes of a log. */
  public static MergeRequest ofChanges(long logId, long first, ReceivedStates changes) {
    return new MergeRequest(changes, logId, first, Map.of(), Map.of());
  }

  /** Returns a request for states that does not advance the version vector. */
  public static MergeRequest ofStates(ReceivedStates states) {
    return ofStates(states, Map.of());
  }

  /** Returns a request for states of a node that can show changes up to these offsets. */
  public static MergeRequest ofStates(ReceivedStates states, Map<Long, Long> shown) {
    return new MergeRequest(states, 0, 0, shown, Map.of());
  }

  /**
   * Returns a request without states. The request notes that all of another node's state, as of
   * these offsets, is here.
   */
  public static MergeRequest ofVersionVector(Map<Long, Long> reached) {
    return new MergeRequest(ReceivedStates.none(), 0, 0, Map.of(), reached);
  }

  long last() {
    return first + states.size() - 1;
  }
}
