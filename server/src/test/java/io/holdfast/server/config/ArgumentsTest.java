package io.holdfast.server.config;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import org.junit.jupiter.api.Test;

class ArgumentsTest {
  private static final String[] GIVEN = {
    "--storage.path=/srv/d\u00e9p\u00f4t", "--log.level=warn", "", "\u6e29\u5ea6"
  };

  private static byte[] commandLine(String... parts) {
    return (String.join("\0", parts) + "\0").getBytes(UTF_8);
  }

  private static String[] inAnAsciiLocale(String... given) {
    String[] decoded = given.clone();
    for (int i = 0; i < decoded.length; i++) {
      decoded[i] = new String(decoded[i].getBytes(UTF_8), US_ASCII);
    }
    return decoded;
  }

  @Test
  void argumentsThatTheLocaleCannotDecode_areReadAgain() {
    byte[] raw = commandLine("java", "-jar", "\u00e9.jar", GIVEN[0], GIVEN[1], GIVEN[2], GIVEN[3]);

    assertArrayEquals(GIVEN, Arguments.restored(inAnAsciiLocale(GIVEN), raw));
  }

  /** As from an arguments file of Java's own. */
  @Test
  void otherArgumentsThanThoseOfTheProcess_stayAsTheyAre() {
    String[] decoded = inAnAsciiLocale(GIVEN);

    assertArrayEquals(decoded, Arguments.restored(decoded, commandLine("java", "@file")));
    assertArrayEquals(
        decoded, Arguments.restored(decoded, commandLine("java", "a", "b", "c", "d", "e")));
  }
}
