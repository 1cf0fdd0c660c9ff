package io.holdfast.storage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.holdfast.storage.Rejection.Reason;
import io.holdfast.storage.WriteOutcome.Applied;
import io.holdfast.storage.WriteOutcome.Rejected;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class LimitsTest {
  private static final GroupKey A = Pushes.job("a");
  private static final GroupKey B = Pushes.job("b");
  private static final GroupKey C = Pushes.job("c");

  @Test
  void groupBeyondTheLimit_isRefused_andLeavesNoTrace() {
    try (Applying store = new Applying(Map.of(), new GroupLimits(2, 10))) {
      store.apply(Pushes.put(A, "m 1\n"));
      store.apply(Pushes.put(B, "m 1\n"));
      assertEquals(Reason.TOO_MANY_GROUPS, reason(store.apply(Pushes.put(C, "m 1\n"))));
      assertEquals(Reason.TIMESTAMP, reason(store.apply(Pushes.put(C, "m 1 2\n"))));
      Change unchecked = new Change.Unchecked(Pushes.accepted(Pushes.put(C, "m 1\n")));
      assertEquals(Reason.TOO_MANY_GROUPS, reason(store.apply(unchecked)));
      assertNull(store.groups().get(C));

      assertInstanceOf(Applied.class, store.apply(Pushes.put(A, "m 2\n")));
      store.apply(new Change.Delete(B));
      assertInstanceOf(Applied.class, store.apply(Pushes.put(C, "m 1\n")));
    }
  }

  @Test
  void seriesBeyondTheGroupsLimit_areRefused_unlessOthersGo() {
    try (Applying store = new Applying(Map.of(), new GroupLimits(10, 3))) {
      store.apply(Pushes.post(A, "m 1\nn{l=\"1\"} 1\n"));
      assertEquals(
          Reason.TOO_MANY_GROUP_SERIES,
          reason(store.apply(Pushes.post(A, "n{l=\"1\"} 1\nn{l=\"2\"} 1\nn{l=\"3\"} 1\n"))));
      assertInstanceOf(Applied.class, store.apply(Pushes.post(A, "n{l=\"1\"} 1\nn{l=\"2\"} 1\n")));
      assertEquals(Reason.TOO_MANY_GROUP_SERIES, reason(store.apply(Pushes.post(A, "o 1\n"))));
      assertInstanceOf(Applied.class, store.apply(Pushes.put(A, "o 1\np 1\nq 1\n")));
      assertEquals(
          Reason.TOO_MANY_GROUP_SERIES, reason(store.apply(Pushes.put(A, "o 1\np 1\nq 1\nr 1\n"))));
      store.apply(new Change.Delete(A));
      assertInstanceOf(Applied.class, store.apply(Pushes.post(A, "o 1\np 1\nq 1\n")));
    }
  }

  @Test
  void content_isMeasuredInSeriesNamesAndValues() {
    ContentLimits limits = new ContentLimits(1 << 20, 2, 2, 3, 5, 7);
    assertNull(check(limits, A, "abc{abc=\"12345\"} 1\nb 1\n"));
    assertEquals(Reason.TOO_MANY_SERIES, check(limits, A, "a 1\nb{l=\"1\"} 1\nb{l=\"2\"} 1\n"));
    assertEquals(Reason.NAME_TOO_LONG, check(limits, A, "abcd 1\n"));
    assertEquals(Reason.NAME_TOO_LONG, check(limits, A, "a{abcd=\"\"} 1\n"));
    assertEquals(Reason.LABEL_VALUE_TOO_LONG, check(limits, A, "a{l=\"123456\"} 1\n"));
    assertEquals(Reason.LABEL_VALUE_TOO_LONG, check(limits, Pushes.job("123456"), "a 1\n"));
    assertEquals(Reason.TOO_MANY_LABELS, check(limits, A, "a{b=\"\",c=\"\"} 1\n"));
    GroupKey threeLabels = Pushes.group("b", "", "c", "", "job", "a");
    assertEquals(Reason.TOO_MANY_LABELS, check(limits, threeLabels, ""));
    assertNull(check(limits, A, "# HELP a 1234567\na 1\n"));
    assertEquals(Reason.HELP_TOO_LONG, check(limits, A, "# HELP a 12345678\na 1\n"));
    GroupKey longName = GroupKey.of(new TreeMap<>(Map.of("job", "a", "long", "b")));
    assertEquals(Reason.NAME_TOO_LONG, check(limits, longName, "a 1\n"));
  }

  private static Reason check(ContentLimits limits, GroupKey group, String body) {
    Rejection rejection = limits.check(group, Pushes.families(body));
    return rejection == null ? null : rejection.reason();
  }

  private static Reason reason(WriteOutcome outcome) {
    return assertInstanceOf(Rejected.class, outcome).rejection().reason();
  }
}
