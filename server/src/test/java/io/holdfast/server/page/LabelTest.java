package io.holdfast.server.page;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class LabelTest {
  private static String shown(String value) {
    return new Label("l", value).shown();
  }

  @Test
  void whatDoesNotPrint_hasASign() {
    assertEquals("\"\"", shown(""));
    assertEquals("a\u21b5b\u21e5\u27e8U+0000\u27e9", shown("a\nb\t\0"));
    assertEquals("\u27e8U+202E\u27e9cod.exe", shown("\u202ecod.exe"));
    assertEquals("a\u27e8U+200B\u27e9b\u27e8U+0085\u27e9", shown("a\u200bb\u0085"));
    assertEquals("\u27e8U+2028\u27e9\u27e8U+E0041\u27e9", shown("\u2028\udb40\udc41"));
  }

  @Test
  void whatPrints_isAsItWas() {
    for (String value :
        new String[] {
          "/var/tmp", " ", "\u05e9\u05dc", "\u6771\u4eac", "\ud83d\udc68\u200d\ud83d\udcbb"
        }) {
      assertEquals(value, shown(value));
    }
  }

  @Test
  void longValues_sayHowLongTheyAre() {
    assertEquals("x".repeat(300), new Label("l", "x".repeat(300)).brief());
    assertEquals(
        "x".repeat(299) + "\u2026 (1,001 characters)",
        new Label("l", "x".repeat(299) + "\ud83d\udc68" + "x".repeat(700)).brief());
  }
}
