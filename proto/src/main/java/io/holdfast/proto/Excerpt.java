package io.holdfast.proto;

import java.nio.charset.StandardCharsets;

/** The beginning of a text that clients chose, for messages. Clients may choose megabytes. */
public final class Excerpt {
  /** The characters of a text that a message quotes. */
  static final int MAX_LENGTH = 1024;

  /** The bound on a message, which quotes and escapes several texts. */
  private static final int MAX_MESSAGE_LENGTH = 8192;

  private Excerpt() {}

  /** Returns the message, or its beginning and its length. */
  public static String ofMessage(String message) {
    return of(message, MAX_MESSAGE_LENGTH);
  }

  /** Returns the text, or its beginning and its length. */
  public static String of(String text) {
    return of(text, MAX_LENGTH);
  }

  private static String of(String text, int maxLength) {
    return text.length() <= maxLength ? text : beginning(text, maxLength) + rest(bytes(text));
  }

  static String beginning(String text, int maxLength) {
    if (text.length() <= maxLength) {
      return text;
    }
    boolean splitsPair = Character.isHighSurrogate(text.charAt(maxLength - 1));
    return text.substring(0, splitsPair ? maxLength - 1 : maxLength);
  }

  static int bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8).length;
  }

  /** Returns the words behind a beginning. */
  static String rest(int bytes) {
    return "... (" + bytes + " bytes)";
  }
}
