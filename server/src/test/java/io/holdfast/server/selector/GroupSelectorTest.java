package io.holdfast.server.selector;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.storage.GroupKey;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GroupSelectorTest {
  private static final GroupKey WEB =
      group(Map.of("job", "web", "instance", "web-1", "host.name", "a\nb"));

  private static GroupKey group(Map<String, String> labels) {
    return GroupKey.of(new TreeMap<>(labels));
  }

  private static boolean matches(String selector) {
    return GroupSelector.parse(selector).matches(WEB);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "{job=\"web\"}",
        " { job = \"web\" , instance =~ 'web-.*' , } ",
        "{job=`web`,instance!~\"db.*\"}",
        "{job!=\"x\",zone=\"\"}",
        "{zone=~\"\"}",
        "{zone!~\".+\"}",
        "{\"host.name\"=\"a\\nb\"}",
        "{\"host.name\"=~\"a.b\"}",
        "{job=\"w\\x65b\"}",
        "{job=\"w\\u0065b\"}",
        "{instance=~`web-\\d`}",
      })
  void matching(String selector) {
    assertTrue(matches(selector), selector);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{job=\"we\"}",
        "{job=~\"we\"}",
        "{job=~\"eb\"}",
        "{job=\"web\",instance=\"web-2\"}",
        "{zone!=\"\"}",
        "{zone=~\".+\"}",
        "{job!~\"w.b\"}",
      })
  void notMatching(String selector) {
    assertFalse(matches(selector), selector);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '^',
      value = {
        "^^ | column 1: the end (expected: {) in",
        "job=\"a\" | column 1: \"j\" (expected: {)",
        "up{job=\"a\"} | column 1: \"u\" (expected: {)",
        "{job | column 5: the end (expected: =, !=, =~ or !~)",
        "{job> | column 5: \">\" (expected: =, !=, =~ or !~)",
        "{job=a} | column 6: \"a\" (expected: a value in quotes)",
        "{job=\"a} | column 9: the end (expected: a closing \")",
        "{job=\"a\" | column 9: the end (expected: })",
        "{job=\"a\"}x | column 10: \"x\" (expected: the end)",
        "{job=\"a\",,} | column 10: \",\" (expected: a label name)",
        "{1=\"a\"} | column 2: \"1\" (expected: a label name)",
        "{\"up\"} | column 6: \"}\" (expected: =, !=, =~ or !~)",
        "{job=\"\\q\"} | column 8: \"q\" (expected: an escape such as",
        "{job=\"\\x0g\"} | column 9: \"0\" (expected: 2 hexadecimal digits",
        "{job=~\"(\"} | column 7: \"(\" (expected: a regular expression as in RE2; missing closing )",
        "{job=~\"(a)\\\\1\"} | column 7: \"(a)\\1\" (expected: a regular expression as in RE2; invalid",
      })
  void badSelector_isRefused_withColumnAndExpectation(String selector, String message) {
    IllegalArgumentException e =
        assertThrows(IllegalArgumentException.class, () -> GroupSelector.parse(selector));
    String told = String.valueOf(e.getMessage());
    assertTrue(told.startsWith(message.strip()), told);
  }

  /** A backtracking matcher would need 2^40 steps. */
  @Test
  void expression_takesTimeInProportionToTheValue() {
    GroupKey group = group(Map.of("job", "a".repeat(40) + "!"));
    assertFalse(GroupSelector.parse("{job=~\"(a*)*b\"}").matches(group));
    assertFalse(GroupSelector.parse("{job=~\"(a|aa)+\"}").matches(group));
  }

  @Test
  void selectorWithoutCondition_isKnown() {
    assertTrue(GroupSelector.parse("{ }").matchesAll());
    assertFalse(GroupSelector.parse("{job=~\".*\"}").matchesAll());
    assertEquals(
        true, GroupSelector.parse("{job=~\".*\"}").matches(group(Map.of("instance", "x"))));
  }
}
