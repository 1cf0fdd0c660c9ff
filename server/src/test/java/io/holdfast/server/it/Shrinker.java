package io.holdfast.server.it;

import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/**
 * Makes a failing sequence smaller for as long as it goes on failing: whole steps go first, then
 * halves, quarters and so on of bodies.
 */
final class Shrinker {
  private final Predicate<List<Step>> fails;
  private int triesLeft;

  /**
   * @param fails whether a sequence still shows what was found
   * @param tries how often that may be asked
   */
  Shrinker(Predicate<List<Step>> fails, int tries) {
    this.fails = fails;
    this.triesLeft = tries;
  }

  List<Step> shrink(List<Step> failing) {
    List<Step> smallest = failing;
    List<Step> before;
    do {
      before = smallest;
      smallest = cutBodies(dropSteps(smallest));
    } while (!smallest.equals(before) && triesLeft > 0);
    return smallest;
  }

  private List<Step> dropSteps(List<Step> failing) {
    List<Step> smallest = failing;
    for (int i = failing.size() - 1; i >= 0; i--) {
      List<Step> fewer = new ArrayList<>(smallest);
      fewer.remove(i);
      if (stillFails(fewer)) {
        smallest = fewer;
      }
    }
    return smallest;
  }

  private List<Step> cutBodies(List<Step> failing) {
    List<Step> smallest = failing;
    for (int i = 0; i < failing.size(); i++) {
      for (int piece = smallest.get(i).body().size(); piece > 0; piece /= 2) {
        smallest = cutPieces(smallest, i, piece);
      }
    }
    return smallest;
  }

  private List<Step> cutPieces(List<Step> failing, int step, int piece) {
    List<Step> smallest = failing;
    int start = 0;
    while (start < smallest.get(step).body().size()) {
      ByteString body = smallest.get(step).body();
      ByteString rest =
          body.substring(0, start).concat(body.substring(Math.min(body.size(), start + piece)));
      List<Step> smaller = new ArrayList<>(smallest);
      smaller.set(step, smaller.get(step).withBody(rest.toByteArray()));
      if (stillFails(smaller)) {
        smallest = smaller;
      } else {
        start += piece;
      }
    }
    return smallest;
  }

  private boolean stillFails(List<Step> steps) {
    return !steps.isEmpty() && triesLeft-- > 0 && fails.test(steps);
  }
}
