package io.holdfast.server.migration;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.storage.Change;
import io.holdfast.storage.ContentLimits;
import io.holdfast.storage.ExpositionReader;
import io.holdfast.storage.GroupKey;
import io.holdfast.storage.Migration;
import io.holdfast.storage.PushPreparation;
import io.holdfast.storage.ReceivedStates;
import io.holdfast.storage.RocksGroupStore;
import io.holdfast.storage.StoreOptions;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileMigrationTest {
  private static final FileMigration.Terms TERMS =
      new FileMigration.Terms(1 << 20, 2 << 20, System::nanoTime);

  @TempDir Path directory;
  private Path file;
  private RocksGroupStore store;

  @BeforeEach
  void open() throws Exception {
    file = directory.resolve("pushgateway.data");
    try (InputStream in =
        FileMigrationTest.class.getResourceAsStream("/migration/pushgateway-1.5.1.gob")) {
      Files.write(file, in.readAllBytes());
    }
    store = opened();
  }

  @AfterEach
  void close() {
    store.close();
  }

  private RocksGroupStore opened() throws Exception {
    StoreOptions options =
        new StoreOptions(
            directory.resolve("store"),
            new StoreOptions.Surroundings(
                InstantSource.system(), System::nanoTime, (changes, bytes, nanos) -> {}),
            StoreOptions.Capacity.ofQueue(100),
            StoreOptions.Rules.NONE,
            null);
    return RocksGroupStore.open(options, Runnable::run);
  }

  private void reopen() throws Exception {
    store.close();
    store = opened();
  }

  private String text() {
    StringBuilder text = new StringBuilder();
    try (ExpositionReader reader = store.exposition().text(List.of())) {
      for (ByteBuffer piece = reader.next(); piece != null; piece = reader.next()) {
        text.append(StandardCharsets.UTF_8.decode(piece));
      }
    }
    return text.toString();
  }

  private void run() throws MigrationException {
    FileMigration.run(file, store, TERMS);
  }

  private String refusal(Path named) {
    return String.valueOf(
        assertThrows(MigrationException.class, () -> FileMigration.run(named, store, TERMS))
            .getMessage());
  }

  private static GroupKey job(String job) {
    return GroupKey.of(new TreeMap<>(Map.of("job", job)));
  }

  @Test
  void newStore_hasTheGroups_theFileIsUntouched() throws Exception {
    byte[] before = Files.readAllBytes(file);

    run();

    assertEquals(4, store.exposition().groups());
    assertEquals(0, store.exposition().shadowedSeries());
    String expected =
        """
        # HELP c Help of c.
        # TYPE c counter
        c{instance="",job="j1",path="/var",x="\\"\\n"} 3
        c{instance="",job="j1",path="/var",x="1"} 2
        # TYPE g gauge
        g{instance="",job="j1",path="/var"} -1.5
        """;
    assertTrue(text().startsWith(expected), text());
    assertTrue(text().contains("push_time_seconds{instance=\"\",job=\"failed\"} 0\n"), text());
    assertTrue(text().contains("push_time_seconds{instance=\"\",job=\"j1\",path=\"/var\"} 1."));
    assertArrayEquals(before, Files.readAllBytes(file));
  }

  @Test
  void afterwards_theFileIsNotReadAgain() throws Exception {
    run();
    store.submit(new Change.Delete(job("failed"))).join();
    String before = text();
    reopen();

    run();
    Files.writeString(file, "something else");
    run();

    assertEquals(before, text());
    assertEquals(3, store.exposition().groups());
  }

  @Test
  void brokenOff_isDoneAgain_fromTheBeginning() throws Exception {
    Migration begun = new Migration(Migration.State.BEGUN, "/some/file");
    store.migrate(ReceivedStates.none(), begun).join();
    reopen();

    assertTrue(refusal(null).contains("--persistence.file=/some/file"), refusal(null));
    String missing = refusal(directory.resolve("missing"));
    assertTrue(missing.contains("missing does not exist"), missing);
    run();

    assertEquals(4, store.exposition().groups());
    reopen();
    assertEquals(Migration.State.DONE, store.migration().state());
    assertEquals(4, store.exposition().groups());
  }

  @Test
  void damagedFile_isRefused_andLeavesNothing() throws Exception {
    byte[] whole = Files.readAllBytes(file);
    byte[] cut = Arrays.copyOf(whole, whole.length - 1);
    Files.write(file, cut);

    String message = refusal(file);

    assertTrue(message.startsWith("--persistence.file=" + file + " is damaged at byte "), message);
    assertTrue(message.contains("start without the flag"), message);
    assertArrayEquals(cut, Files.readAllBytes(file));
    reopen();
    assertEquals(Migration.State.POSSIBLE, store.migration().state());
    Files.write(file, whole);
    run();
    assertEquals(4, store.exposition().groups());
  }

  @Test
  void missingFile_isFine_andTakenOverOnceItIsThere() throws Exception {
    byte[] whole = Files.readAllBytes(file);
    Files.delete(file);
    run();
    assertEquals(0, store.exposition().groups());
    reopen();
    Files.write(file, whole);
    run();
    assertEquals(4, store.exposition().groups());
  }

  @Test
  void directoryInPlaceOfTheFile_isRefused() throws Exception {
    String message = refusal(directory);
    assertTrue(message.contains("cannot be read"), message);
  }

  @Test
  void storeWithChangesOfItsOwn_isLeftAsItIs() throws Exception {
    store
        .submit(
            PushPreparation.prepare(job("own"), true, 1, List.of(), ContentLimits.ofText(1_000)))
        .join();
    reopen();

    run();

    assertEquals(1, store.exposition().groups());
  }

  @Test
  void manyGroups_areTakenOverInManyCommits() throws Exception {
    List<GobFile.Part> groups = new ArrayList<>();
    for (int i = 0; i < 5_000; i++) {
      groups.add(
          GobFile.group(
              GobFile.labels("job", "job" + i),
              GobFile.families("m", 1_700_000_000_000_000_000L + i, gauge(i))));
    }
    Files.write(file, new GobFile().types().groups(groups).written());

    run();

    assertEquals(5_000, store.exposition().groups());
    assertTrue(text().contains("m{instance=\"\",job=\"job4999\"} 4999\n"));
    reopen();
    assertEquals(5_000, store.exposition().groups());
  }

  private static byte[] gauge(int value) {
    return PushgatewayFileTest.gauge("m", value);
  }
}
