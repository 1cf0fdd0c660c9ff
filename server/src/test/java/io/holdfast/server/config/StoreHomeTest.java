package io.holdfast.server.config;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StoreHomeTest {
  private static final String ROOT =
      "22 1 0:21 / / ro,relatime shared:1 - overlay overlay ro,lowerdir=/a:/data";

  @TempDir Path directory;

  @Test
  void noVariable_isTheWorkingDirectory_whateverIsMounted() throws Exception {
    Path mounts = mounts(ROOT, mountAt("/data"));

    Options options = options(new StoreHome(null, mounts, path -> true));

    assertEquals(Path.of("data"), options.storage().path());
    assertEquals("data/", options.effective().get("storage.path"));
    assertEquals("no --storage.path", choice(options).reason());
    assertEquals(List.of(), options.warnings());
    assertEquals(options, options(new StoreHome("", mounts, path -> true)));
  }

  @Test
  void writableVolume_hasTheStore() throws Exception {
    Options options =
        options(new StoreHome("/data/", mounts(ROOT, mountAt("/data")), path -> true));

    assertEquals(Path.of("/data/holdfast"), options.storage().path());
    assertEquals("/data/holdfast", options.effective().get("storage.path"));
    assertEquals(
        "no --storage.path, and a writable volume is mounted at /data", choice(options).reason());
    assertEquals(List.of(), options.warnings());
  }

  @Test
  void directoryWithoutAMount_isNotUsed() throws Exception {
    Path mounts = mounts(ROOT, mountAt("/data/other"), mountAt("/dat"), "26 22 0:30");

    Options options = options(new StoreHome("/data", mounts, path -> true));

    assertEquals(Path.of("data"), options.storage().path());
    assertEquals("no --storage.path, and no volume is mounted at /data", choice(options).reason());
    assertEquals(List.of(), options.warnings());
  }

  @Test
  void volumeOfAnotherUser_isNotUsed_withAWarning() throws Exception {
    Options options =
        options(new StoreHome("/data", mounts(ROOT, mountAt("/data")), path -> false));

    assertEquals(Path.of("data"), options.storage().path());
    assertEquals(
        List.of(
            "the store is not in the volume: the volume at /data is not writable for this user;"
                + " give the volume to this user (in Kubernetes: fsGroup), or set --storage.path"),
        options.warnings());
  }

  @Test
  void unreadableMounts_areTheWorkingDirectory_withAWarning() {
    Options options = options(new StoreHome("/data", directory.resolve("missing"), path -> true));

    assertEquals(Path.of("data"), options.storage().path());
    assertEquals(1, options.warnings().size());
  }

  @Test
  void mountPoint_isReadWithTheKernelsEscapes() throws Exception {
    Path mounts = mounts(ROOT, mountAt("/my\\040\\134data"));

    assertEquals(
        Path.of("/my \\data/holdfast"),
        options(new StoreHome("/my \\data", mounts, path -> true)).storage().path());
  }

  @Test
  void givenPath_winsOverTheVolume() throws Exception {
    StoreHome home = new StoreHome("/data", mounts(ROOT, mountAt("/data")), path -> true);

    Options options = options(home, "--storage.path=data/");

    assertEquals(new Options.Storage(Path.of("data"), null), options.storage());
  }

  @Test
  void mountsOfThisProcess_areRead() {
    // Each Linux has this mount, and no user may write to the directory itself.
    StoreHome home = StoreHome.of(Map.of("HOLDFAST_VOLUME", "/proc"));

    String reason = choice(options(home)).reason();

    assertTrue(reason.contains("/proc") && !reason.contains("no volume"), reason);
    assertNull(options(StoreHome.of(Map.of()), "--storage.path=x").storage().choice());
  }

  @ParameterizedTest
  @ValueSource(strings = {"data", "./data", "/da\0ta"})
  void relativeVolume_isRefused(String volume) throws Exception {
    StoreHome home = new StoreHome(volume, mounts(ROOT), path -> true);

    var refusal = assertInstanceOf(Flags.Result.Refuse.class, Flags.parse(new String[0], home));

    assertEquals(
        "HOLDFAST_VOLUME: \"" + volume + "\" (expected: the absolute path of a directory)",
        refusal.message());
  }

  private static StoreHome.Choice choice(Options options) {
    return requireNonNull(options.storage().choice());
  }

  private static Options options(StoreHome home, String... arguments) {
    return assertInstanceOf(Flags.Result.Run.class, Flags.parse(arguments, home)).options();
  }

  private static String mountAt(String point) {
    return "25 22 8:1 /volumes/x " + point + " rw,relatime shared:3 - ext4 /dev/sda1 rw";
  }

  private Path mounts(String... lines) throws IOException {
    return Files.write(directory.resolve("mountinfo"), List.of(lines));
  }
}
