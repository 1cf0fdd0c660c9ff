package io.holdfast.storage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class LogOffsetsTest {
  private static final long STREAM = 7;

  private final LogOffsets versionVector = new LogOffsets();

  @Test
  void changesInOrder_count() {
    versionVector.arrived(STREAM, 1, 3);
    versionVector.arrived(STREAM, 4, 4);
    assertEquals(Map.of(STREAM, 4L), versionVector.all());
  }

  @Test
  void changesBehindGap_doNotCount() {
    versionVector.arrived(STREAM, 1, 3);
    versionVector.arrived(STREAM, 5, 9);
    assertEquals(3, versionVector.of(STREAM));
  }

  @Test
  void changesBehindGap_countAsSoonAsCopyHasFilledIt() {
    versionVector.arrived(STREAM, 5, 6);
    versionVector.arrived(STREAM, 7, 9);
    versionVector.reach(STREAM, 4);
    assertEquals(9, versionVector.of(STREAM));
  }

  @Test
  void changesBehindGap_countAsSoonAsChangesHaveFilledIt() {
    versionVector.arrived(STREAM, 3, 4);
    versionVector.arrived(STREAM, 1, 2);
    assertEquals(4, versionVector.of(STREAM));
  }

  @Test
  void copyThatEndsBeforeTheGapDoes_fillsItNot() {
    versionVector.arrived(STREAM, 5, 9);
    versionVector.reach(STREAM, 3);
    assertEquals(3, versionVector.of(STREAM));
    versionVector.reach(STREAM, 4);
    assertEquals(9, versionVector.of(STREAM));
  }

  @Test
  void copyFromBeyond_makesTheRunNoMatter() {
    versionVector.arrived(STREAM, 5, 9);
    versionVector.reach(STREAM, 12);
    assertEquals(12, versionVector.of(STREAM));
  }

  @Test
  void secondGap_leavesHighestRun() {
    versionVector.arrived(STREAM, 3, 4);
    versionVector.arrived(STREAM, 8, 9);
    versionVector.reach(STREAM, 2);
    assertEquals(2, versionVector.of(STREAM));
    versionVector.reach(STREAM, 7);
    assertEquals(9, versionVector.of(STREAM));
  }

  @Test
  void changesThatComeLate_leaveHighestRun() {
    versionVector.arrived(STREAM, 8, 9);
    versionVector.arrived(STREAM, 3, 4);
    versionVector.reach(STREAM, 7);
    assertEquals(9, versionVector.of(STREAM));
  }

  @Test
  void changesThatComeAgain_takeNothingBack() {
    versionVector.arrived(STREAM, 5, 9);
    versionVector.arrived(STREAM, 6, 7);
    versionVector.reach(STREAM, 4);
    versionVector.arrived(STREAM, 2, 3);
    assertEquals(9, versionVector.of(STREAM));
  }

  @Test
  void logs_areApart() {
    versionVector.arrived(STREAM, 5, 9);
    versionVector.reach(STREAM + 1, 4);
    assertEquals(0, versionVector.of(STREAM));
  }

  @Test
  void shown_isWhatCameBehindGap_untilOffsetIsThere() {
    versionVector.arrived(STREAM, 1, 3);
    versionVector.arrived(STREAM, 5, 9);
    assertEquals(Map.of(STREAM, 9L), versionVector.shown(versionVector.all()));
    versionVector.reach(STREAM, 4);
    assertEquals(Map.of(STREAM, 9L), versionVector.all());
    assertEquals(versionVector.all(), versionVector.shown(versionVector.all()));
  }

  @Test
  void shown_isWhatCopyMayHaveBrought_untilOffsetIsThereOrSomethingElseStandsForIt() {
    versionVector.mayShow(Map.of(STREAM, 4L));
    assertEquals(Map.of(STREAM, 4L), versionVector.shown(versionVector.all()));
    versionVector.reach(STREAM, 3);
    assertEquals(Map.of(STREAM, 4L), versionVector.shown(versionVector.all()));
    assertTrue(versionVector.forgetBeyond(Set.of(STREAM)));
    assertEquals(Map.of(STREAM, 3L), versionVector.shown(versionVector.all()));
    assertFalse(versionVector.forgetBeyond(Set.of(STREAM)));
  }
}
