package io.holdfast.server.it;

import java.util.List;
import java.util.Optional;

/**
 * Requests in a row, and what is expected of Holdfast: by default, whatever the real Pushgateway
 * answers to the same requests. Debian's is 1.5.1, and some of what it does is not to be copied;
 * such a sequence says instead, with the reason, which statuses are right and which other requests
 * leave the real one in the state that is right.
 */
record Sequence(
    String name,
    List<Step> steps,
    Optional<Expectation> expectation,
    boolean withHelp,
    boolean withApi) {
  Sequence {
    steps = List.copyOf(steps);
  }

  static Sequence of(String name, Step... steps) {
    return new Sequence(name, List.of(steps), Optional.empty(), true, true);
  }

  /**
   * Holdfast must answer with these statuses, and end as the real one does after the other
   * requests.
   */
  Sequence insteadBecause(String reason, List<Integer> statuses, Step... asAfter) {
    Expectation instead = new Expectation(reason, statuses, List.of(asAfter), "");
    return new Sequence(name, steps, Optional.of(instead), withHelp, withApi);
  }

  /** With this in the scrape as well: what no request makes the older one show. */
  Sequence exposing(String text) {
    Expectation old = expectation.orElseThrow();
    Expectation more = new Expectation(old.reason(), old.statuses(), old.asAfter(), text);
    return new Sequence(name, steps, Optional.of(more), withHelp, withApi);
  }

  /** The real one chooses at random which HELP it shows. */
  Sequence ignoringHelp() {
    return new Sequence(name, steps, expectation, false, withApi);
  }

  /**
   * The API of the real one tells it otherwise than a scrape, or than that of later versions:
   * {@code MetricsJsonTest} says what is right.
   */
  Sequence ignoringApi() {
    return new Sequence(name, steps, expectation, withHelp, false);
  }

  /** What is right where the real one's answers are not, and why. */
  record Expectation(
      String reason, List<Integer> statuses, List<Step> asAfter, String alsoExposed) {
    Expectation {
      statuses = List.copyOf(statuses);
      asAfter = List.copyOf(asAfter);
    }
  }
}
