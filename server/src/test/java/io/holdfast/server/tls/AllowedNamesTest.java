package io.holdfast.server.tls;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AllowedNamesTest {
  @TempDir static Path directory;

  private static X509Certificate named;
  private static X509Certificate nameless;

  @BeforeAll
  static void issue() throws IOException {
    TestAuthority authority = TestAuthority.create(directory, "authority");
    authority.issueClient(
        "named",
        "DNS:client.example,DNS:*.wild.example,email:ops@example.org,URI:spiffe://example/job,"
            + "IP:10.0.0.7,IP:2001:db8::1");
    named = certificate("named.crt");
    nameless = certificate("authority.crt");
  }

  @ParameterizedTest
  @CsvSource({
    "client.example, true",
    "ops@example.org, true",
    "spiffe://example/job, true",
    "10.0.0.7, true",
    "2001:db8::1, true",
    "2001:0DB8:0:0:0:0:0:1, true",
    "*.wild.example, true",
    "a.wild.example, false",
    "Client.example, false",
    "example, false",
    "spiffe://example/job/, false",
    "10.0.0.8, false",
    "010.0.0.7.1, false",
    "999.0.0.7, false",
    "::, false",
    "named, false",
  })
  void name_isComparedAsAWhole(String allowed, boolean isAllowed) {
    assertEquals(isAllowed, new AllowedNames(List.of("other", allowed)).allow(named));
  }

  @Test
  void certificateWithoutNames_isNotAllowed() {
    assertFalse(new AllowedNames(List.of("authority")).allow(nameless));
  }

  private static X509Certificate certificate(String file) throws IOException {
    return Certificates.read(Files.readAllBytes(directory.resolve(file))).get(0);
  }
}
