package io.holdfast.proto;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.holdfast.proto.metrics.LabelPair;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class EscapingSchemeTest {
  @ParameterizedTest
  @EnumSource(EscapingScheme.class)
  void namesThatAreLegacy_areNotChanged(EscapingScheme scheme) {
    assertEquals("a:b__c_dot_d", scheme.metricName("a:b__c_dot_d"));
    assertEquals(List.of("a__c_dot_d"), labelNames(scheme, "a__c_dot_d"));
    assertEquals("U__x_2e_y", scheme.metricName("U__x_2e_y"));
  }

  @ParameterizedTest
  @CsvSource({
    "mysystem.prod.west.cpu.load, mysystem_prod_west_cpu_load,"
        + " mysystem_dot_prod_dot_west_dot_cpu_dot_load,"
        + " U__mysystem_2e_prod_2e_west_2e_cpu_2e_load",
    "mysystem.prod.west.cpu.load_total, mysystem_prod_west_cpu_load_total,"
        + " mysystem_dot_prod_dot_west_dot_cpu_dot_load__total,"
        + " U__mysystem_2e_prod_2e_west_2e_cpu_2e_load__total",
    "http.status:sum, http_status:sum, http_dot_status:sum, U__http_2e_status:sum",
    "label with 😱, label_with__, label__with____, U__label_20_with_20__1f631_",
    "花火, __, ____, U___82b1__706b_",
    "1a, _a, __a, U___31_a",
  })
  void otherNames_areEscaped(String name, String underscores, String dots, String values) {
    assertEquals(name, EscapingScheme.ALLOW_UTF8.metricName(name));
    assertEquals(underscores, EscapingScheme.UNDERSCORES.metricName(name));
    assertEquals(dots, EscapingScheme.DOTS.metricName(name));
    assertEquals(values, EscapingScheme.VALUES.metricName(name));
    assertEquals(name, EscapingScheme.unescapedValues(values));
  }

  /** Upstream lets it pass, and the scrape is of no use to anybody. */
  @Test
  void labelName_hasNoColon() {
    assertEquals(List.of("a_b"), labelNames(EscapingScheme.UNDERSCORES, "a:b"));
    assertEquals(List.of("a__b"), labelNames(EscapingScheme.DOTS, "a:b"));
    assertEquals(List.of("U__a_3a_b"), labelNames(EscapingScheme.VALUES, "a:b"));
  }

  @Test
  void labelNames_thatLookAlike_areToldApart() {
    assertEquals(
        List.of("o__", "__", "___2"), labelNames(EscapingScheme.UNDERSCORES, "où?", "年齢", "都市"));
    assertEquals(
        List.of("a_b_2", "a_b_3", "a_b"),
        labelNames(EscapingScheme.UNDERSCORES, "a-b", "a.b", "a_b"));
    assertEquals(
        List.of("a_b_3", "a_b_4", "a_b", "a_b_2"),
        labelNames(EscapingScheme.UNDERSCORES, "a-b", "a.b", "a_b", "a_b_2"));
    assertEquals(
        List.of("a-b", "a.b", "a_b"), labelNames(EscapingScheme.ALLOW_UTF8, "a-b", "a.b", "a_b"));
    assertEquals(
        List.of("a__b", "a_dot_b", "a_b"), labelNames(EscapingScheme.DOTS, "a-b", "a.b", "a_b"));
    assertEquals(
        List.of("U__a_2d_b_2", "U__a_2d_b"), labelNames(EscapingScheme.VALUES, "a-b", "U__a_2d_b"));
  }

  /** Behind a metric's name it would overwrite that. */
  @Test
  void labelName_isNeverThatOfTheMetricsName() {
    assertEquals(List.of("__name___2"), labelNames(EscapingScheme.UNDERSCORES, "é_name__"));
  }

  /**
   * Each is a candidate for the others' names, so that a search from the first would be quadratic.
   */
  @Test
  void labelNames_thatLookAlike_growByTheirNumberAlone() {
    String[] names = new String[20_000];
    for (int i = 0; i < names.length; i++) {
      names[i] = Character.toString(0x4e00 + i);
    }
    List<String> shown = labelNames(EscapingScheme.UNDERSCORES, names);
    assertEquals(names.length, Set.copyOf(shown).size());
    assertEquals("__20000", shown.get(names.length - 1));
  }

  private static List<String> labelNames(EscapingScheme scheme, String... names) {
    List<LabelPair> labels = new ArrayList<>();
    for (String name : names) {
      labels.add(LabelPair.newBuilder().setName(name).build());
    }
    return List.of(scheme.labelNames(labels));
  }

  @ParameterizedTest
  @CsvSource({
    "foo_2e_bar, foo_2e_bar",
    "U__foo_2e_bar, foo.bar",
    "U___55_____, U__",
    "U__, ''",
    "U____, _",
    "U__föö_2E_x, föö.x",
    "U___0041_, A",
  })
  void unescaping_takesBackWhatValuesDoes(String escaped, String name) {
    assertEquals(name, EscapingScheme.unescapedValues(escaped));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "U__in_xxx_valid",
        "U__a_",
        "U__a_2e",
        "U___d800_",
        "U___dfff_x",
        "U___1f6310_",
        "U___-1_",
        "U___ _"
      })
  void unescaping_leavesWhatIsNotValid(String name) {
    assertEquals(name, EscapingScheme.unescapedValues(name));
  }

  @Test
  void terms_areThoseOfMediaTypes() {
    for (EscapingScheme scheme : EscapingScheme.values()) {
      assertEquals(scheme, EscapingScheme.ofTerm(scheme.term()));
    }
    assertEquals(EscapingScheme.ALLOW_UTF8, EscapingScheme.ofTerm("allow-utf-8"));
    assertNull(EscapingScheme.ofTerm("Dots"));
    assertNull(EscapingScheme.ofTerm(null));
  }
}
