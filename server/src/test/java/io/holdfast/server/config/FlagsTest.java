package io.holdfast.server.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.proto.NameRule;
import io.holdfast.server.logging.Logging;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FlagsTest {
  @Test
  void parse_nothing_isDefaults() {
    Options options = run();

    assertEquals(
        new Options.Web(
            new Options.Listening(List.of(new ListenAddress("", 9091)), false),
            new Options.Paths("/metrics", "", "", ""),
            new Options.Permissions(false, false, true),
            null,
            new Options.Browsers(List.of(), ".*")),
        options.web());
    assertEquals(Path.of("data"), options.storage().path());
    assertEquals(
        new Options.Persistence(null, Duration.ofMinutes(5), false), options.persistence());
    assertEquals(new Options.Pushes(true, NameRule.LEGACY, Options.Expiry.NONE), options.pushes());
    assertEquals(new Options.Log(Logging.Level.INFO, Logging.Format.LOGFMT), options.log());
    assertEquals(Duration.ZERO, options.shutdownDrain());
  }

  @Test
  void parse_everyFlag_isMapped() {
    Options options =
        run(
            "--web.listen-address=127.0.0.1:1",
            "--web.listen-address",
            "[::1]:2",
            "--web.telemetry-path=/m",
            "--web.external-url=https://example.org/out/",
            "--web.route-prefix=in/",
            "--web.read-only-page",
            "--web.enable-lifecycle",
            "--web.enable-admin-api",
            "--web.config.file=web.yml",
            "--web.allowed-host=A.example.org",
            "--web.allowed-host=*.b.example.org",
            "--web.cors.origin=https://.*",
            "--no-web.systemd-socket",
            "--persistence.file",
            "/var/lib/pushgateway",
            "--persistence.interval=1s",
            "--push.disable-consistency-check",
            "--push.enable-utf8-names",
            "--push.ttl=90m",
            "--push.max-ttl=7d",
            "--log.level=debug",
            "--log.format=json",
            "--storage.path=/var/lib/holdfast",
            "--shutdown.drain=1m30s");

    assertEquals(
        new Options.Web(
            new Options.Listening(
                List.of(new ListenAddress("127.0.0.1", 1), new ListenAddress("::1", 2)), false),
            new Options.Paths("/m", "https://example.org/out/", "/out", "/in"),
            new Options.Permissions(true, true, false),
            Path.of("web.yml"),
            new Options.Browsers(List.of("a.example.org", "*.b.example.org"), "https://.*")),
        options.web());
    assertEquals(new Options.Storage(Path.of("/var/lib/holdfast"), null), options.storage());
    assertEquals(
        new Options.Persistence(Path.of("/var/lib/pushgateway"), Duration.ofSeconds(1), true),
        options.persistence());
    assertEquals(
        new Options.Pushes(
            false, NameRule.UTF8, new Options.Expiry(Duration.ofMinutes(90), Duration.ofDays(7))),
        options.pushes());
    assertEquals(new Options.Log(Logging.Level.DEBUG, Logging.Format.JSON), options.log());
    assertEquals(Duration.ofSeconds(90), options.shutdownDrain());
  }

  @Test
  void parse_switchTurnedOff_isOff() {
    assertFalse(run("--no-web.enable-lifecycle").web().permissions().lifecycle());
  }

  @Test
  void effective_holdsEveryFlagButHelpAndVersion() {
    Map<String, String> effective =
        run("--web.enable-admin-api", "--web.listen-address=:1", "--web.listen-address=:2")
            .effective();

    assertEquals(FlagTable.ALL.size(), effective.size());
    assertEquals("web.listen-address", effective.keySet().iterator().next());
    assertEquals(":1,:2", effective.get("web.listen-address"));
    assertEquals("true", effective.get("web.enable-admin-api"));
    assertEquals("false", effective.get("web.enable-lifecycle"));
    assertEquals("5m", effective.get("persistence.interval"));
    assertFalse(effective.containsKey("help"));
    assertFalse(effective.containsKey("version"));
  }

  @Test
  void logLevel_isTakenInAnyCase() {
    assertEquals(Logging.Level.WARN, run("--log.level=Warn").log().level());
  }

  @ParameterizedTest
  @CsvSource({
    "'', '', ''",
    "'', http://h/, ''",
    "'', http://h, ''",
    "'', http://h/a/, /a",
    "'', /a/, /a",
    "/, http://h/a/, ''",
    "b, http://h/a/, /b",
    "/b/c/, '', /b/c",
  })
  void routePrefix_isNormalised(String prefix, String url, String expected) {
    Options options = run("--web.route-prefix=" + prefix, "--web.external-url=" + url);

    assertEquals(expected, options.web().paths().routePrefix());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--nope | unknown flag: --nope",
        "--nope=1 | unknown flag: --nope=1",
        "--web.enable-life | unknown flag: --web.enable-life",
        "x | unexpected argument: \"x\" (expected: flags only)",
        "--web.enable-lifecycle=true | --web.enable-lifecycle: \"true\" (expected: no value)",
        "--web.telemetry-path | --web.telemetry-path: without a value (expected: a value)",
        "--web.telemetry-path=m | --web.telemetry-path: \"m\" (expected: a path",
        "--web.telemetry-path=/ | --web.telemetry-path: \"/\" (expected: a path",
        "--web.telemetry-path=/status | --web.telemetry-path: \"/status\" (expected: a path that",
        "--web.telemetry-path=/api/v1 | --web.telemetry-path: \"/api/v1\" (expected: a path that",
        "--web.telemetry-path=/-/quit | --web.telemetry-path: \"/-/quit\" (expected: a path that",
        "--web.listen-address=abc | --web.listen-address: \"abc\" (expected: :port, host:port",
        "--web.listen-address=:x | --web.listen-address: \":x\" (expected: a port from 0 to 65535)",
        "--web.listen-address=:65536 | --web.listen-address: \":65536\" (expected: a port",
        "--web.listen-address=::1:80 | --web.listen-address: \"::1:80\" (expected: :port",
        "--web.external-url=::: | --web.external-url: \":::\" (expected: a URL",
        "--web.external-url=host/path | --web.external-url: \"host/path\" (expected: a URL such",
        "--push.ttl=1 | --push.ttl: \"1\" (expected: a duration such as",
        "--persistence.interval=5 | --persistence.interval: \"5\" (expected: a duration such as",
        "--shutdown.drain=-5s | --shutdown.drain: \"-5s\" (expected: a duration such as",
        "--log.level=foo | --log.level: \"foo\" (expected: one of debug, info, warn, error)",
        "--log.format=xml | --log.format: \"xml\" (expected: one of logfmt, json)",
        "--storage.path= | --storage.path: \"\" (expected: a directory)",
        "--web.cors.origin=( | --web.cors.origin: \"(\" (expected: a regular expression; Unclosed",
      })
  void parse_bad_isRefusedWithTheReason(String argument, String message) {
    assertRefused(message, argument);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a:9091", "http://a", "a/b", "**.a", "*a", "a b", "[::1]"})
  void allowedHost_thatIsNoName_isRefused(String host) {
    assertRefused(
        "--web.allowed-host: \"" + host + "\" (expected: a host name without a port",
        "--web.allowed-host=" + host);
  }

  @Test
  void parse_givenTwice_isRefused() {
    assertRefused(
        "--log.level: given twice (expected: once)", "--log.level=info", "--log.level=info");
  }

  @Test
  void parse_valueForSwitchAsNextArgument_isRefused() {
    assertRefused("unexpected argument: \"true\"", "--web.enable-lifecycle", "true");
  }

  @Test
  void parse_argumentsFromFile(@TempDir Path directory) throws Exception {
    Path file = Files.writeString(directory.resolve("flags"), "# flags\n--storage.path=a b\n");

    assertEquals(Path.of("a b"), run("@" + file).storage().path());
  }

  @ParameterizedTest
  @ValueSource(strings = {"-h", "--help"})
  void parse_help_describesEveryFlagIn100Columns(String argument) {
    String help = assertInstanceOf(Flags.Result.Print.class, parse(argument)).text();

    run().effective().keySet().forEach(flag -> assertTrue(help.contains("--" + flag), flag));
    assertTrue(help.lines().allMatch(line -> line.length() <= 100), help);
  }

  @Test
  void parse_version() {
    var print = assertInstanceOf(Flags.Result.Print.class, parse("--version"));
    assertTrue(print.text().startsWith("holdfast, version "), print.text());
  }

  @ParameterizedTest
  @CsvSource({":9091, :9091", "[::1]:0, [::1]:0", "localhost:80, localhost:80"})
  void listenAddress_toString_isAsGiven(String given, String expected) {
    assertEquals(expected, ListenAddress.parse(given).toString());
  }

  private static Options run(String... arguments) {
    return assertInstanceOf(Flags.Result.Run.class, parse(arguments)).options();
  }

  private static Flags.Result parse(String... arguments) {
    return Flags.parse(arguments);
  }

  private static void assertRefused(String message, String... arguments) {
    var refusal = assertInstanceOf(Flags.Result.Refuse.class, parse(arguments));
    assertTrue(refusal.message().startsWith(message), refusal.message());
  }

  @Test
  void passwordInTheExternalUrl_isShownNowhere() {
    Options options = run("--web.external-url=https://me:hunter2@example.org/out/");
    assertEquals("https://example.org/out/", options.web().paths().externalUrl());
    assertFalse(options.effective().toString().contains("hunter2"));
    Flags.Result bad = Flags.parse(new String[] {"--web.external-url=http://me:hunter2@::/"});
    assertFalse(bad.toString().contains("hunter2"), bad::toString);
  }
}
