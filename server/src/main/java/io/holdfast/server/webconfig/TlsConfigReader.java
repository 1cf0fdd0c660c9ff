package io.holdfast.server.webconfig;

import io.holdfast.server.tls.Certificates;
import io.holdfast.server.tls.CipherSuites;
import io.holdfast.server.tls.ClientAuth;
import io.holdfast.server.tls.Curve;
import io.holdfast.server.tls.ServerIdentity;
import io.holdfast.server.tls.TlsSettings;
import io.holdfast.server.tls.TlsVersion;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The reader of {@code tls_server_config}. */
final class TlsConfigReader {
  private static final Map<String, ClientAuth> CLIENT_AUTH = new LinkedHashMap<>();

  static {
    CLIENT_AUTH.put("NoClientCert", ClientAuth.NONE);
    CLIENT_AUTH.put("RequestClientCert", ClientAuth.REQUEST);
    CLIENT_AUTH.put("RequireAnyClientCert", ClientAuth.REQUIRE_ANY);
    CLIENT_AUTH.put("VerifyClientCertIfGiven", ClientAuth.VERIFY_IF_GIVEN);
    CLIENT_AUTH.put("RequireAndVerifyClientCert", ClientAuth.REQUIRE_AND_VERIFY);
    // An old name of the key.
    CLIENT_AUTH.put("RequireClientCert", ClientAuth.REQUIRE_ANY);
  }

  private final YamlMapping keys;
  private final Path directory;
  private final WatchedFiles files;

  /**
   * Creates the reader.
   *
   * @param directory that relative paths start from
   */
  TlsConfigReader(YamlMapping keys, Path directory, WatchedFiles files) {
    this.keys = keys;
    this.directory = directory;
    this.files = files;
  }

  /** Returns the settings; null if the file has none. */
  @Nullable TlsSettings read() throws BadWebConfigException {
    TlsSettings.Handshake handshake = handshake();
    Optional<Pem> certificate = pem("cert", "cert_file");
    Optional<Pem> key = pem("key", "key_file");
    TlsSettings.Clients clients = clients();
    keys.refuseOthers();
    if (keys.keys().stream().noneMatch(keys::has)) {
      return null;
    }
    if (certificate.isEmpty()) {
      throw keys.bad("cert_file", "missing (expected: cert_file or cert)");
    }
    if (key.isEmpty()) {
      throw keys.bad("key_file", "missing (expected: key_file or key)");
    }
    List<X509Certificate> chain = certificate.get().read(Certificates::read);
    ServerIdentity identity = key.get().read(pem -> ServerIdentity.of(chain, pem));
    refuseCurvesWithoutTheCertificates(handshake, identity);
    return new TlsSettings(identity, clients, handshake);
  }

  /**
   * Refuses a list of curves without the certificate's curve. Before TLS 1.3 the JDK, unlike Go,
   * needs that curve in the list.
   */
  private void refuseCurvesWithoutTheCertificates(
      TlsSettings.Handshake handshake, ServerIdentity identity) throws BadWebConfigException {
    Optional<Curve> curve = Curve.of(identity.chain().get(0).getPublicKey());
    boolean fails =
        curve.isPresent()
            && !handshake.curves().isEmpty()
            && !handshake.curves().contains(curve.get())
            && handshake.versions().get(0).compareTo(TlsVersion.TLS13) < 0;
    if (fails) {
      throw keys.bad(
          "curve_preferences",
          "without %s, which the certificate's key is on (expected: that one, too, or min_version: TLS13)"
              .formatted(curve.get().goName()));
    }
  }

  private TlsSettings.Handshake handshake() throws BadWebConfigException {
    TlsVersion oldest = version("min_version", TlsVersion.TLS12);
    TlsVersion newest = version("max_version", TlsVersion.TLS13);
    List<TlsVersion> versions =
        Arrays.stream(TlsVersion.values())
            .filter(version -> version.compareTo(oldest) >= 0 && version.compareTo(newest) <= 0)
            .toList();
    if (versions.isEmpty()) {
      throw keys.bad(
          keys.has("max_version") ? "max_version" : "min_version",
          "min_version is %s and max_version %s (expected: not below it)"
              .formatted(oldest, newest));
    }
    return new TlsSettings.Handshake(
        versions, cipherSuites(), keys.flag("prefer_server_cipher_suites", true), curves());
  }

  private TlsVersion version(String key, TlsVersion byDefault) throws BadWebConfigException {
    String name = keys.text(key).orElse(byDefault.name());
    return Arrays.stream(TlsVersion.values())
        .filter(version -> version.name().equals(name))
        .findFirst()
        .orElseThrow(
            () -> notOneOf(key, name, Arrays.stream(TlsVersion.values()).map(Enum::name).toList()));
  }

  private List<String> cipherSuites() throws BadWebConfigException {
    List<String> names = keys.texts("cipher_suites");
    for (String name : names) {
      if (!CipherSuites.isKnown(name)) {
        throw notOneOf("cipher_suites", name, CipherSuites.BEFORE_1_3);
      }
    }
    return names.isEmpty() ? CipherSuites.BEFORE_1_3 : names;
  }

  private List<Curve> curves() throws BadWebConfigException {
    List<Curve> curves = new ArrayList<>();
    for (String name : keys.texts("curve_preferences")) {
      curves.add(
          Arrays.stream(Curve.values())
              .filter(curve -> curve.goName().equals(name))
              .findFirst()
              .orElseThrow(
                  () ->
                      notOneOf(
                          "curve_preferences",
                          name,
                          Arrays.stream(Curve.values()).map(Curve::goName).toList())));
    }
    return curves;
  }

  private TlsSettings.Clients clients() throws BadWebConfigException {
    String policy = keys.nonEmptyText("client_auth_type").orElse("NoClientCert");
    ClientAuth auth = CLIENT_AUTH.get(policy);
    if (auth == null) {
      throw notOneOf("client_auth_type", policy, List.copyOf(CLIENT_AUTH.keySet()));
    }
    Optional<Pem> authorities = pem("client_ca", "client_ca_file");
    boolean hasNames = keys.has("client_allowed_sans");
    List<String> names = keys.texts("client_allowed_sans");
    if (hasNames && names.isEmpty()) {
      throw keys.bad("client_allowed_sans", "an empty list (expected: a name, or no such key)");
    }
    if (!auth.verifies() && (authorities.isPresent() || hasNames)) {
      // Any client can sign its own certificate, with any name in it.
      throw keys.bad(
          authorities.map(Pem::key).orElse("client_allowed_sans"),
          "beside client_auth_type: %s, which takes certificates that no authority has signed (expected: client_auth_type: RequireAndVerifyClientCert or VerifyClientCertIfGiven)"
              .formatted(policy));
    }
    return new TlsSettings.Clients(
        auth,
        authorities.isPresent() ? authorities.get().read(Certificates::read) : List.of(),
        names);
  }

  /** Returns the PEM text that one of the two keys gives. */
  private Optional<Pem> pem(String inlineKey, String fileKey) throws BadWebConfigException {
    Optional<String> inline = keys.nonEmptyText(inlineKey);
    Optional<String> name = keys.nonEmptyText(fileKey);
    if (inline.isPresent() && name.isPresent()) {
      throw keys.bad(inlineKey, "given beside " + fileKey + " (expected: one of the two)");
    }
    if (name.isPresent()) {
      return Optional.of(
          new Pem(fileKey, "\"" + name.get() + "\": ", content(fileKey, name.get())));
    }
    return inline.map(text -> new Pem(inlineKey, "", text.getBytes(StandardCharsets.UTF_8)));
  }

  private byte[] content(String key, String name) throws BadWebConfigException {
    try {
      return files.read(directory.resolve(name));
    } catch (IOException | InvalidPathException e) {
      throw keys.bad(key, "\"" + name + "\" (expected: a file that can be read; " + e + ")");
    }
  }

  private BadWebConfigException notOneOf(String key, String value, List<String> expected) {
    return keys.bad(
        key, "\"" + value + "\" (expected: one of " + String.join(", ", expected) + ")");
  }

  /** A PEM text and its origin. */
  private final class Pem {
    private final String key;
    private final String prefix;
    private final byte[] content;

    Pem(String key, String prefix, byte[] content) {
      this.key = key;
      this.prefix = prefix;
      this.content = content;
    }

    String key() {
      return key;
    }

    <T> T read(Function<byte[], T> reader) throws BadWebConfigException {
      try {
        return reader.apply(content);
      } catch (IllegalArgumentException e) {
        throw keys.bad(key, prefix + e.getMessage());
      }
    }
  }
}
