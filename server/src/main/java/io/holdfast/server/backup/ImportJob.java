package io.holdfast.server.backup;

import io.holdfast.server.config.Limit;
import io.holdfast.storage.BackupException;
import io.holdfast.storage.BackupReader;
import io.holdfast.storage.Change;
import io.holdfast.storage.Exposition;
import io.holdfast.storage.GroupStore;
import io.holdfast.storage.ReadResult;
import io.holdfast.storage.Refusal;
import io.holdfast.storage.RestoredGroup;
import io.holdfast.storage.SelectedGroups;
import io.holdfast.storage.Snapshot;
import io.holdfast.storage.SnapshotRead;
import io.holdfast.storage.WriteOutcome;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * One import, from the complete file to its outcome:
 *
 * <ol>
 *   <li>reads the file to its end, with all checks, and compares it with the room for groups;
 *   <li>waits at the read barrier, so that this node has every acknowledged change;
 *   <li>restores group by group, some groups at once;
 *   <li>with {@link Mode#REPLACE}, deletes the groups that the file lacks.
 * </ol>
 *
 * <p>The restores come before the deletes, so that a group that is both here and in the file is
 * never absent.
 *
 * <p>Concurrency: one thread, which waits for the store.
 */
final class ImportJob {
  /** What becomes of groups that are here. */
  enum Mode {
    /** A group whose last push is as new as the file's, or newer, stays. */
    MISSING,
    /** All groups become those of the file. A push during the import stays. */
    REPLACE
  }

  /** The counts of groups that an import answers. */
  record Counts(long imported, long kept, long deleted, long expired) {}

  /**
   * The surroundings of an import.
   *
   * @param isGivenUp whether the client no longer waits
   * @param nanos measures how long a change is tried again
   */
  record Surroundings(
      GroupStore store, BackupHandler.Terms terms, BooleanSupplier isGivenUp, LongSupplier nanos) {}

  /** The bounds of changes that are submitted at once. The rest of the queue is for pushes. */
  private static final int MOST_CHANGES = 512;

  private static final long MOST_BYTES = 8L << 20;

  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final Duration PAUSE = Duration.ofMillis(100);

  /** The refusals that a short wait does not end. */
  private static final Set<Refusal.Code> FINAL =
      EnumSet.of(
          Refusal.Code.SHUTTING_DOWN,
          Refusal.Code.DISK_FULL,
          Refusal.Code.MEMORY_FULL,
          Refusal.Code.CLIENT_GONE);

  /** A change under way. */
  private record Pending(Change change, long bytes, CompletableFuture<WriteOutcome> outcome) {}

  private final Spool file;
  private final Mode mode;
  private final GroupStore store;
  private final BackupHandler.Terms terms;
  private final BooleanSupplier isGivenUp;
  private final LongSupplier nanos;

  private final Deque<Pending> pending = new ArrayDeque<>();
  private long pendingBytes;
  private boolean isChanging;
  private long imported;
  private long kept;
  private long deleted;
  private long expired;

  ImportJob(Spool file, Mode mode, Surroundings surroundings) {
    this.file = file;
    this.mode = mode;
    this.store = surroundings.store;
    this.terms = surroundings.terms;
    this.isGivenUp = surroundings.isGivenUp;
    this.nanos = surroundings.nanos;
  }

  /** Imports the file. When the method returns, everything is on the disks of a write quorum. */
  Counts run() throws ImportException {
    check();
    barrier();
    long upTo = mode == Mode.REPLACE ? clock() : 0;
    restore(upTo);
    if (mode == Mode.REPLACE) {
      deleteSuperfluous(upTo);
    }
    return new Counts(imported, kept, deleted, expired);
  }

  private BackupReader open() throws ImportException {
    try {
      InputStream in = file.open();
      try {
        return new BackupReader(in, terms.limits());
      } catch (BackupException | IOException | RuntimeException e) {
        in.close();
        throw e;
      }
    } catch (BackupException e) {
      throw refused(e);
    } catch (IOException e) {
      throw unreadable(e);
    }
  }

  private static ImportException refused(BackupException e) {
    Limit limit = e.reason() == null ? null : Limit.of(e.reason());
    String reason = String.valueOf(e.getMessage());
    return limit == null
        ? new ImportException(400, reason + "; nothing was changed", e)
        : new ImportException(413, limit.explain(reason) + "; nothing was changed", e);
  }

  private static ImportException unreadable(IOException e) {
    return new ImportException(
        new Refusal(Refusal.Code.STORE_FAILED, "import: the file cannot be read again: " + e));
  }

  /** Reads the whole file. Refuses a file for which there is no room. */
  private void check() throws ImportException {
    Exposition here = store.exposition();
    long more = 0;
    long moreBytes = 0;
    try (BackupReader reader = open()) {
      for (RestoredGroup group = reader.next(); group != null; group = reader.next()) {
        requireClient();
        if (here.summary(group.key()).isEmpty()) {
          more++;
          moreBytes += group.heapBytes();
        }
      }
    } catch (BackupException e) {
      throw refused(e);
    } catch (IOException e) {
      throw unreadable(e);
    }
    if (here.groups() + more > terms.mostGroups()) {
      throw new ImportException(
          Limit.GROUPS.status(),
          Limit.GROUPS.explain(
                  "import: there would be %d groups (expected: at most %d)"
                      .formatted(here.groups() + more, terms.mostGroups()))
              + "; nothing was changed",
          null);
    }
    if (here.memoryBytes() + moreBytes > terms.mostBytes()) {
      throw new ImportException(
          new Refusal(
              Refusal.Code.MEMORY_FULL,
              "import: the groups would take about "
                  + (here.memoryBytes() + moreBytes)
                  + " bytes of memory (expected: at most "
                  + terms.mostBytes()
                  + "): start Holdfast with a larger heap (-Xmx); nothing was changed"));
    }
  }

  private void barrier() throws ImportException {
    ReadResult read = store.read().join();
    if (read instanceof ReadResult.Unavailable unavailable) {
      throw new ImportException(unavailable.refusal());
    }
    if (read instanceof ReadResult.Stale stale) {
      throw new ImportException(
          new Refusal(Refusal.Code.NOT_FRESH, stale.reason() + "; nothing was changed"));
    }
  }

  /** Returns a reading that is not below the version of any change from before the import. */
  private long clock() throws ImportException {
    try (Snapshot now = store.snapshot().join()) {
      return now.replicaState().clock();
    } catch (CompletionException e) {
      throw new ImportException(SnapshotRead.refusal(e));
    }
  }

  private void restore(long upTo) throws ImportException {
    isChanging = true;
    try (BackupReader reader = open()) {
      for (RestoredGroup group = reader.next(); group != null; group = reader.next()) {
        submit(new Change.Restore(group, upTo), group.heldBytes());
      }
    } catch (BackupException e) {
      throw refused(e);
    } catch (IOException e) {
      throw unreadable(e);
    }
    settle(0, 0);
  }

  /**
   * Deletes what the file lacks: all that no change since the beginning has touched. Expired groups
   * of the file are among them. A push since the selection stays.
   */
  private void deleteSuperfluous(long upTo) throws ImportException {
    SelectedGroups superfluous = store.exposition().select(group -> !group.hasChangedAfter(upTo));
    WriteOutcome unused = settled(() -> store.delete(superfluous, isGivenUp));
    deleted = superfluous.size();
  }

  private void requireClient() throws ImportException {
    if (isGivenUp.getAsBoolean()) {
      throw new ImportException(
          new Refusal(
              Refusal.Code.CLIENT_GONE, "the client no longer waits for the import" + progress()));
    }
  }

  private String progress() {
    return isChanging
        ? "; at least " + imported + " groups were imported, and a repetition does the rest"
        : "; nothing was changed";
  }

  private void submit(Change change, long bytes) throws ImportException {
    requireClient();
    // A group of any size is taken when no other is under way.
    settle(MOST_CHANGES - 1, MOST_BYTES - bytes);
    pending.add(new Pending(change, bytes, store.submit(change, isGivenUp)));
    pendingBytes += bytes;
  }

  /** Waits until at most so many changes, of so many bytes, are under way. */
  private void settle(int changes, long bytes) throws ImportException {
    while (!pending.isEmpty() && (pending.size() > changes || pendingBytes > bytes)) {
      Pending first = pending.remove();
      pendingBytes -= first.bytes;
      Supplier<CompletableFuture<WriteOutcome>> again = () -> store.submit(first.change, isGivenUp);
      count(settled(first.outcome, again));
    }
  }

  private WriteOutcome settled(Supplier<CompletableFuture<WriteOutcome>> change)
      throws ImportException {
    return settled(change.get(), change);
  }

  /**
   * Waits for a change, and tries it again for a while. Both kinds can be repeated, whatever became
   * of the first attempt.
   */
  private WriteOutcome settled(
      CompletableFuture<WriteOutcome> first, Supplier<CompletableFuture<WriteOutcome>> again)
      throws ImportException {
    WriteOutcome outcome = first.join();
    long startedAt = nanos.getAsLong();
    while (outcome instanceof WriteOutcome.Unavailable unavailable) {
      requireClient();
      Refusal refusal = unavailable.refusal();
      if (FINAL.contains(refusal.code()) || nanos.getAsLong() - startedAt > PATIENCE.toNanos()) {
        throw new ImportException(new Refusal(refusal.code(), refusal.text() + progress()));
      }
      LockSupport.parkNanos(PAUSE.toNanos());
      outcome = again.get().join();
    }
    return outcome;
  }

  private void count(WriteOutcome outcome) throws ImportException {
    if (outcome instanceof WriteOutcome.Rejected rejected) {
      Limit limit = Limit.of(rejected.rejection().reason());
      String reason = rejected.rejection().message();
      throw new ImportException(
          limit == null ? 400 : limit.status(),
          (limit == null ? reason : limit.explain(reason)) + progress(),
          null);
    }
    if (outcome instanceof WriteOutcome.Kept none) {
      expired += none.isExpired() ? 1 : 0;
      kept += none.isExpired() ? 0 : 1;
    } else {
      imported++;
    }
  }
}
