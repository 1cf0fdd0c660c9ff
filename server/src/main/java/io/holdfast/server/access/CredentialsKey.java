package io.holdfast.server.access;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * The stand-in for a user, a password and a hash, which holds none of the three. The key is a keyed
 * hash, and the secret of that hash lives as long as the process. No outsider can tell the place of
 * a key in a table. So the time of a look-up reveals nothing.
 */
record CredentialsKey(ByteBuffer mac) {
  private static final String ALGORITHM = "HmacSHA256";

  /** The maker of keys. Any thread may use it. */
  static final class Maker {
    private final SecretKeySpec secret;

    Maker() {
      byte[] random = new byte[32];
      new SecureRandom().nextBytes(random);
      secret = new SecretKeySpec(random, ALGORITHM);
    }

    CredentialsKey of(Credentials credentials, PasswordHash hash) {
      byte[] user = credentials.user().getBytes(StandardCharsets.ISO_8859_1);
      try {
        Mac mac = Mac.getInstance(ALGORITHM);
        mac.init(secret);
        mac.update(ByteBuffer.allocate(4).putInt(0, user.length));
        mac.update(user);
        // Always of one length.
        mac.update(hash.text().getBytes(StandardCharsets.US_ASCII));
        return new CredentialsKey(ByteBuffer.wrap(mac.doFinal(credentials.password())));
      } catch (GeneralSecurityException e) {
        throw new IllegalStateException(ALGORITHM + " is missing from this JDK", e);
      }
    }
  }
}
