package io.holdfast.dist;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The Debian package on a machine that ran Debian's Pushgateway: installed, upgraded, removed and
 * purged. dpkg skips its triggers, such as the index of manual pages, and waits for no disk.
 */
final class PackageIT {
  private static final Path ARCHIVE = Path.of(System.getProperty("holdfast.archive"));
  private static final Path SOURCES = ARCHIVE.getParent().resolveSibling("src/deb");
  private static final Duration SOON = Duration.ofSeconds(60);
  private static final String DPKG = "dpkg --no-triggers --force-unsafe-io ";
  private static final String URL = "http://127.0.0.1:9092";

  private static final String VERSION =
      ARCHIVE
          .getFileName()
          .toString()
          .replaceFirst("holdfast-(.*)\\.tar\\.gz", "$1")
          .replace("-SNAPSHOT", "~SNAPSHOT");
  private static final Path PACKAGE = ARCHIVE.resolveSibling("holdfast_" + VERSION + "_all.deb");

  /** Writes the package again with the next version: equal files, another number. */
  private static final String NEXT_VERSION =
      """
      dpkg-deb -R /tmp/holdfast.deb /tmp/next
      sed -i "s/^Version: .*/Version: $1.1/" /tmp/next/DEBIAN/control
      dpkg-deb -Znone -b /tmp/next /tmp/next.deb
      """;

  @TempDir Path directory;

  @Test
  void versionOfASnapshot_sortsBeforeItsRelease() throws Exception {
    String release = VERSION.replace("~SNAPSHOT", "");
    Container.output(List.of("dpkg", "--compare-versions", VERSION, "le", release));
    String found =
        Container.output(List.of("dpkg-deb", "--field", PACKAGE.toString(), "Version")).strip();
    assertEquals(VERSION, found);
  }

  @Test
  void scripts_arePosix() throws Exception {
    Container.output(
        List.of(
            "shellcheck",
            SOURCES.resolve("control/postinst").toString(),
            SOURCES.resolve("control/prerm").toString(),
            SOURCES.resolve("control/postrm").toString()));
  }

  @Test
  void unit_isAsHardenedAsThatOfTheArchive() throws Exception {
    Path config = SOURCES.resolve("../../../config/holdfast.service");
    assertEquals(Set.of(), missing(service(config), service(unit())));
  }

  /** The steps follow each other on one machine, because each takes seconds. */
  @Test
  void machineOfThePushgateway_isTakenOver_upgraded_andLeftClean() throws Exception {
    try (Machine machine = Machine.boot(directory)) {
      machine.put(PACKAGE, "/tmp/holdfast.deb");
      Process upgrade = machine.start(NEXT_VERSION, VERSION);
      runPushgateway(machine);
      installs(machine);
      checksUnit(machine);
      ServiceUnit unit = ServiceUnit.installed(machine, "holdfast.service");

      Process node = unit.start();
      awaitReady(machine);
      String scrape = machine.run("curl -sS " + URL + "/metrics");
      assertTrue(scrape.contains("\nbackup_bytes{instance=\"\",job=\"night\"} 1234\n"), scrape);
      pushesByEveryProgram(machine);

      assertEquals(0, upgrade.waitFor(), () -> text(upgrade));
      machine.run("echo 'ARGS=\"--log.level=debug\"' >/etc/default/holdfast");
      machine.run("echo of the old jars >/usr/lib/holdfast/holdfast.jsa");
      machine.run(DPKG + "-i /tmp/next.deb");
      machine.run("! test -e /usr/lib/holdfast/holdfast.jsa");
      // systemd restarts the service now: the old version ends in order over the new version's
      // files.
      unit.terminate();
      assertEquals(0, node.waitFor(), () -> text(node));
      assertEquals("ARGS=\"--log.level=debug\"\n", machine.run("cat /etc/default/holdfast"));

      Process next = unit.start();
      awaitReady(machine);
      String later = machine.run("curl -sS " + URL + "/metrics");
      for (String job : List.of("night", "exec", "ctl")) {
        assertTrue(later.contains("job=\"" + job + "\""), job + " in:\n" + later);
      }
      unit.terminate();
      assertEquals(0, next.waitFor());
      assertTrue(text(next).contains("level=debug"), "the administrator's ARGS are in use");

      takesOverOtherFormsOfFlags(machine);
      removesAndPurges(machine);
    }
  }

  /** Lets Debian's Pushgateway take a push, and ends it as its package does before its removal. */
  private static void runPushgateway(Machine machine) throws Exception {
    String script =
        """
        file=/var/lib/prometheus/jobs.data
        # Containers of Debian install no manual pages.
        rm -f /etc/dpkg/dpkg.cfg.d/docker
        cat >/etc/default/prometheus-pushgateway <<END
        # ARGS="--web.listen-address=:1"
        ARGS="--web.listen-address=:9092 \\
          --persistence.file=$file --web.enable-admin-api"
        END
        rm -f /var/lib/prometheus/pushgateway.data
        setpriv --reuid=prometheus --regid=prometheus --clear-groups \
          prometheus-pushgateway --web.listen-address=:9092 --persistence.file=$file >/tmp/pushgateway.log 2>&1 &
        curl -sS --retry 50 --retry-connrefused --retry-delay 1 --retry-max-time 30 \
          --data-binary 'backup_bytes 1234
        ' http://127.0.0.1:9092/metrics/job/night
        kill -TERM $!
        wait $!
        stat -c '%U %a' $file
        """;
    String written = machine.run(script);
    assertTrue(written.endsWith("prometheus 600\n"), written);
  }

  private static void installs(Machine machine) throws Exception {
    String output = machine.run(DPKG + "-i /tmp/holdfast.deb");
    assertTrue(
        output.contains("the groups of /var/lib/prometheus/jobs.data are taken over"), output);
    assertEquals(
        "config-files",
        machine.run("dpkg-query -W -f '${db:Status-Status}' prometheus-pushgateway"));
    assertEquals(
        "PUSHGATEWAY_ARGS=\"--persistence.file=/var/lib/holdfast/pushgateway.data"
            + " --web.listen-address=:9092 --web.enable-admin-api\"\n",
        machine.run("grep ^PUSH /etc/holdfast/pushgateway-args").replaceAll(" +", " "));
    assertEquals(
        """
        root holdfast 750 /etc/holdfast
        holdfast holdfast 700 /var/lib/holdfast
        holdfast holdfast 600 /var/lib/holdfast/pushgateway.data
        """,
        machine.run("stat -c '%U %G %a %n' /etc/holdfast /var/lib/holdfast /var/lib/holdfast/*"));
    assertEquals(
        "/etc/default/holdfast\n", machine.run("cat /var/lib/dpkg/info/holdfast.conffiles"));
    assertEquals("", machine.run("dpkg --verify holdfast"));
    machine.run("test -L /etc/systemd/system/multi-user.target.wants/holdfast.service");
    assertEquals(
        """
        /usr/share/man/man8/holdfast.8.gz
        /usr/share/man/man1/holdfastctl.1.gz
        /usr/share/man/man1/holdfast-exec.1.gz
        """,
        machine.run("man --path 8 holdfast; man --path 1 holdfastctl; man --path 1 holdfast-exec"));
    assertEquals(
        "complete -F _holdfast holdfast\n",
        machine.run(
            "bash -c '. /usr/share/bash-completion/completions/holdfast; complete -p holdfast'"));
  }

  private static void checksUnit(Machine machine) throws Exception {
    String units = "/usr/lib/systemd/system/holdfast.";
    assertEquals(
        "",
        machine.run("systemd-analyze verify --man=no " + units + "service " + units + "socket"));
    // Of 100; the threshold is the tool's word for a service that needs no more.
    machine.run(
        "systemd-analyze security --no-pager --offline=true --threshold=20 " + units + "service");
  }

  private static void pushesByEveryProgram(Machine machine) throws Exception {
    machine.run(
        "HOLDFAST_URL="
            + URL
            + " setpriv --reuid=nobody --regid=nogroup --clear-groups holdfast-exec --job exec true");
    machine.run("echo 'a 1' | HOLDFAST_URL=" + URL + " holdfastctl push job=ctl");
  }

  /** The functions of the script, for each form of flags. */
  private static void takesOverOtherFormsOfFlags(Machine machine) throws Exception {
    String copy = "--persistence.file=/var/lib/holdfast/pushgateway.data";
    String script =
        """
        sed '/^case/,$d' /var/lib/dpkg/info/holdfast.postinst >/tmp/functions
        echo default >/var/lib/prometheus/pushgateway.data
        echo other >/srv/other
        for line; do
          rm -rf /var/lib/holdfast/* /etc/holdfast/*
          printf '%s\\n' "$line" >/etc/default/prometheus-pushgateway
          sh -c '. /tmp/functions; take_over' >/dev/null
          sed -n 's/^PUSHGATEWAY_ARGS=//p' /etc/holdfast/* 2>/dev/null || echo none
          cat /var/lib/holdfast/pushgateway.data 2>/dev/null || echo none
        done
        """;
    Map<String, String> cases = new LinkedHashMap<>();
    cases.put("ARGS=\"\"", "\"" + copy + "\"\ndefault\n");
    cases.put("ARGS=--log.level=warn", "\"" + copy + " --log.level=warn\"\ndefault\n");
    cases.put(
        "ARGS=\"--web.cors.origin=a\\\\.b\"",
        "\"" + copy + " --web.cors.origin=a\\\\.b\"\ndefault\n");
    cases.put(
        "ARGS='--persistence.file /srv/other --log.format=json'",
        "'" + copy + " --log.format=json'\nother\n");
    // A Pushgateway that kept nothing leaves nothing.
    cases.put("ARGS=\"--persistence.file=\"", "none\nnone\n");
    cases.put("ARGS=\"--persistence.file=/srv/none\"", "none\nnone\n");
    String output = machine.run(script, cases.keySet().toArray(String[]::new));
    assertEquals(String.join("", cases.values()), output);
  }

  private static void removesAndPurges(Machine machine) throws Exception {
    machine.run("mkdir /var/lib/holdfast/data");
    machine.run(DPKG + "-r holdfast");
    machine.run("test -d /var/lib/holdfast/data && test -f /etc/default/holdfast");
    machine.run("! test -e /usr/lib/holdfast && ! test -e /usr/bin/holdfast");
    machine.run(DPKG + "-P holdfast");
    assertEquals("", machine.changed("holdfast"));
    // Files elsewhere may belong to the user.
    machine.run("getent passwd holdfast");
  }

  private static void awaitReady(Machine machine) {
    Awaitility.await("the node is ready")
        .atMost(SOON)
        .pollInterval(Duration.ofMillis(300))
        .ignoreExceptionsMatching(AssertionError.class::isInstance)
        .until(() -> !machine.run("curl -sSf " + URL + "/-/ready").isEmpty());
  }

  private static String unit() throws IOException {
    return Files.readString(SOURCES.resolve("holdfast.service"));
  }

  private static Set<String> service(Path file) throws IOException {
    return service(Files.readString(file));
  }

  /** Returns the settings that confine the service. */
  private static Set<String> service(String unit) {
    return unit.lines()
        .filter(
            line ->
                line.matches(
                    "(Protect|Private|Restrict[A-Z]|Lock|Capab|System|NoNew|UMask|State).*=.*"))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static Set<String> missing(Set<String> expected, Set<String> found) {
    assertFalse(expected.isEmpty());
    Set<String> missing = new TreeSet<>(expected);
    missing.removeAll(found);
    return missing;
  }

  private static String text(Process process) {
    try {
      return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      return e.toString();
    }
  }
}
