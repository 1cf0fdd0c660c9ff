package io.holdfast.proto;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class GoQuoteTest {
  static Stream<Arguments> texts() {
    return Stream.of(
        Arguments.of("", "\"\""),
        Arguments.of("plain 'text'", "\"plain 'text'\""),
        Arguments.of("a\"b\\c", "\"a\\\"b\\\\c\""),
        Arguments.of("\u0007\b\f\n\r\t\u000b", "\"\\a\\b\\f\\n\\r\\t\\v\""),
        Arguments.of("\u0000\u001f\u007f", "\"\\x00\\x1f\\x7f\""),
        Arguments.of("é佖\uD83D\uDE00", "\"é佖\uD83D\uDE00\""),
        Arguments.of("\u0080\u00a0\u00ad\u2028\ue000", "\"\\u0080\\u00a0\\u00ad\\u2028\\ue000\""),
        Arguments.of("\uDB40\uDC01", "\"\\U000e0001\""),
        Arguments.of("\uD800", "\"\\ufffd\""));
  }

  @ParameterizedTest
  @MethodSource("texts")
  void quote_isGosQuoting(String text, String expected) {
    assertEquals(expected, GoQuote.quote(text));
  }

  @Test
  void quote_bytesThatAreNotUtf8_areShownAsNumbers() {
    byte[] bytes = {'x', (byte) 0xff, (byte) 0xc3, (byte) 0xa9, (byte) 0xc3, 'y', (byte) 0xe2, '"'};
    assertEquals("\"\\xffé\\xc3y\\xe2\\\"\"", GoQuote.quote(bytes, 1, bytes.length));
  }

  @Test
  void quote_replacementCharacterItself_isPrinted() {
    byte[] bytes = "\uFFFD".getBytes(StandardCharsets.UTF_8);
    assertEquals("\"\uFFFD\"", GoQuote.quote(bytes, 0, bytes.length));
  }

  @Test
  void quoteCharacter_usesSingleQuotes() {
    assertEquals("'a'", GoQuote.quoteCharacter((byte) 'a'));
    assertEquals("'\\''", GoQuote.quoteCharacter((byte) '\''));
    assertEquals("'\"'", GoQuote.quoteCharacter((byte) '"'));
    assertEquals("'\\n'", GoQuote.quoteCharacter((byte) '\n'));
    assertEquals("'ÿ'", GoQuote.quoteCharacter((byte) 0xff));
    assertEquals("'\\u0080'", GoQuote.quoteCharacter((byte) 0x80));
  }
}
