package io.holdfast.server.access;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

class CredentialsTest {
  @ParameterizedTest
  @ValueSource(strings = {"Basic ", "basic ", "BASIC "})
  void scheme_isOfAnyCase(String scheme) {
    Credentials read = Credentials.parse(scheme + base64("alice:a:b"));

    assertEquals("alice", read.user());
    assertArrayEquals("a:b".getBytes(StandardCharsets.UTF_8), read.password());
    assertFalse(read.toString().contains("a:b"));
  }

  @Test
  void nameAndPassword_mayBeEmpty_andOfAnyBytes() {
    assertEquals("", Credentials.parse("Basic " + base64(":")).user());
    byte[] bytes = {(byte) 0xff, ':', (byte) 0x80, 0};
    Credentials read = Credentials.parse("Basic " + Base64.getEncoder().encodeToString(bytes));
    assertEquals("\u00ff", read.user());
    assertArrayEquals(new byte[] {(byte) 0x80, 0}, read.password());
  }

  @ParameterizedTest
  @NullSource
  @ValueSource(
      strings = {
        "",
        "Basic",
        "Basic ",
        "Basic YTpi=",
        "Basic YTpiYw",
        "Basic  YTpi",
        "Basic YTpi ",
        "Basic YWxpY2U=",
        "Basic %%%%",
        "Bearer YTpi",
        "BasicYTpi",
      })
  void anythingElse_isNone(String authorization) {
    assertNull(Credentials.parse(authorization));
  }

  private static String base64(String text) {
    return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }
}
