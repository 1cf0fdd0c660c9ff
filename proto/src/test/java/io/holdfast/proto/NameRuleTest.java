package io.holdfast.proto;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class NameRuleTest {
  @ParameterizedTest
  @CsvSource({
    "a, true, true",
    "_, true, true",
    "Z9_z, true, true",
    "__name__, true, true",
    ":a:b, true, false",
    "a:b, true, false",
    "9a, false, false",
    "a-b, false, false",
    "a.b, false, false",
    "'a b', false, false",
    "é, false, false",
    "'', false, false",
  })
  void legacy_allowsPlainNames(String name, boolean isMetricName, boolean isLabelName) {
    assertEquals(isMetricName, NameRule.LEGACY.isMetricName(name));
    assertEquals(isLabelName, NameRule.LEGACY.isLabelName(name));
  }

  @ParameterizedTest
  @ValueSource(strings = {"a", "9", "a.b", "é", "\uD83D\uDE00", "\n", " "})
  void utf8_allowsAnyText(String name) {
    assertEquals(true, NameRule.UTF8.isMetricName(name));
    assertEquals(true, NameRule.UTF8.isLabelName(name));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "\uD83D", "\uDE00", "a\uDE00\uD83D", "\uD83Da"})
  void utf8_refusesEmptyAndMalformedText(String name) {
    assertEquals(false, NameRule.UTF8.isMetricName(name));
    assertEquals(false, NameRule.UTF8.isLabelName(name));
  }
}
