package io.holdfast.server.tls;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.List;

/**
 * The reader of private keys in the three forms of PEM files: PKCS#8 ({@code PRIVATE KEY}), PKCS#1
 * ({@code RSA PRIVATE KEY}) and SEC1 ({@code EC PRIVATE KEY}).
 *
 * <p>The JDK reads PKCS#8 alone. PKCS#8 wraps the other two forms, with the name of the algorithm
 * in front:
 *
 * <pre>
 *   SEQUENCE { INTEGER 0, AlgorithmIdentifier, OCTET STRING { the PKCS#1 or SEC1 key } }
 * </pre>
 *
 * The certificate's public key begins with an equal AlgorithmIdentifier, which includes the curve.
 * The reader takes it from there. A key that does not belong to the certificate is refused in any
 * case.
 */
final class PrivateKeys {
  private static final int SEQUENCE = 0x30;
  private static final int OCTET_STRING = 0x04;
  private static final byte[] VERSION_0 = {0x02, 0x01, 0x00};
  private static final List<String> TYPES =
      List.of("PRIVATE KEY", "RSA PRIVATE KEY", "EC PRIVATE KEY");
  private static final String EXPECTED =
      "(expected: PEM with a block \"PRIVATE KEY\", \"RSA PRIVATE KEY\" or \"EC PRIVATE KEY\")";

  private PrivateKeys() {}

  /**
   * Returns the first key of a PEM text.
   *
   * @param publicKey of the certificate that the key should belong to
   * @throws IllegalArgumentException if the text has no key, or if its first key cannot be read as
   *     a key of that kind
   */
  static PrivateKey read(byte[] pem, PublicKey publicKey) {
    Pem block =
        Pem.blocks(pem).stream()
            .filter(candidate -> candidate.type().endsWith("PRIVATE KEY"))
            .findFirst()
            .orElseThrow(() -> new IllegalArgumentException("no private key " + EXPECTED));
    if (block.isEncrypted()) {
      throw new IllegalArgumentException("an encrypted key (expected: one without a passphrase)");
    }
    if (!TYPES.contains(block.type())) {
      throw new IllegalArgumentException("\"" + block.type() + "\" " + EXPECTED);
    }
    byte[] pkcs8 =
        block.type().equals("PRIVATE KEY")
            ? block.der()
            : wrap(block.der(), publicKey.getEncoded());
    try {
      return KeyFactory.getInstance(publicKey.getAlgorithm())
          .generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
    } catch (GeneralSecurityException e) {
      throw new IllegalArgumentException(
          "not a key of the certificate's kind (expected: one for %s; %s)"
              .formatted(publicKey.getAlgorithm(), e.getMessage()),
          e);
    }
  }

  private static byte[] wrap(byte[] key, byte[] publicKeyInfo) {
    ByteArrayOutputStream content = new ByteArrayOutputStream();
    content.writeBytes(VERSION_0);
    content.writeBytes(algorithmIdentifier(publicKeyInfo));
    content.writeBytes(element(OCTET_STRING, key));
    return element(SEQUENCE, content.toByteArray());
  }

  /** Returns the first element within {@code SEQUENCE { AlgorithmIdentifier, BIT STRING }}. */
  private static byte[] algorithmIdentifier(byte[] publicKeyInfo) {
    ByteBuffer info = ByteBuffer.wrap(publicKeyInfo);
    enter(info);
    int start = info.position();
    int length = enter(info);
    byte[] identifier = new byte[info.position() + length - start];
    info.get(start, identifier);
    return identifier;
  }

  /** Steps over an element's tag and length. Returns the length. */
  private static int enter(ByteBuffer der) {
    der.get();
    int first = der.get() & 0xff;
    if (first < 0x80) {
      return first;
    }
    int length = 0;
    for (int i = 0; i < (first & 0x7f); i++) {
      length = (length << 8) | (der.get() & 0xff);
    }
    return length;
  }

  private static byte[] element(int tag, byte[] content) {
    ByteArrayOutputStream element = new ByteArrayOutputStream();
    element.write(tag);
    if (content.length < 0x80) {
      element.write(content.length);
    } else {
      int lengthBytes = (Integer.SIZE - Integer.numberOfLeadingZeros(content.length) + 7) / 8;
      element.write(0x80 | lengthBytes);
      for (int i = lengthBytes - 1; i >= 0; i--) {
        element.write(content.length >>> (8 * i));
      }
    }
    element.writeBytes(content);
    return element.toByteArray();
  }
}
