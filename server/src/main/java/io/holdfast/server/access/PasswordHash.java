package io.holdfast.server.access;

import at.favre.lib.crypto.bcrypt.BCrypt;
import at.favre.lib.crypto.bcrypt.LongPasswordStrategies;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;

/**
 * A bcrypt hash in its usual form: {@code $2b$10$}, 22 characters of salt, 31 of hash. The letter
 * once marked versions of the algorithm and makes no difference today.
 */
public record PasswordHash(String text) {
  private static final Pattern FORM =
      Pattern.compile("\\$2[aby]\\$(0[4-9]|[12][0-9]|3[01])\\$[./A-Za-z0-9]{53}");

  /**
   * The verifier. bcrypt reads only the first 72 bytes of a password. A longer password is checked
   * by those bytes, as in other servers; the library's default is to refuse it.
   */
  private static final BCrypt.Verifyer VERIFIER =
      BCrypt.verifyer(
          BCrypt.Version.VERSION_2A, LongPasswordStrategies.truncate(BCrypt.Version.VERSION_2A));

  /** A salt and a hash for checks that always fail. Any value serves. */
  private static final String NOBODYS = "abcdefghijklmnopqrstuuabcdefghijklmnopqrstuvwxyz01234";

  /**
   * Checks the form.
   *
   * @throws IllegalArgumentException if the text is not a hash; the message does not show the text
   */
  public PasswordHash {
    if (!FORM.matcher(text).matches()) {
      throw new IllegalArgumentException(
          "not a bcrypt hash (expected: $2y$10$ and 53 more characters, such as \"htpasswd -nBC 10"
              + " NAME\" prints behind the colon)");
    }
  }

  /** Returns a hash that takes as long to check and that no password matches. */
  static PasswordHash nobodys(int cost) {
    return new PasswordHash("$2b$%02d$%s".formatted(cost, NOBODYS));
  }

  /** Returns the cost. One step more doubles the time of a check. */
  int cost() {
    return Integer.parseInt(text.substring(4, 6));
  }

  /**
   * Returns whether the password matches. Takes 50 ms for a cost of 10, and the same time for all
   * passwords.
   */
  boolean matches(byte[] password) {
    return VERIFIER.verify(password, text.getBytes(StandardCharsets.US_ASCII)).verified;
  }

  /** Returns a text without the hash. */
  @Override
  public String toString() {
    return "PasswordHash";
  }
}
