package io.holdfast.cluster.transport;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * A key for HMAC-SHA256: the key of the cluster, or a key derived from it. {@link
 * AuthenticatedTransport} describes the derivation.
 */
final class ClusterKey {
  static final int MAC_BYTES = 32;
  private static final String ALGORITHM = "HmacSHA256";

  private final SecretKeySpec key;

  private ClusterKey(byte[] key) {
    this.key = new SecretKeySpec(key, ALGORITHM);
  }

  /**
   * Returns the key of a cluster.
   *
   * @param secret null for none; every process can then compute the key
   */
  static ClusterKey of(byte @Nullable [] secret, String clusterName) {
    // HMAC pads keys with zeros, so one zero byte equals the empty key. Java refuses an empty key.
    byte[] shared = secret == null || secret.length == 0 ? new byte[1] : secret;
    return new ClusterKey(shared).derive("holdfast cluster 1", clusterName.getBytes(UTF_8));
  }

  /**
   * Returns a key for one purpose.
   *
   * @param context each part counts with its length, so two different lists of parts give different
   *     keys
   */
  ClusterKey derive(String purpose, byte[]... context) {
    Mac mac = mac();
    update(mac, purpose.getBytes(UTF_8));
    for (byte[] part : context) {
      update(mac, part);
    }
    return new ClusterKey(mac.doFinal());
  }

  private static void update(Mac mac, byte[] part) {
    mac.update(ByteBuffer.allocate(Integer.BYTES).putInt(part.length).array());
    mac.update(part);
  }

  /** Returns the code of a number and of the first bytes of a message. */
  byte[] sign(long number, byte[] message, int length) {
    Mac mac = mac();
    mac.update(ByteBuffer.allocate(Long.BYTES).putLong(number).array());
    mac.update(message, 0, length);
    return mac.doFinal();
  }

  /**
   * Returns whether a message ends with its own code. The check takes equally long for a wrong
   * code.
   */
  boolean isSigned(long number, byte[] message) {
    int length = message.length - MAC_BYTES;
    if (length < 0) {
      return false;
    }
    byte[] found = new byte[MAC_BYTES];
    System.arraycopy(message, length, found, 0, MAC_BYTES);
    return MessageDigest.isEqual(sign(number, message, length), found);
  }

  private Mac mac() {
    try {
      Mac mac = Mac.getInstance(ALGORITHM);
      mac.init(key);
      return mac;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has " + ALGORITHM, e);
    }
  }
}
