package io.holdfast.storage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class StreamPositionsTest {
  private static final long STREAM = 7;

  private final StreamPositions positions = new StreamPositions();

  @Test
  void changesInOrder_count() {
    positions.arrived(STREAM, 1, 3);
    positions.arrived(STREAM, 4, 4);
    assertEquals(Map.of(STREAM, 4L), positions.all());
  }

  @Test
  void changesBehindGap_doNotCount() {
    positions.arrived(STREAM, 1, 3);
    positions.arrived(STREAM, 5, 9);
    assertEquals(3, positions.of(STREAM));
  }

  @Test
  void changesBehindGap_countAsSoonAsCopyHasFilledIt() {
    positions.arrived(STREAM, 5, 6);
    positions.arrived(STREAM, 7, 9);
    positions.reach(STREAM, 4);
    assertEquals(9, positions.of(STREAM));
  }

  @Test
  void changesBehindGap_countAsSoonAsChangesHaveFilledIt() {
    positions.arrived(STREAM, 3, 4);
    positions.arrived(STREAM, 1, 2);
    assertEquals(4, positions.of(STREAM));
  }

  @Test
  void copyThatEndsBeforeTheGapDoes_fillsItNot() {
    positions.arrived(STREAM, 5, 9);
    positions.reach(STREAM, 3);
    assertEquals(3, positions.of(STREAM));
    positions.reach(STREAM, 4);
    assertEquals(9, positions.of(STREAM));
  }

  @Test
  void copyFromBeyond_makesTheRunNoMatter() {
    positions.arrived(STREAM, 5, 9);
    positions.reach(STREAM, 12);
    assertEquals(12, positions.of(STREAM));
  }

  @Test
  void secondGap_leavesHighestRun() {
    positions.arrived(STREAM, 3, 4);
    positions.arrived(STREAM, 8, 9);
    positions.reach(STREAM, 2);
    assertEquals(2, positions.of(STREAM));
    positions.reach(STREAM, 7);
    assertEquals(9, positions.of(STREAM));
  }

  @Test
  void changesThatComeLate_leaveHighestRun() {
    positions.arrived(STREAM, 8, 9);
    positions.arrived(STREAM, 3, 4);
    positions.reach(STREAM, 7);
    assertEquals(9, positions.of(STREAM));
  }

  @Test
  void changesThatComeAgain_takeNothingBack() {
    positions.arrived(STREAM, 5, 9);
    positions.arrived(STREAM, 6, 7);
    positions.reach(STREAM, 4);
    positions.arrived(STREAM, 2, 3);
    assertEquals(9, positions.of(STREAM));
  }

  @Test
  void streams_areApart() {
    positions.arrived(STREAM, 5, 9);
    positions.reach(STREAM + 1, 4);
    assertEquals(0, positions.of(STREAM));
  }

  @Test
  void shown_isWhatCameBehindGap_untilPositionIsThere() {
    positions.arrived(STREAM, 1, 3);
    positions.arrived(STREAM, 5, 9);
    assertEquals(Map.of(STREAM, 9L), positions.shown(positions.all()));
    positions.reach(STREAM, 4);
    assertEquals(Map.of(STREAM, 9L), positions.all());
    assertEquals(positions.all(), positions.shown(positions.all()));
  }

  @Test
  void shown_isWhatCopyMayHaveBrought_untilPositionIsThereOrSomethingElseStandsForIt() {
    positions.mayShow(Map.of(STREAM, 4L));
    assertEquals(Map.of(STREAM, 4L), positions.shown(positions.all()));
    positions.reach(STREAM, 3);
    assertEquals(Map.of(STREAM, 4L), positions.shown(positions.all()));
    assertTrue(positions.forgetBeyond(Set.of(STREAM)));
    assertEquals(Map.of(STREAM, 3L), positions.shown(positions.all()));
    assertFalse(positions.forgetBeyond(Set.of(STREAM)));
  }
}
