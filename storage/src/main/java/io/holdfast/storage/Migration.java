package io.holdfast.storage;

import io.holdfast.proto.store.MigrationRecord;

/**
 * The store's notes about a migration: the one-time import of groups from a file of another
 * program.
 *
 * @param source the file; empty unless begun or done
 */
public record Migration(State state, String source) {

  /** The progress of a migration. */
  public enum State {
    /** The store has no groups, and had none before. */
    POSSIBLE,
    /**
     * A migration was broken off. Its groups were deleted when the store was opened. The migration
     * begins again, because the file has possibly changed since.
     */
    BEGUN,
    /** All groups of the file are here. The migration is never repeated. */
    DONE,
    /** The store has, or had, groups that did not come from a file. */
    TOO_LATE
  }

  /** Merges groups and stores these notes, in one commit. */
  MergeOutcome take(ReceivedStates groups, WriterCommand.Writing into, CommitBatch batch) {
    if (into.state().groups().memoryBytes() > into.maximumBytes()) {
      return new MergeOutcome.Refused(
          new Refusal(
              Refusal.Code.MEMORY_FULL,
              "the groups take more than "
                  + into.maximumBytes()
                  + " bytes of memory: start Holdfast with a larger heap (-Xmx)"));
    }
    MergeOutcome outcome = into.merger().merge(MergeRequest.ofStates(groups), batch);
    batch.putMigration(this);
    return outcome;
  }

  MigrationRecord record() {
    return MigrationRecord.newBuilder().setSource(source).setDone(state == State.DONE).build();
  }

  static Migration of(MigrationRecord record) {
    return new Migration(record.getDone() ? State.DONE : State.BEGUN, record.getSource());
  }

  /** Returns the notes of a store without a migration. */
  static Migration of(Groups groups) {
    boolean isUntouched = groups.keys().isEmpty() && groups.wipedAt() == null;
    return new Migration(isUntouched ? State.POSSIBLE : State.TOO_LATE, "");
  }
}
