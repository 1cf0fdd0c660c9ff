package io.holdfast.server.access;

import at.favre.lib.crypto.bcrypt.BCrypt;
import at.favre.lib.crypto.bcrypt.LongPasswordStrategies;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;

/**
 * A bcrypt hash in its usual form: {@code $2b$10$}, 22 characters of salt, 31 of hash. What the
 * letter once told apart makes no difference today.
 */
public record PasswordHash(String text) {
  private static final Pattern FORM =
      Pattern.compile("\\$2[aby]\\$(0[4-9]|[12][0-9]|3[01])\\$[./A-Za-z0-9]{53}");

  /**
   * bcrypt reads no more than 72 bytes of a password. Longer ones are checked by those, as
   * everywhere; the library's default is to refuse them.
   */
  private static final BCrypt.Verifyer VERIFIER =
      BCrypt.verifyer(
          BCrypt.Version.VERSION_2A, LongPasswordStrategies.truncate(BCrypt.Version.VERSION_2A));

  /** Any salt and hash will do where nothing can be right. */
  private static final String NOBODYS = "abcdefghijklmnopqrstuuabcdefghijklmnopqrstuvwxyz01234";

  /**
   * @throws IllegalArgumentException if it is none; the message does not show it
   */
  public PasswordHash {
    if (!FORM.matcher(text).matches()) {
      throw new IllegalArgumentException(
          "not a bcrypt hash (expected: $2y$10$ and 53 more characters, such as \"htpasswd -nBC 10"
              + " NAME\" prints behind the colon)");
    }
  }

  /** One that takes as long to check and that nobody's password matches. */
  static PasswordHash nobodys(int cost) {
    return new PasswordHash("$2b$%02d$%s".formatted(cost, NOBODYS));
  }

  /** Each one more doubles the time of a check. */
  int cost() {
    return Integer.parseInt(text.substring(4, 6));
  }

  /** Takes long: 50 ms for a cost of 10. In constant time for all passwords. */
  boolean matches(byte[] password) {
    return VERIFIER.verify(password, text.getBytes(StandardCharsets.US_ASCII)).verified;
  }

  /** Shows nobody's hash. */
  @Override
  public String toString() {
    return "PasswordHash";
  }
}
