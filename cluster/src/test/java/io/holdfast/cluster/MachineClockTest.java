package io.holdfast.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class MachineClockTest {
  @TempDir Path directory;

  @Test
  void name_isTheSameUntilTheMachineStartsAgain() throws IOException {
    Path bootId = directory.resolve("boot_id");
    Files.writeString(bootId, "7a1c9f0e-5d0b-4c55-9d7e-0d6a3b0c1f22\n");
    long name = MachineClock.name(bootId);
    assertEquals(name, MachineClock.name(bootId));

    Files.writeString(bootId, "7a1c9f0e-5d0b-4c55-9d7e-0d6a3b0c1f23\n");
    assertNotEquals(name, MachineClock.name(bootId));
  }

  @Test
  void withoutABootId_eachNameIsNew() throws IOException {
    Path none = directory.resolve("none");
    assertNotEquals(MachineClock.name(none), MachineClock.name(none));
    Path other = Files.writeString(directory.resolve("other"), "no UUID");
    assertNotEquals(MachineClock.name(other), MachineClock.name(other));
  }
}
