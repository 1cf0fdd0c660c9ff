package io.holdfast.server.browsers;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class KnownHostsTest {
  @TempDir Path directory;

  @ParameterizedTest
  @CsvSource({
    "127.0.0.1:9091, true",
    "10.1.2.3, true",
    "[::1]:9091, true",
    "[fe80::1], true",
    "localhost:9091, true",
    "LOCALHOST, true",
    "a.localhost:9091, true",
    "pushgateway:9091, true",
    "pushgateway:, true",
    "pushgateway.monitoring.svc:9091, true",
    "pushgateway.monitoring.svc.cluster.local:9091, true",
    "pushgateway.monitoring.svc.cluster.local.:9091, true",
    "raspberry.local, true",
    "vm.c.project.internal, true",
    "nas.home.arpa, true",
    "given.example.org:1, true",
    "x.below.example.org, true",
    "x.y.below.example.org, true",
    "metrics.example.org, true",
    "node7.corp.example.com, true",
    "pushgateway.search.example.com, true",
    "rebind.evil.example:9415, false",
    "evil.example.org, false",
    "below.example.org, false",
    "notbelow.example.org, false",
    "x.given.example.org, false",
    "localhost.evil.example, false",
    "127.0.0.1.evil.example, false",
    "1.2.3.4.5, false",
    "other.corp.example.com, false",
    "evil.com, false",
    "local.evil.com, false"
  })
  void host_isKnown_ifNoStrangerCanOwnIt(String authority, boolean isKnown) throws IOException {
    Path name = Files.writeString(directory.resolve("hostname"), "Node7.corp.example.com\n");
    Path resolver =
        Files.writeString(
            directory.resolve("resolv.conf"),
            "# search evil.example\nnameserver 10.0.0.1\nsearch com search.example.com.\n");
    KnownHosts hosts =
        new KnownHosts(
            List.of("given.example.org", "*.below.example.org"),
            "https://Metrics.example.org:8443/push/",
            KnownHosts.ofThisMachine(name, resolver));

    assertEquals(isKnown, hosts.isKnown(authority));
  }

  @Test
  void everyHost_isKnown_ifTheFlagSaysSo() {
    KnownHosts hosts = new KnownHosts(List.of("*"), "", List.of());

    assertEquals(true, hosts.isKnown("rebind.evil.example:9415"));
  }

  @Test
  void filesThatAreNotThere_tellNothing() {
    Path nowhere = directory.resolve("nowhere");

    assertEquals(List.of(), KnownHosts.ofThisMachine(nowhere, nowhere));
  }
}
