package io.holdfast.storage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.testkit.Seed;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

class SortedTreeTest {

  /** Grows, shrinks and grows again, so that nodes split and join on every level. */
  @Test
  void randomChanges_areThoseOfATreeMap_andOldVersionsStay() {
    for (int i = 0; i < 6; i++) {
      long seed = Seed.ofCase(i);
      RandomGenerator random = Seed.random(seed);
      SortedTree<Integer, String> tree = SortedTree.empty();
      TreeMap<Integer, String> expected = new TreeMap<>();
      List<SortedTree<Integer, String>> kept = new ArrayList<>();
      List<TreeMap<Integer, String>> keptExpected = new ArrayList<>();
      int keys = random.nextInt(10, 20_000);
      for (int step = 0; step < 30_000; step++) {
        int key = random.nextInt(keys);
        boolean grows = (step / 10_000) % 2 == 0;
        if (random.nextInt(10) < (grows ? 8 : 1)) {
          tree = tree.with(key, "v" + step);
          expected.put(key, "v" + step);
        } else {
          // Where it shrinks, what is there, so that it does.
          Integer there = expected.ceilingKey(key);
          int gone = grows || there == null ? key : there;
          tree = tree.without(gone);
          expected.remove(gone);
        }
        assertEquals(expected.get(key), tree.get(key), Seed.message(seed));
        if (step % 5_000 == 0) {
          assertHolds(expected, tree, Seed.message(seed) + ", step " + step);
          kept.add(tree);
          keptExpected.add(new TreeMap<>(expected));
        }
      }
      for (int j = 0; j < kept.size(); j++) {
        assertHolds(keptExpected.get(j), kept.get(j), Seed.message(seed) + ", version " + j);
      }
      for (Integer key : List.copyOf(expected.keySet())) {
        tree = tree.without(key);
      }
      assertTrue(tree.isEmpty(), Seed.message(seed));
      assertHolds(new TreeMap<>(), tree, Seed.message(seed));
    }
  }

  /** Published versions stay as they were, however the later ones change nodes in place. */
  @Test
  void changesInPlace_areThoseOfATreeMap_andPublishedVersionsStay() {
    for (int i = 0; i < 20; i++) {
      long seed = Seed.ofCase(i);
      RandomGenerator random = Seed.random(seed);
      SortedTree<Integer, String> tree = SortedTree.empty();
      SortedTree.Edit edit = new SortedTree.Edit();
      TreeMap<Integer, String> expected = new TreeMap<>();
      List<SortedTree<Integer, String>> published = new ArrayList<>();
      List<TreeMap<Integer, String>> publishedExpected = new ArrayList<>();
      int keys = random.nextInt(1, 10_000);
      int changesPerPublication = random.nextInt(1, 200);
      for (int step = 0; step < 10_000; step++) {
        int key = random.nextInt(keys);
        if (random.nextInt(10) < 8) {
          tree = tree.with(key, "v" + step, edit);
          expected.put(key, "v" + step);
        } else {
          tree = tree.without(key);
          expected.remove(key);
        }
        assertEquals(expected.get(key), tree.get(key), Seed.message(seed));
        if (step % changesPerPublication == 0) {
          edit = new SortedTree.Edit();
          if (random.nextInt(1 + 2_000 / changesPerPublication) == 0) {
            published.add(tree);
            publishedExpected.add(new TreeMap<>(expected));
          }
        }
      }
      published.add(tree);
      publishedExpected.add(expected);
      for (int j = 0; j < published.size(); j++) {
        assertHolds(publishedExpected.get(j), published.get(j), Seed.message(seed) + ", " + j);
      }
    }
  }

  @Test
  void changeInPlace_makesNoNewLeaf_andOneAfterPublicationDoes() {
    SortedTree.Edit edit = new SortedTree.Edit();
    SortedTree<Integer, String> tree = SortedTree.empty();
    for (int key = 0; key < 1_000; key++) {
      tree = tree.with(key, "first", edit);
    }
    List<Object> leaves = leaves(tree);
    SortedTree<Integer, String> changed = tree.with(500, "in place", edit);
    assertEquals(leaves, leaves(changed));
    SortedTree<Integer, String> copied = changed.with(500, "copied", new SortedTree.Edit());
    assertEquals("in place", changed.get(500));
    List<Object> others = leaves(copied);
    others.removeAll(leaves);
    assertEquals(1, others.size());
  }

  private static List<Object> leaves(SortedTree<Integer, String> tree) {
    List<Object> leaves = new ArrayList<>();
    tree.forEachLeaf(leaves::add);
    return leaves;
  }

  @Test
  void firstBehindAKey_isThatOfATreeMap_whetherTheKeyIsThereOrNot() {
    long seed = Seed.ofCase(0);
    RandomGenerator random = Seed.random(seed);
    SortedTree<Integer, Integer> tree = SortedTree.empty();
    TreeMap<Integer, Integer> expected = new TreeMap<>();
    for (int i = 0; i < 5_000; i++) {
      int key = random.nextInt(20_000);
      tree = tree.with(key, key);
      expected.put(key, key);
    }
    for (int i = 0; i < 5_000; i++) {
      int after = random.nextInt(-10, 20_010);
      int least = random.nextInt(20_000);
      Integer found = tree.first(after, value -> value >= least);
      assertEquals(expected.ceilingKey(Math.max(after + 1, least)), found, Seed.message(seed));
    }
  }

  private static void assertHolds(
      Map<Integer, String> expected, SortedTree<Integer, String> tree, String message) {
    List<Integer> keys = new ArrayList<>();
    List<String> values = new ArrayList<>();
    tree.forEachLeaf(
        leaf -> {
          assertTrue(leaf.size() >= 1 && leaf.size() <= 64, message + ", width " + leaf.size());
          for (int i = 0; i < leaf.size(); i++) {
            keys.add(leaf.key(i));
            values.add(leaf.value(i));
          }
        });
    assertEquals(List.copyOf(expected.keySet()), keys, message);
    assertEquals(List.copyOf(expected.values()), values, message);
    assertEquals(expected.size(), tree.size(), message);
    List<String> each = new ArrayList<>();
    tree.forEach(each::add);
    assertEquals(values, each, message);
    expected.forEach((key, value) -> assertEquals(value, tree.get(key), message));
  }

  @Test
  void ascendingKeys_fillTheirLeaves() {
    SortedTree<Integer, String> tree = SortedTree.empty();
    for (int i = 0; i < 10_000; i++) {
      tree = tree.with(i, "v" + i);
    }
    int[] leaves = new int[1];
    tree.forEachLeaf(leaf -> leaves[0]++);
    assertEquals((10_000 + 63) / 64, leaves[0]);
  }

  @Test
  void removedKeys_leaveNoCrowdOfSmallLeaves() {
    SortedTree<Integer, String> tree = SortedTree.empty();
    for (int i = 0; i < 20_000; i++) {
      tree = tree.with(i, "v" + i);
    }
    for (int i = 0; i < 20_000; i++) {
      if (i % 50 != 0) {
        tree = tree.without(i);
      }
    }
    int[] leaves = new int[1];
    tree.forEachLeaf(leaf -> leaves[0]++);
    assertEquals(400, tree.size());
    assertTrue(leaves[0] <= 50, leaves[0] + " leaves");
  }

  @Test
  void change_leavesOtherLeavesAsTheyAre() {
    SortedTree<Integer, String> tree = SortedTree.empty();
    for (int i = 0; i < 1_000; i++) {
      tree = tree.with(i, "v" + i);
    }
    List<Object> before = new ArrayList<>();
    tree.forEachLeaf(before::add);
    List<Object> after = new ArrayList<>();
    tree.with(500, "other").forEachLeaf(after::add);
    assertEquals(before.size(), after.size());
    before.removeAll(after);
    assertEquals(1, before.size());
  }

  @Test
  void first_isTheFirstInOrder_andLooksNoFurther() {
    SortedTree<Integer, Integer> tree = SortedTree.empty();
    assertNull(tree.firstKey());
    assertNull(tree.first(value -> true));
    for (int i = 999; i >= 0; i--) {
      tree = tree.with(i, i);
    }
    int[] looked = {0};
    Integer found =
        tree.first(
            value -> {
              looked[0]++;
              return value >= 5;
            });
    assertEquals(5, found);
    assertEquals(6, looked[0]);
    assertEquals(0, tree.firstKey());
    assertNull(tree.first(value -> value > 999));
    assertSame(tree, tree.without(5000));
  }
}
