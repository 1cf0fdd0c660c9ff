package io.holdfast.storage;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StoreDirectoryTest {
  private static final Instant NOW = Instant.parse("2030-01-01T00:00:00Z");

  @TempDir private Path temp;

  /** Without CURRENT, what has not been moved yet would be deleted by the next start. */
  @Test
  void setAside_thatIsBrokenOff_isRefusedByTheNextStart_andNothingIsDeleted() throws Exception {
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
        assertThrows(IOException.class, () -> StoreDirectory.setAside(directory, NOW));
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
}
