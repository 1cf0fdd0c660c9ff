package io.holdfast.server.config;

import static io.holdfast.server.config.ClusterArguments.assertRefused;
import static io.holdfast.server.config.ClusterArguments.cluster;
import static io.holdfast.server.config.ClusterArguments.members;
import static io.holdfast.server.config.ClusterArguments.node;
import static io.holdfast.server.config.ClusterArguments.run;
import static io.holdfast.server.config.ClusterArguments.with;
import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.cluster.ClusterOptions;
import io.holdfast.cluster.replication.ReplicaOptions;
import io.holdfast.cluster.transport.Discovery;
import io.holdfast.cluster.transport.HostPort;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ClusterFlagsTest {
  private static final String SECRET = "0123456789abcdef";

  @TempDir Path directory;

  @Test
  void noListenAddress_isNoCluster() {
    assertNull(run().cluster());
    assertNull(run("--cluster.listen-address=").cluster());
    assertEquals(List.of(), run().warnings());
  }

  @Test
  void onlyWhatIsNeeded_leavesDefaults() throws IOException {
    ClusterOptions cluster =
        cluster("--cluster.listen-address=127.0.0.1:1", "--cluster.peer=127.0.0.1:2");

    HostPort self = new HostPort("127.0.0.1", 1);
    assertEquals(
        new Discovery(
            self, self, List.of(new HostPort("127.0.0.1", 2)), "holdfast", hostName(), null),
        cluster.discovery());
    assertEquals(new ReplicaOptions.Quorum(2, 2, false), cluster.quorum());
    assertEquals(
        new ReplicaOptions.Limits(
            Duration.ofMillis(500),
            Duration.ofSeconds(5),
            Duration.ofSeconds(60),
            Duration.ofDays(7)),
        cluster.limits());
  }

  @Test
  void everyFlag_isMapped() throws IOException {
    ClusterOptions cluster =
        cluster(
            "--cluster.listen-address=[fd00::1]:1",
            "--cluster.advertise-address=gw-1.example.org:2",
            "--cluster.peer=gateways:2",
            "--cluster.peer",
            "10.0.0.1:3",
            "--cluster.size=5",
            "--cluster.write-quorum=4",
            "--cluster.name=batch jobs",
            "--cluster.node-name=gr\u00fcn",
            "--cluster.secret-file=" + secretFile(SECRET + "\n"),
            "--cluster.bootstrap",
            "--cluster.lag-grace=1s",
            "--cluster.read-grace=2s",
            "--cluster.max-clock-skew=3s",
            "--cluster.tombstone-retention=4s");

    Discovery discovery = cluster.discovery();
    assertEquals(new HostPort("fd00::1", 1), discovery.listen());
    assertEquals(new HostPort("gw-1.example.org", 2), discovery.advertise());
    assertEquals(
        List.of(new HostPort("gateways", 2), new HostPort("10.0.0.1", 3)), discovery.peers());
    assertEquals("batch jobs", discovery.clusterName());
    assertEquals("gr\u00fcn", discovery.nodeName());
    assertArrayEquals(SECRET.getBytes(UTF_8), discovery.secret());
    assertEquals(new ReplicaOptions.Quorum(5, 4, true), cluster.quorum());
    assertEquals(
        new ReplicaOptions.Limits(
            Duration.ofSeconds(1),
            Duration.ofSeconds(2),
            Duration.ofSeconds(3),
            Duration.ofSeconds(4)),
        cluster.limits());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--cluster.advertise-address=10.0.0.1:1",
        "--cluster.peer=10.0.0.1:1",
        "--cluster.size=3",
        "--cluster.write-quorum=1",
        "--cluster.name=a",
        "--cluster.node-name=a",
        "--cluster.secret-file=a",
        "--cluster.insecure",
        "--cluster.bootstrap",
        "--cluster.lag-grace=1s",
        "--cluster.read-grace=1s",
        "--cluster.max-clock-skew=1s",
        "--cluster.tombstone-retention=1d",
      })
  void anyFlag_withoutListenAddress_isRefused(String argument) {
    assertRefused(argument.split("=", 2)[0] + ": without effect (expected: together", argument);
  }

  @Test
  void everyFlag_isInTheTestAbove() {
    assertEquals(14, ClusterFlags.ALL.size());
  }

  @ParameterizedTest
  @ValueSource(strings = {"listen-address", "advertise-address", "peer"})
  void address_thatNobodyCanDial_isRefused(String flag) {
    String form = "(expected: host:port or [ipv6]:port)";
    String dial = "(expected: one name or address that other nodes can dial)";
    String port = "(expected: a port from 1 to 65535)";

    assertAddressRefused(flag, "gw-1", form);
    assertAddressRefused(flag, "::1:1", form);
    assertAddressRefused(flag, "gw-1:0", port);
    assertAddressRefused(flag, "gw-1:65536", port);
    for (String host :
        List.of(
            "", "0.0.0.0", "[::]", "[0:0::0]", "224.0.0.1", "[ff02::1]", "0", "10.1", "10.0.0.*"))
      assertAddressRefused(flag, host + ":1", dial);
    for (String host :
        List.of(
            "010.0.0.1",
            "10.0.0.256",
            "10.0.0.1-9",
            "[a:b]",
            "[fe80::1%lo]",
            "a..b",
            "a".repeat(254))) assertAddressRefused(flag, host + ":1", dial);
  }

  private static void assertAddressRefused(String flag, String value, String expected) {
    assertRefused(
        "--cluster." + flag + ": \"" + value + "\" " + expected,
        Stream.of("listen-address", "advertise-address", "peer")
            .map(each -> "--cluster." + each + "=" + (each.equals(flag) ? value : "10.0.0.1:1"))
            .toArray(String[]::new));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--cluster.name= | --cluster.name: \"\" (expected: 1 to 255 visible characters)",
        "--cluster.node-name= | --cluster.node-name: \"\" (expected: 1 to 255 visible",
        "--cluster.secret-file= | --cluster.secret-file: \"\" (expected: a file)",
        "--cluster.secret-file=/nowhere | --cluster.secret-file: \"/nowhere\" (expected: a file"
            + " that can be read; java.nio.file.NoSuchFileException",
        "--cluster.secret-file=/ | --cluster.secret-file: \"/\" (expected: a file that can be read",
        "--cluster.secret-file=/dev/zero | --cluster.secret-file: \"/dev/zero\" (expected: a file"
            + " with a secret of 16 to 4096 bytes",
        "--cluster.bootstrap=true | --cluster.bootstrap: \"true\" (expected: no value)",
        "--cluster.lag-grace=0s | --cluster.lag-grace: \"0s\" (expected: a duration from 1ms to 1m)",
        "--cluster.lag-grace=61s | --cluster.lag-grace: \"61s\" (expected: a duration from 1ms",
        "--cluster.lag-grace=-1s | --cluster.lag-grace: \"-1s\" (expected: a duration such as",
        "--cluster.read-grace=0 | --cluster.read-grace: \"0\" (expected: a duration from 1ms to",
        "--cluster.read-grace=11m | --cluster.read-grace: \"11m\" (expected: a duration from 1ms",
        "--cluster.max-clock-skew=0s | --cluster.max-clock-skew: \"0s\" (expected: a duration from",
        "--cluster.max-clock-skew=25h | --cluster.max-clock-skew: \"25h\" (expected: a duration",
        "--cluster.tombstone-retention=999ms | --cluster.tombstone-retention: \"999ms\" (expected:"
            + " a duration from 1s to 3650d)",
        "--cluster.tombstone-retention=3651d | --cluster.tombstone-retention: \"3651d\" (expected:",
        "--cluster.peer=10.0.0.4 | --cluster.peer: \"10.0.0.4\" (expected: host:port or",
        "--cluster.advertise-address=127.0.0.1:1 | --cluster.advertise-address: \"127.0.0.1:1\""
            + " (expected: an address that 10.0.0.2:1 can dial)",
        "--web.listen-address=:1 | --cluster.listen-address: \"10.0.0.1:1\" (expected: another port"
            + " than that of --web.listen-address)",
        "--web.listen-address=0.0.0.0:1 | --cluster.listen-address: \"10.0.0.1:1\" (expected: anot",
        "--web.listen-address=10.0.0.1:1 | --cluster.listen-address: \"10.0.0.1:1\" (expected: ano",
      })
  void bad_isRefusedWithTheReason(String argument, String message) {
    assertRefused(message, with(members("10.0.0.1:1", "10.0.0.2:1 10.0.0.3:1"), argument));
  }

  @ParameterizedTest
  @ValueSource(strings = {" a", "a ", "a\nb", "a\u0000b", "a\u2028b", "a\u202eb", "\ud800"})
  void name_withInvisibleCharacters_isRefused(String name) {
    String[] members = members("10.0.0.1:1", "10.0.0.2:1");

    for (String flag : List.of("--cluster.name", "--cluster.node-name")) {
      String message = assertRefused(flag + ": \"", with(members, flag + "=" + name));
      assertTrue(message.endsWith("(expected: 1 to 255 visible characters)"), message);
      assertFalse(message.chars().anyMatch(Character::isISOControl), message);
    }
  }

  @Test
  void name_ofMoreThan255Characters_isRefused() {
    String[] members = members("10.0.0.1:1", "10.0.0.2:1");

    String longest = "n".repeat(255);
    assertEquals(
        longest, cluster(with(members, "--cluster.node-name=" + longest)).discovery().nodeName());
    assertRefused("--cluster.node-name: \"nnn", with(members, "--cluster.node-name=n" + longest));
  }

  @Test
  void loopback_besideAnotherMachine_isRefused() {
    assertRefused(
        "--cluster.advertise-address: \"localhost:1\" (expected: an address that 10.0.0.2:1 can",
        members("localhost:1", "localhost:1 10.0.0.2:1"));
  }

  @ParameterizedTest
  @CsvSource({"''", "'\n'", "'\r\n'"})
  void secret_isTheFileWithoutItsLineEnd(String lineEnd) throws IOException {
    assertArrayEquals(
        (SECRET + "\n").getBytes(UTF_8),
        secret(SECRET + "\n" + (lineEnd.isEmpty() ? "\n" : lineEnd)));
    assertArrayEquals(SECRET.getBytes(UTF_8), secret(SECRET + lineEnd));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "\n", "0123456789abcde\n", "0123456789abcde\r\n"})
  void secret_tooShort_isRefused_andNotShown(String content) throws IOException {
    String message =
        assertRefused(
            "--cluster.secret-file: \"" + directory,
            with(node("10.0.0.1:1", "10.0.0.2:1"), "--cluster.secret-file=" + secretFile(content)));

    assertTrue(message.contains("(expected: a file with a secret of 16 to 4096 bytes"), message);
    assertFalse(message.contains("0123456789"), message);
  }

  @Test
  void secret_isInNoText() throws IOException {
    Path file = secretFile(SECRET);
    Options options = run(with(node("10.0.0.1:1", "10.0.0.2:1"), "--cluster.secret-file=" + file));

    assertEquals(file.toString(), options.effective().get("cluster.secret-file"));
    assertFalse(options.toString().contains(SECRET));
    assertEquals(List.of(), options.warnings());
  }

  @ParameterizedTest
  @CsvSource({
    "rw-r-----, 0640",
    "rw--w----, 0620",
    "rw----r--, 0604",
    "rw-----w-, 0602",
    "rw-rw-rw-, 0666"
  })
  void secret_thatIsOpenToOthers_isRefused_withTheRemedy(String permissions, String mode)
      throws IOException {
    Path file = secretFile(SECRET);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(permissions));

    assertRefused(
        "--cluster.secret-file: \"%s\" is open to other users with mode %s (expected: chmod 600 %s)"
            .formatted(file, mode, file),
        with(node("10.0.0.1:1", "10.0.0.2:1"), "--cluster.secret-file=" + file));
  }

  /** As Kubernetes mounts it. Tests that run as root can give a file away. */
  @Tag("root")
  @Test
  void secret_ofAnotherUser_mayBeReadByItsGroup_andByNobodyElse() throws IOException {
    Path file = secretFile(SECRET);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));
    Files.setAttribute(file, "unix:uid", 65_534);
    String[] arguments = with(node("10.0.0.1:1", "10.0.0.2:1"), "--cluster.secret-file=" + file);
    assertNotNull(cluster(arguments).discovery().secret());

    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
    assertRefused(
        "--cluster.secret-file: \"%s\" is open to other users with mode 0644 (expected: chmod 640 %s)"
            .formatted(file, file),
        arguments);
  }

  @ParameterizedTest
  @ValueSource(strings = {"10.0.0.1:1", "gw-1:1", "[fd00::1]:1"})
  void noSecret_elsewhereThanOnLoopback_isRefused_unlessInsecureIsSaid(String listen) {
    assertRefused(
        "--cluster.secret-file: not given (expected: a file with a secret that every node knows,"
            + " because --cluster.listen-address \""
            + listen
            + "\" is not loopback; or --cluster.insecure:",
        node(listen, listen));

    assertEquals(
        List.of(
            "no --cluster.secret-file: every host that reaches "
                + listen
                + " can read, change and delete every group, and stop the node"),
        run(members(listen, listen)).warnings());
  }

  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.1:1", "localhost:1", "[::1]:1"})
  void noSecret_onLoopback_isWarnedOf(String listen) {
    assertEquals(
        List.of(
            "no --cluster.secret-file: any user of this machine can read, change and delete every"
                + " group, and stop the node"),
        run(node(listen, listen)).warnings());
  }

  @Test
  void insecure_withASecret_isRefused() throws IOException {
    assertRefused(
        "--cluster.insecure: without effect (expected: without --cluster.secret-file",
        with(members("10.0.0.1:1", "10.0.0.2:1"), "--cluster.secret-file=" + secretFile(SECRET)));
  }

  private byte[] secret(String content) throws IOException {
    String[] arguments =
        with(node("10.0.0.1:1", "10.0.0.2:1"), "--cluster.secret-file=" + secretFile(content));
    return requireNonNull(cluster(arguments).discovery().secret());
  }

  private Path secretFile(String content) throws IOException {
    Path file = Files.writeString(directory.resolve("secret"), content);
    return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
  }

  private static String hostName() throws IOException {
    Process uname = new ProcessBuilder("uname", "-n").start();
    return new String(uname.getInputStream().readAllBytes(), UTF_8).strip();
  }
}
