package io.holdfast.storage.disk;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.storage.Pushes;
import io.holdfast.storage.RocksGroupStore;
import io.holdfast.storage.StoreException;
import io.holdfast.storage.StoreFixture;
import io.holdfast.testkit.SmallDisk;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StoreDirectoryTest {
  private static final Instant NOW = Instant.parse("2030-01-01T00:00:00Z");

  @TempDir private Path temp;

  /** Without CURRENT, what has not been moved yet would be deleted by the next start. */
  @Tag("root")
  @Test
  void quarantine_thatIsBrokenOff_isRefusedByTheNextStart_andNothingIsDeleted() throws Exception {
    Path directory = temp.resolve("store");
    try (StoreFixture fixture = new StoreFixture(directory)) {
      for (int i = 0; i < 3; i++) {
        try (RocksGroupStore store = fixture.openReplicated()) {
          store.submit(Pushes.put(Pushes.job("j" + i), "m 1\n")).join();
        }
      }
      Map<String, byte[]> before = StoreFixture.files(directory);
      Path current = directory.resolve("CURRENT");
      try (AutoCloseable pinned = SmallDisk.pinned(current)) {
        assertTrue(pinned != null);
        assertThrows(IOException.class, () -> StoreDirectory.quarantine(directory, NOW));
      }
      assertThrows(
          StoreException.class,
          () -> fixture.openOrRefuse(StoreFixture.replicated(directory, true)));
      Path aside = directory.resolve("aside-2030-01-01T00-00-00Z");
      Map<String, byte[]> moved = StoreFixture.files(aside);
      Set<String> expected = new TreeSet<>(before.keySet());
      expected.remove("CURRENT");
      expected.remove("holdfast.lock");
      assertEquals(expected, moved.keySet());
      moved.forEach((name, bytes) -> assertArrayEquals(before.get(name), bytes, name));
    }
  }

  @Test
  void newDirectories_areForTheirOwnerAlone() throws Exception {
    Path directory = temp.resolve("made").resolve("store");
    try (StoreFixture fixture = new StoreFixture(directory)) {
      try (RocksGroupStore store = fixture.openReplicated()) {
        store.submit(Pushes.put(Pushes.job("j"), "m 1\n")).join();
      }
      assertEquals("rwx------", permissions(temp.resolve("made")));
      assertEquals("rwx------", permissions(directory));
      assertEquals("rw-------", permissions(directory.resolve(DirectoryLock.FILE_NAME)));
      assertEquals("rwx------", permissions(StoreDirectory.quarantine(directory, NOW)));
    }
  }

  private static String permissions(Path path) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
  }

  @Test
  void lockThatIsALink_isRefused_andItsTargetIsNotMade() throws Exception {
    Path directory = Files.createDirectory(temp.resolve("store"));
    Path target = temp.resolve("target");
    Files.createSymbolicLink(directory.resolve(DirectoryLock.FILE_NAME), target);
    try (StoreFixture fixture = new StoreFixture(directory)) {
      assertThrows(
          StoreException.class,
          () -> fixture.openOrRefuse(StoreFixture.replicated(directory, true)));
    }
    assertFalse(Files.exists(target));
  }
}
