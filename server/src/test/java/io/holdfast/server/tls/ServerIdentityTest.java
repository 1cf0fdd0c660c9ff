package io.holdfast.server.tls;

import static io.holdfast.server.tls.TestAuthority.openssl;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ServerIdentityTest {
  @TempDir Path directory;

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "RSA | genrsa -out k 2048 | PRIVATE KEY",
        "RSA | genrsa -traditional -out k 2048 | RSA PRIVATE KEY",
        "RSA | genrsa -traditional -out k 3072 | RSA PRIVATE KEY",
        "EC | ecparam -name prime256v1 -genkey -noout -out k | EC PRIVATE KEY",
        "EC | ecparam -name secp384r1 -genkey -out k | EC PARAMETERS",
        "EC | ecparam -name secp521r1 -genkey -noout -out k | EC PRIVATE KEY",
        "EC | genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out k | PRIVATE KEY",
        "EdDSA | genpkey -algorithm ED25519 -out k | PRIVATE KEY",
      })
  void everyFormOfKey_isRead(String algorithm, String command, String firstBlock)
      throws IOException {
    openssl(directory, command.split(" "));
    assertTrue(text("k").startsWith("-----BEGIN " + firstBlock + "-----"), text("k"));

    assertEquals(algorithm, identity(selfSigned("k"), "k").key().getAlgorithm());
  }

  @Test
  void fileWithCertificateAndKey_servesAsBoth() throws IOException {
    openssl(directory, "genrsa", "-out", "k", "2048");
    Files.writeString(
        directory.resolve("both"), "A comment.\n" + text("k") + text(selfSigned("k")));

    ServerIdentity identity = identity("both", "both");

    assertEquals(1, identity.chain().size());
  }

  @Test
  void chain_isTakenAsItStands_withOneTooMany() throws IOException {
    TestAuthority authority = TestAuthority.create(directory, "authority");
    authority.issueServer("server");
    TestAuthority.create(directory, "other");
    Files.writeString(
        directory.resolve("chain"), text("server.crt") + text("other.crt") + text("authority.crt"));

    ServerIdentity identity = identity("chain", "server.key");

    assertEquals(
        List.of("CN=server", "CN=other", "CN=authority"),
        identity.chain().stream().map(c -> c.getSubjectX500Principal().getName()).toList());
  }

  @Test
  void keyOfAnotherCertificate_isRefused() throws IOException {
    openssl(directory, "genrsa", "-out", "one", "2048");
    openssl(directory, "genrsa", "-traditional", "-out", "two", "2048");
    openssl(directory, "ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", "three");

    assertRefused("not the key of the certificate for \"CN=one\"", selfSigned("one"), "two");
    assertRefused("not a key of the certificate's kind", selfSigned("one"), "three");
    assertRefused("not a key of the certificate's kind", selfSigned("three"), "two");
  }

  @Test
  void encryptedKeys_areRefused() throws IOException {
    openssl(directory, "genrsa", "-out", "k", "2048");
    String certificate = selfSigned("k");
    openssl(directory, "pkcs8", "-topk8", "-in", "k", "-out", "new", "-passout", "pass:a");
    openssl(
        directory,
        "rsa",
        "-traditional",
        "-aes128",
        "-in",
        "k",
        "-out",
        "old",
        "-passout",
        "pass:a");

    assertRefused("an encrypted key", certificate, "new");
    assertRefused("an encrypted key", certificate, "old");
  }

  @Test
  void whatIsNoKey_isRefused() throws IOException {
    openssl(directory, "genrsa", "-out", "k", "2048");
    String certificate = selfSigned("k");

    assertRefused("no private key (expected: PEM", certificate, certificate);
    write("empty", "");
    assertRefused("no private key (expected: PEM", certificate, "empty");
    write("cut", text("k").substring(0, 400));
    assertRefused("a PEM block \"PRIVATE KEY\" without its end", certificate, "cut");
    write("garbage", "-----BEGIN PRIVATE KEY-----\n%%%\n-----END PRIVATE KEY-----\n");
    assertRefused("a PEM block \"PRIVATE KEY\" that is not base64", certificate, "garbage");
    write("zeros", "-----BEGIN RSA PRIVATE KEY-----\nAAAA\n-----END RSA PRIVATE KEY-----\n");
    assertRefused("not a key of the certificate's kind", certificate, "zeros");
    write("ssh", "-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----\n");
    assertRefused("\"OPENSSH PRIVATE KEY\" (expected: PEM", certificate, "ssh");
  }

  @Test
  void whatIsNoCertificate_isRefused() throws IOException {
    openssl(directory, "genrsa", "-out", "k", "2048");

    assertRefused("no certificate (expected: PEM", "k", "k");
    write("zeros", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
    assertRefused("a certificate that cannot be read", "zeros", "k");
  }

  private void assertRefused(String reason, String certificate, String key) {
    var refusal = assertThrows(IllegalArgumentException.class, () -> identity(certificate, key));
    assertTrue(refusal.getMessage().startsWith(reason), refusal.getMessage());
  }

  private ServerIdentity identity(String certificate, String key) throws IOException {
    return ServerIdentity.of(Certificates.read(bytes(certificate)), bytes(key));
  }

  private String selfSigned(String key) throws IOException {
    String certificate = key + ".crt";
    openssl(
        directory,
        "req",
        "-x509",
        "-new",
        "-key",
        key,
        "-out",
        certificate,
        "-days",
        "30",
        "-subj",
        "/CN=" + key);
    return certificate;
  }

  private byte[] bytes(String file) throws IOException {
    return Files.readAllBytes(directory.resolve(file));
  }

  private String text(String file) throws IOException {
    return Files.readString(directory.resolve(file));
  }

  private void write(String file, String text) throws IOException {
    Files.writeString(directory.resolve(file), text);
  }
}
