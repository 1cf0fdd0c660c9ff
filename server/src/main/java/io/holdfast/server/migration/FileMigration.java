package io.holdfast.server.migration;

import io.holdfast.storage.Exposition.Shadowed;
import io.holdfast.storage.GroupImport;
import io.holdfast.storage.ImportedGroup;
import io.holdfast.storage.MergeOutcome;
import io.holdfast.storage.Migration;
import io.holdfast.storage.ReceivedStates;
import io.holdfast.storage.RocksGroupStore;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The import of a Pushgateway's persistence file into a new store. The import comes before the node
 * takes changes or shows groups.
 *
 * <p>The file is read twice. The first pass reads to the end, so that a damaged file leaves nothing
 * behind. The second pass fills the store in many commits. Each commit notes that the migration has
 * begun, and the last commit notes that it is done. If the process dies in between, the next start
 * drops the imported groups and begins anew.
 *
 * <p>In a cluster, each node with a new store migrates by itself. That needs no agreement: one file
 * makes equal states on all nodes, and each state is older than any change ({@link GroupImport}). A
 * node that has lost its disk can migrate the file again. Later changes and deletes are newer than
 * the imported groups. If the other nodes have already collected those deletes, the node
 * quarantines its store.
 */
public final class FileMigration {
  private static final Logger log = LoggerFactory.getLogger(FileMigration.class);

  private static final long COMMIT_BYTES = 512 << 10;
  private static final int COMMIT_GROUPS = 1_000;
  private static final Duration PROGRESS_INTERVAL = Duration.ofSeconds(5);

  /** The bound on warnings. More would not be read. */
  private static final int MOST_WARNINGS = 1_000;

  /**
   * The limits on a family, as for a push, and the clock of the migration.
   *
   * @param familyBytes of the encoded message
   * @param textBytes of the text that a scrape would send of it, about
   * @param nanos measures the time between two reports of progress
   */
  public record Terms(int familyBytes, long textBytes, LongSupplier nanos) {}

  private final Path file;
  private final RocksGroupStore store;
  private final long size;
  private final GroupImport groups;
  private final Migration begun;

  private final List<ImportedGroup> waiting = new ArrayList<>();
  private final LongSupplier nanos;
  private long waitingBytes;
  private long leftOut;
  private long reportedAt;

  private FileMigration(Path file, RocksGroupStore store, Terms terms, long size) {
    this.nanos = terms.nanos();
    this.reportedAt = nanos.getAsLong();
    this.file = file;
    this.store = store;
    this.size = size;
    this.groups =
        new GroupImport(
            terms.textBytes(), (group, family, reason) -> leftOut(group.name(), family, reason));
    this.begun = new Migration(Migration.State.BEGUN, file.toString());
  }

  /**
   * Imports the file if the store is new, and logs its decision. Returns when everything is on the
   * disk.
   *
   * @param file null if the command line names none
   * @throws MigrationException if the node should not start
   */
  public static void run(@Nullable Path file, RocksGroupStore store, Terms terms)
      throws MigrationException {
    Migration noted = store.migration();
    boolean isBroken = noted.state() == Migration.State.BEGUN;
    if (file == null) {
      if (isBroken) {
        throw new MigrationException(brokenOff(noted) + ", which the command line does not name");
      }
      return;
    }
    switch (noted.state()) {
      case DONE ->
          log.atInfo()
              .addKeyValue("file", noted.source())
              .log("--persistence.file was migrated earlier and is not read again");
      case TOO_LATE -> {
        if (Files.exists(file)) {
          log.atWarn()
              .addKeyValue("file", file)
              .log(
                  "--persistence.file is not read: the store has changes of its own already."
                      + " A new store migrates it; holdfastctl migrate copies from a running"
                      + " Pushgateway");
        } else {
          logMissing(file);
        }
      }
      case POSSIBLE, BEGUN -> migrate(file, store, terms, isBroken ? brokenOff(noted) : null);
    }
  }

  private static String brokenOff(Migration noted) {
    return "a migration was interrupted, and is to be repeated from"
        + " --persistence.file="
        + noted.source();
  }

  private static void migrate(
      Path file, RocksGroupStore store, Terms terms, @Nullable String brokenOff)
      throws MigrationException {
    // Opened once, because a running Pushgateway replaces the file.
    try (FileChannel opened = FileChannel.open(file)) {
      PushgatewayFile.read(opened, terms.familyBytes(), new Discarding());
      new FileMigration(file, store, terms, opened.size()).run(opened, terms);
    } catch (NoSuchFileException e) {
      if (brokenOff != null) {
        throw new MigrationException(brokenOff + ", but " + file + " does not exist", e);
      }
      logMissing(file);
    } catch (IOException e) {
      throw new MigrationException(
          "--persistence.file=" + file + " cannot be read: " + e + ". Nothing was migrated", e);
    } catch (DamagedFileException e) {
      throw new MigrationException(
          "--persistence.file="
              + file
              + " is damaged "
              + e.getMessage()
              + ". Nothing was migrated, and the file was left as it is. Ways out: a sound copy"
              + " of it, which a Pushgateway writes when it stops; or start without the flag (jobs"
              + " fill the store with their next pushes)",
          e);
    }
  }

  private static void logMissing(Path file) {
    log.atInfo()
        .addKeyValue("file", file)
        .log("--persistence.file does not exist: there is nothing to migrate");
  }

  private void run(FileChannel opened, Terms terms)
      throws IOException, DamagedFileException, MigrationException {
    log.atInfo().addKeyValue("file", file).addKeyValue("bytes", size).log("migrating");
    long startedAt = nanos.getAsLong();
    PushgatewayFile.read(opened, terms.familyBytes(), new Keeper());
    commit(new Migration(Migration.State.DONE, file.toString()));
    warnOfShadowed();
    log.atInfo()
        .addKeyValue("file", file)
        .addKeyValue("groups", store.exposition().groups())
        .addKeyValue("series", store.exposition().series())
        .addKeyValue("left_out", leftOut)
        .addKeyValue("shadowed_series", store.exposition().shadowedSeries())
        .addKeyValue("millis", Duration.ofNanos(nanos.getAsLong() - startedAt).toMillis())
        .log("migrated; the file is not read again");
  }

  private void commit(Migration noted) throws MigrationException {
    ReceivedStates states = groups.prepare(waiting);
    waiting.clear();
    waitingBytes = 0;
    MergeOutcome outcome = store.migrate(states, noted).join();
    if (outcome instanceof MergeOutcome.Refused refused) {
      throw new MigrationException(
          "--persistence.file=" + file + " cannot be migrated: " + refused.refusal().text());
    }
  }

  private void report(long position) {
    long now = nanos.getAsLong();
    if (now - reportedAt > PROGRESS_INTERVAL.toNanos()) {
      reportedAt = now;
      log.atInfo()
          .addKeyValue("groups", store.exposition().groups())
          .addKeyValue("percent", 100 * position / Math.max(size, 1))
          .log("migrating");
    }
  }

  private void leftOut(String group, @Nullable String family, String reason) {
    leftOut++;
    if (leftOut <= MOST_WARNINGS) {
      log.atWarn()
          .addKeyValue("group", group)
          .addKeyValue("family", family == null ? "all" : family)
          .addKeyValue("err", reason)
          .log("left out of the migration");
    }
  }

  private void warnOfShadowed() {
    for (Shadowed shadowed : store.exposition().shadowed(MOST_WARNINGS)) {
      log.atWarn()
          .addKeyValue("group", shadowed.group())
          .addKeyValue("family", shadowed.family())
          .addKeyValue("series", shadowed.series())
          .log("series stored but not exposed; older series conflict");
    }
  }

  /** The receiver that brings the groups into the store. */
  private final class Keeper implements GroupReceiver {
    @Override
    public void take(ImportedGroup part, long bytes, long position) throws MigrationException {
      waiting.add(part);
      waitingBytes += bytes;
      if (waitingBytes >= COMMIT_BYTES || waiting.size() == COMMIT_GROUPS) {
        commit(begun);
        report(position);
      }
    }

    @Override
    public void leftOut(String group, @Nullable String family, String reason) {
      FileMigration.this.leftOut(group, family, reason);
    }
  }

  /** The receiver of the first pass. It keeps nothing, because that pass only checks the file. */
  private static final class Discarding implements GroupReceiver {
    @Override
    public void take(ImportedGroup part, long bytes, long position) {}

    @Override
    public void leftOut(String group, @Nullable String family, String reason) {}
  }
}
