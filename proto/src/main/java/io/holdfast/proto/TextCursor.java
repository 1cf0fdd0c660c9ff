package io.holdfast.proto;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * A position in a text body, and the tokens that the text format consists of.
 *
 * <p>A token is kept as a range of bytes, so that a caller can compare it or read it as a number
 * without making a string of it. The range lies in the body, or, when escapes had to be resolved,
 * in a scratch array.
 */
final class TextCursor {
  private static final byte LETTER = 1;
  private static final byte DIGIT = 2;
  private static final byte COLON = 4;
  private static final byte[] NAME_BYTES = nameBytes();

  private final byte[] body;
  private int position;
  private int line;
  private int lineStart;

  private byte[] scratch = new byte[64];
  private int scratchSize;

  private byte[] token;
  private int tokenStart;
  private int tokenEnd;

  /** The token's first byte in the body, also if the token is in the scratch array now. */
  private int tokenPosition;

  private boolean tokenIsAscii;
  private boolean tokenIsQuoted;

  TextCursor(byte[] body) {
    this.body = body;
    token = body;
  }

  /** Skips blanks of a line; returns false if the body ends before another byte. */
  boolean startLine() {
    line++;
    lineStart = position;
    while (position < body.length && isBlank(body[position])) {
      position++;
    }
    return position < body.length;
  }

  /** Returns the byte at the position. */
  byte current() throws ParseException {
    if (position >= body.length) {
      throw error("unexpected end of input stream");
    }
    return body[position];
  }

  void advance() {
    position++;
  }

  /** Skips blanks and returns the byte behind them. */
  byte skipBlanks() throws ParseException {
    while (position < body.length && isBlank(body[position])) {
      position++;
    }
    return current();
  }

  /** Goes on to the next line feed, which becomes the current byte. */
  void skipToLineFeed() throws ParseException {
    while (current() != '\n') {
      position++;
    }
  }

  /** Reads a token up to the next blank or line feed, which becomes the current byte. */
  void readWord() throws ParseException {
    startToken();
    while (position < body.length && !isBlank(body[position]) && body[position] != '\n') {
      position++;
    }
    endToken();
    current();
  }

  /**
   * Reads a name without its quotes and escapes, or an empty token if there is no name. The byte
   * behind the name becomes the current byte. A name may begin plain and go on in quotes, as in
   * upstream's parser.
   */
  void readName(boolean isMetricName) throws ParseException {
    int allowed = LETTER | (isMetricName ? COLON : 0);
    startToken();
    if ((NAME_BYTES[current() & 0xff] & allowed) != 0) {
      position++;
      while (position < body.length
          && (NAME_BYTES[body[position] & 0xff] & (allowed | DIGIT)) != 0) {
        position++;
      }
    } else if (body[position] != '"') {
      endToken();
      return;
    }
    endToken();
    if (current() == '"') {
      readQuotedName(isMetricName);
      current();
    }
  }

  private void readQuotedName(boolean isMetricName) throws ParseException {
    keepToken();
    position++;
    boolean ascii = true;
    for (byte next = current(); next != '"'; next = current()) {
      if (next == '\n') {
        useScratch(ascii);
        throw error(
            (isMetricName ? "metric" : "label")
                + " name "
                + quotedToken()
                + " contains unescaped new-line");
      }
      ascii &= next >= 0;
      keep(next == '\\' ? readEscape() : next);
      position++;
    }
    position++;
    useScratch(ascii);
    tokenIsQuoted = true;
  }

  /** Reads a token up to the closing quote, and goes on behind the quote. */
  void readLabelValue() throws ParseException {
    startToken();
    int signs = 0;
    int i = position;
    for (; i < body.length; i++) {
      byte next = body[i];
      if (next == '"' || next == '\\' || next == '\n') {
        break;
      }
      signs |= next;
    }
    position = i;
    endToken();
    tokenIsAscii = signs >= 0;
    if (current() != '"') {
      readRestOfLabelValue();
    }
    position++;
  }

  private void readRestOfLabelValue() throws ParseException {
    boolean ascii = tokenIsAscii;
    keepToken();
    for (byte next = current(); next != '"'; next = current()) {
      if (next == '\n') {
        useScratch(ascii);
        throw error("label value " + quotedToken() + " contains unescaped new-line");
      }
      ascii &= next >= 0;
      keep(next == '\\' ? readEscape() : next);
      position++;
    }
    useScratch(ascii);
  }

  /**
   * Reads the rest of the line with its escapes resolved. Its line feed becomes the current byte.
   */
  void readHelp() throws ParseException {
    startToken();
    scratchSize = 0;
    for (byte next = current(); next != '\n'; next = current()) {
      keep(next == '\\' ? readEscape() : next);
      position++;
    }
    useScratch(false);
  }

  /** Reads the rest of the line without its backslashes. Its line feed becomes the current byte. */
  void readRestOfLine() throws ParseException {
    startToken();
    scratchSize = 0;
    for (byte next = current(); next != '\n'; next = current()) {
      if (next != '\\') {
        keep(next);
      }
      position++;
    }
    useScratch(false);
  }

  /** Reads a backslash and leaves the position at the byte that it escapes. */
  private byte readEscape() throws ParseException {
    position++;
    byte escaped = current();
    return switch (escaped) {
      case '\\', '"' -> escaped;
      case 'n' -> '\n';
      default -> throw error("invalid escape sequence '\\" + (char) (escaped & 0xff) + "'");
    };
  }

  boolean isTokenEmpty() {
    return tokenStart == tokenEnd;
  }

  boolean isTokenQuoted() {
    return tokenIsQuoted;
  }

  boolean isTokenWellFormed() {
    return tokenIsAscii || Utf8.isWellFormed(token, tokenStart, tokenEnd);
  }

  /** Returns whether the token is the text, and the text is ASCII. */
  boolean isToken(String text) {
    int length = tokenEnd - tokenStart;
    if (text.length() != length) {
      return false;
    }
    for (int i = 0; i < length; i++) {
      // A negative byte equals no char.
      if (token[tokenStart + i] != text.charAt(i)) {
        return false;
      }
    }
    return true;
  }

  /** Returns the token as a string, with replacement characters for bytes that are not UTF-8. */
  String tokenText() {
    return new String(
        token,
        tokenStart,
        tokenEnd - tokenStart,
        tokenIsAscii ? StandardCharsets.ISO_8859_1 : StandardCharsets.UTF_8);
  }

  /** Returns an upper bound on the bytes of the token when it is written again. */
  int tokenBytes() {
    int length = tokenEnd - tokenStart;
    return token == scratch ? 2 * length : length;
  }

  /** Returns the token as messages quote it. */
  String quotedToken() {
    return GoQuote.quote(token, tokenStart, tokenEnd);
  }

  /**
   * @throws NumberFormatException if the token is no float
   */
  double tokenFloat() {
    return FloatReader.readFloat(token, tokenStart, tokenEnd);
  }

  /**
   * @throws NumberFormatException if the token is no integer
   */
  long tokenInteger() {
    return FloatReader.readInteger(token, tokenStart, tokenEnd);
  }

  /** Returns a fault at the position. */
  ParseException error(String reason) {
    return errorAt(position, reason);
  }

  /** Returns a fault in the token. */
  ParseException tokenError(String reason) {
    return errorAt(tokenPosition, reason);
  }

  private ParseException errorAt(int place, String reason) {
    String message = "text format parsing error in line " + line + ": " + reason;
    return new ParseException(message, line, place - lineStart + 1);
  }

  private void startToken() {
    tokenPosition = position;
    tokenStart = position;
    tokenIsQuoted = false;
  }

  private void endToken() {
    token = body;
    tokenEnd = position;
    tokenIsAscii = true;
  }

  private void keepToken() {
    int length = tokenEnd - tokenStart;
    if (length > scratch.length) {
      scratch = new byte[length * 2];
    }
    System.arraycopy(body, tokenStart, scratch, 0, length);
    scratchSize = length;
  }

  private void keep(byte next) {
    if (scratchSize == scratch.length) {
      scratch = Arrays.copyOf(scratch, scratchSize * 2);
    }
    scratch[scratchSize++] = next;
  }

  private void useScratch(boolean ascii) {
    token = scratch;
    tokenStart = 0;
    tokenEnd = scratchSize;
    tokenIsAscii = ascii;
  }

  private static boolean isBlank(byte next) {
    return next == ' ' || next == '\t';
  }

  private static byte[] nameBytes() {
    byte[] classes = new byte[256];
    for (char character = 0; character < 128; character++) {
      if (character == ':') {
        classes[character] = COLON;
      } else if (NameRule.isLegacyByte(character, true, false)) {
        classes[character] = LETTER;
      } else if (NameRule.isLegacyByte(character, false, false)) {
        classes[character] = DIGIT;
      }
    }
    return classes;
  }
}
