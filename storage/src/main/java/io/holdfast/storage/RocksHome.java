package io.holdfast.storage;

import io.holdfast.storage.StoreOptions.Replicated;
import io.holdfast.storage.disk.DiskException;
import io.holdfast.storage.disk.RocksDatabase;
import io.holdfast.storage.disk.SpaceReserve;
import io.holdfast.storage.disk.StoreDirectory;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The directory of a store on RocksDB. */
final class RocksHome implements StoreHome {
  private static final Logger log = LoggerFactory.getLogger(RocksHome.class);

  private final StoreOptions options;
  private final SpaceReserve reserve;

  /** An open store, and how far its migration had come. */
  record Opened(OpenStore store, Migration migration) {}

  RocksHome(StoreOptions options) {
    this.options = options;
    this.reserve = new SpaceReserve(options.directory(), options.capacity().minimumFreeBytes());
  }

  /** Opens the store in the directory, or a new store in an empty directory. */
  Opened open() throws StoreException {
    return open(options.replicated());
  }

  @Override
  public OpenStore reopen() throws StoreException {
    Replicated replicated = options.replicated();
    // An empty directory now means that a store was quarantined or lost. The new store replaces it,
    // and is incomplete.
    return open(replicated == null ? null : replicated.ofSuccessor()).store();
  }

  private Opened open(@Nullable Replicated replicated) throws StoreException {
    RocksDatabase database = database();
    try {
      StoreLoader.Loaded loaded =
          new StoreLoader(database, replicated, StoreLoader.Setting.of(options)).load();
      return new Opened(OpenStore.of(database, writing(state(loaded))), loaded.migration());
    } catch (DiskException e) {
      database.close();
      throw new StoreException(String.valueOf(database.explained(e).getMessage()), e);
    } catch (StoreException | RuntimeException e) {
      database.close();
      throw e;
    }
  }

  private RocksDatabase database() throws StoreException {
    try {
      return RocksDatabase.open(options.directory());
    } catch (DiskException e) {
      throw new StoreException(String.valueOf(e.getMessage()), e);
    }
  }

  private StoreState state(StoreLoader.Loaded loaded) {
    InstantSource clock =
        options.replicated() == null
            ? FormerCluster.clock(options.surroundings().clock(), loaded.metadata())
            : options.surroundings().clock();
    return new StoreState(
        loaded.groups(),
        new HybridClock(clock, loaded.clock()),
        loaded.identity(),
        loaded.metadata(),
        options.rules().reserved());
  }

  private WriterCommand.Writing writing(StoreState state) {
    return new WriterCommand.Writing(
        state,
        new ChangeApplier(state, options.rules().limits(), options.capacity().maximumMemoryBytes()),
        new StateMerger(state),
        options.capacity().maximumMemoryBytes());
  }

  @Override
  public void quarantine() throws IOException {
    Path aside =
        StoreDirectory.quarantine(options.directory(), options.surroundings().clock().instant());
    log.atWarn()
        .addKeyValue("path", options.directory())
        .addKeyValue("aside", aside)
        .log("store quarantined; the node starts empty");
  }

  @Override
  public @Nullable Refusal spaceProblem() throws IOException {
    String problem = reserve.problem();
    return problem == null ? null : new Refusal(Refusal.Code.DISK_FULL, problem);
  }

  @Override
  public Path path() {
    return options.directory();
  }
}
