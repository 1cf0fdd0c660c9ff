package io.holdfast.storage;

import java.util.Map;

/**
 * What another node sent, to be merged in one commit.
 *
 * @param states changes of one stream in order, or states of groups in any
 * @param stream whose changes they are; 0 for states
 * @param first the sequence number of the first change
 * @param shown where the states come from, no change beyond these has left anything
 * @param reached positions that the store has reached once these states are in: what the node from
 *     which they were copied had when the copy began
 */
public record MergeRequest(
    ReceivedStates states,
    long stream,
    long first,
    Map<Long, Long> shown,
    Map<Long, Long> reached) {

  /** Changes of a stream. */
  public static MergeRequest ofChanges(long stream, long first, ReceivedStates changes) {
    return new MergeRequest(changes, stream, first, Map.of(), Map.of());
  }

  /** States, without a word on where they leave this node. */
  public static MergeRequest ofStates(ReceivedStates states) {
    return ofStates(states, Map.of());
  }

  /** States of a node that may show changes up to these. */
  public static MergeRequest ofStates(ReceivedStates states, Map<Long, Long> shown) {
    return new MergeRequest(states, 0, 0, shown, Map.of());
  }

  /** Nothing but the news that all of another node's state, as of these positions, is here. */
  public static MergeRequest ofPositions(Map<Long, Long> reached) {
    return new MergeRequest(ReceivedStates.none(), 0, 0, Map.of(), reached);
  }

  long last() {
    return first + states.size() - 1;
  }
}
