package io.holdfast.server.tls;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One block of a PEM text. Text around blocks is a comment.
 *
 * @param type such as {@code CERTIFICATE}
 * @param isEncrypted whether a passphrase is needed to read it
 */
record Pem(String type, byte[] der, boolean isEncrypted) {
  private static final Pattern BEGIN = Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----");

  /**
   * Returns all blocks in order.
   *
   * @throws IllegalArgumentException if a block has no end or is not base64
   */
  static List<Pem> blocks(byte[] text) {
    String pem = new String(text, StandardCharsets.ISO_8859_1);
    List<Pem> blocks = new ArrayList<>();
    Matcher begin = BEGIN.matcher(pem);
    for (int at = 0; begin.find(at); ) {
      String type = begin.group(1);
      String end = "-----END " + type + "-----";
      int close = pem.indexOf(end, begin.end());
      if (close < 0) {
        throw new IllegalArgumentException("a PEM block \"" + type + "\" without its end");
      }
      blocks.add(block(type, pem.substring(begin.end(), close)));
      at = close + end.length();
    }
    return blocks;
  }

  private static Pem block(String type, String content) {
    boolean isEncrypted = type.equals("ENCRYPTED PRIVATE KEY") || content.contains("ENCRYPTED");
    // Lines such as "Proc-Type: 4,ENCRYPTED" can stand before the base64, followed by an empty
    // line.
    String base64 =
        content
            .lines()
            .filter(line -> line.indexOf(':') < 0)
            .map(String::strip)
            .reduce("", String::concat);
    try {
      return new Pem(type, Base64.getDecoder().decode(base64), isEncrypted);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "a PEM block \"" + type + "\" that is not base64: " + e.getMessage(), e);
    }
  }
}
