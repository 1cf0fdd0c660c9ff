package io.holdfast.server.ctl;

import io.holdfast.server.tls.Certificates;
import io.holdfast.server.tls.ServerIdentity;
import java.io.IOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/**
 * The TLS settings of a client.
 *
 * @param caFile certificates of authorities to trust; null for those of Java
 * @param certFile certificate to show; null for none
 * @param keyFile its key; null if the key is in {@code certFile}
 * @param isInsecure whether any certificate of the server is accepted
 */
record ClientTls(
    @Nullable String caFile,
    @Nullable String certFile,
    @Nullable String keyFile,
    boolean isInsecure) {

  SSLContext context() throws Failure {
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(keyManagers(), trustManagers(), null);
      return context;
    } catch (GeneralSecurityException | IOException e) {
      throw Failure.of("TLS cannot be set up: " + e.getMessage());
    }
  }

  private TrustManager @Nullable [] trustManagers()
      throws Failure, GeneralSecurityException, IOException {
    if (isInsecure) {
      return new TrustManager[] {new TrustAll()};
    }
    if (caFile == null) {
      return null;
    }
    KeyStore authorities = empty();
    int number = 0;
    for (X509Certificate each : certificates("--ca-file", caFile)) {
      authorities.setCertificateEntry("authority" + number++, each);
    }
    TrustManagerFactory factory =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    factory.init(authorities);
    return factory.getTrustManagers();
  }

  private KeyManager @Nullable [] keyManagers()
      throws Failure, GeneralSecurityException, IOException {
    if (certFile == null) {
      if (keyFile != null) {
        throw Failure.usage("--key-file: without --cert-file (expected: both)");
      }
      return null;
    }
    List<X509Certificate> chain = certificates("--cert-file", certFile);
    String option = keyFile == null ? "--cert-file" : "--key-file";
    String file = keyFile == null ? certFile : keyFile;
    ServerIdentity identity;
    try {
      identity = ServerIdentity.of(chain, content(option, file));
    } catch (IllegalArgumentException e) {
      throw Failure.of("%s: \"%s\": %s".formatted(option, file, e.getMessage()));
    }
    KeyStore keys = empty();
    keys.setKeyEntry(
        "client",
        identity.key(),
        new char[0],
        identity.chain().subList(0, 1).toArray(X509Certificate[]::new));
    KeyManagerFactory factory =
        KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    factory.init(keys, new char[0]);
    return factory.getKeyManagers();
  }

  private static KeyStore empty() throws GeneralSecurityException, IOException {
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    return store;
  }

  private static List<X509Certificate> certificates(String option, String file) throws Failure {
    try {
      return Certificates.read(content(option, file));
    } catch (IllegalArgumentException e) {
      throw Failure.of("%s: \"%s\": %s".formatted(option, file, e.getMessage()));
    }
  }

  static byte[] content(String option, String file) throws Failure {
    try {
      return Files.readAllBytes(Path.of(file));
    } catch (NoSuchFileException e) {
      throw Failure.of("%s: \"%s\" (expected: a file that exists)".formatted(option, file));
    } catch (IOException e) {
      throw Failure.of(
          "%s: \"%s\" cannot be read: %s (expected: a readable file)"
              .formatted(option, file, e.getMessage()));
    }
  }

  /** Accepts any certificate, under any host name. */
  private static final class TrustAll extends X509ExtendedTrustManager {
    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type) {}

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) {}

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }
}
