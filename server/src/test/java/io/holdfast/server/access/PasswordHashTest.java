package io.holdfast.server.access;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import at.favre.lib.crypto.bcrypt.BCrypt;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PasswordHashTest {
  private static final String SEVENTY_TWO =
      "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

  /** Answers that every bcrypt gives. */
  @ParameterizedTest
  @CsvSource({
    "U*U, $2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW",
    "U*U*, $2a$05$CCCCCCCCCCCCCCCCCCCCC.VGOzA784oUp/Z0DY336zx7pLYAy0lwK",
    "U*U*U, $2a$05$XXXXXXXXXXXXXXXXXXXXXOAcXxm9kjPGEMsLznoKqmqw7tc8WCx4a",
    "'', $2a$05$CCCCCCCCCCCCCCCCCCCCC.7uG0VCzI2bS7j6ymqJi9CdcdxiRTWNy",
    SEVENTY_TWO
        + "chars after 72 are ignored, $2a$05$abcdefghijklmnopqrstuu5s2v8.iXieOjg/.AySBTTZIIVFJeBui",
  })
  void password_matchesItsHash_andNoOther(String password, String hash) {
    for (String letter : new String[] {"a", "b", "y"}) {
      PasswordHash read = new PasswordHash(hash.replaceFirst("2a", "2" + letter));
      assertTrue(read.matches(utf8(password)));
      assertFalse(read.matches(utf8("x" + password)));
      assertFalse(read.matches(utf8(password.isEmpty() ? "U" : password.substring(1))));
    }
  }

  /** As long as the hash was made of: the 72nd byte counts, those behind it do not. */
  @Test
  void passwords_countByTheirFirst72Bytes() {
    byte[] hashed = BCrypt.withDefaults().hash(4, utf8(SEVENTY_TWO));
    PasswordHash hash = new PasswordHash(new String(hashed, StandardCharsets.US_ASCII));

    assertTrue(hash.matches(utf8(SEVENTY_TWO)));
    assertTrue(hash.matches(utf8(SEVENTY_TWO + "x")));
    assertFalse(hash.matches(utf8(SEVENTY_TWO.substring(0, 71))));
    assertFalse(hash.matches(utf8(SEVENTY_TWO.substring(0, 71) + "x")));
  }

  @Test
  void nobodysHash_costsAsMuch() {
    PasswordHash nobodys = PasswordHash.nobodys(4);

    assertEquals(4, nobodys.cost());
    assertFalse(nobodys.matches(utf8("")));
    assertEquals(12, PasswordHash.nobodys(12).cost());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "secret",
        "$2y$10$short",
        "$1$10$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW",
        "$2z$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW",
        "$2a$03$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW",
        "$2a$32$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW",
        "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOe",
        "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeWW",
        "$2a$05$CCCCCCCCCCCCCCCCCCCCC!E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW",
      })
  void anythingElse_isRefused_andNotShown(String text) {
    var refusal = assertThrows(IllegalArgumentException.class, () -> new PasswordHash(text));

    assertTrue(refusal.getMessage().startsWith("not a bcrypt hash (expected: "));
    assertTrue(text.isEmpty() || !refusal.getMessage().contains(text), refusal.getMessage());
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
