package io.holdfast.server.tls;

import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Map;

/**
 * The certificates that the server shows, and the key that proves them.
 *
 * @param chain the server's own certificate first
 */
public record ServerIdentity(List<X509Certificate> chain, PrivateKey key) {
  private static final Map<String, String> SIGNATURES =
      Map.of("RSA", "SHA256withRSA", "EC", "SHA256withECDSA", "EdDSA", "EdDSA");

  /**
   * Reads the key of a chain.
   *
   * @throws IllegalArgumentException if the key cannot be read or does not belong to the first
   *     certificate; the message has the expected form
   */
  public static ServerIdentity of(List<X509Certificate> chain, byte[] keyPem) {
    PublicKey publicKey = chain.get(0).getPublicKey();
    String signature = SIGNATURES.get(publicKey.getAlgorithm());
    if (signature == null) {
      throw new IllegalArgumentException(
          "a certificate for "
              + publicKey.getAlgorithm()
              + " (expected: one for RSA, EC or Ed25519)");
    }
    PrivateKey key = PrivateKeys.read(keyPem, publicKey);
    if (!belongTogether(signature, publicKey, key)) {
      throw new IllegalArgumentException(
          "not the key of the certificate for \"%s\" (expected: the key that it was made with)"
              .formatted(chain.get(0).getSubjectX500Principal()));
    }
    return new ServerIdentity(chain, key);
  }

  /**
   * Returns whether the keys are a pair. The check signs with one key and verifies with the other.
   */
  private static boolean belongTogether(String algorithm, PublicKey publicKey, PrivateKey key) {
    byte[] message = publicKey.getEncoded();
    try {
      Signature signing = Signature.getInstance(algorithm);
      signing.initSign(key);
      signing.update(message);
      byte[] signature = signing.sign();
      Signature verifying = Signature.getInstance(algorithm);
      verifying.initVerify(publicKey);
      verifying.update(message);
      return verifying.verify(signature);
    } catch (GeneralSecurityException e) {
      return false;
    }
  }
}
