package io.holdfast.storage;

import io.holdfast.proto.store.TakeoverRecord;

/**
 * What a store notes about groups that it takes over from a file of another program.
 *
 * @param source the file; empty unless begun or done
 */
public record Takeover(State state, String source) {

  /** How far a takeover has come. */
  public enum State {
    /** The store has nothing, and never had. */
    POSSIBLE,
    /**
     * One was broken off. What it had brought was dropped when the store was opened, because the
     * file may be another one by now: it begins anew.
     */
    BEGUN,
    /** Everything that there was in the file is here; never again. */
    DONE,
    /** The store has groups, or had some, that did not come from a file. */
    TOO_LATE
  }

  /** Merges groups and notes this, in one commit. */
  MergeOutcome take(ReceivedStates groups, WriterCommand.Writing into, CommitBatch batch) {
    if (into.state().groups().memoryBytes() > into.maximumBytes()) {
      return new MergeOutcome.Refused(
          "the groups take more than "
              + into.maximumBytes()
              + " bytes of memory: start Holdfast with a larger heap (-Xmx)");
    }
    MergeOutcome outcome = into.merger().merge(MergeRequest.ofStates(groups), batch);
    batch.putTakeover(this);
    return outcome;
  }

  TakeoverRecord record() {
    return TakeoverRecord.newBuilder().setSource(source).setDone(state == State.DONE).build();
  }

  static Takeover of(TakeoverRecord record) {
    return new Takeover(record.getDone() ? State.DONE : State.BEGUN, record.getSource());
  }

  /** Of a store that was never told to take anything over. */
  static Takeover of(Groups groups) {
    boolean isUntouched = groups.keys().isEmpty() && groups.wipedAt() == null;
    return new Takeover(isUntouched ? State.POSSIBLE : State.TOO_LATE, "");
  }
}
