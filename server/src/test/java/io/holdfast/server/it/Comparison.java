package io.holdfast.server.it;

import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * Sends the same sequences to the real Pushgateway and to Holdfast, and finds where they differ
 * without a {@link KnownDifference} that explains it. After one that does, both begin anew with the
 * steps that are left.
 *
 * <p>Concurrency: for one thread.
 */
final class Comparison implements Closeable {
  /** Starts a real one, also in place of one that has hung or ended. */
  interface Start {
    ServerProcess start() throws IOException;
  }

  private final Start start;
  private final Gateway subject;
  private final UnaryOperator<Step> mistake;
  private final Map<KnownDifference, Integer> explained = new EnumMap<>(KnownDifference.class);
  private ServerProcess process;
  private Gateway reference;
  private int accepted;
  private int refused;
  private int scrapes;

  /**
   * Compares with one that makes no mistake.
   *
   * @param mistake what the subject understands when it is sent a step: the step itself, or there
   *     should be a difference
   */
  Comparison(Start start, ServerProcess subject, UnaryOperator<Step> mistake) throws IOException {
    this.start = start;
    this.subject = new Gateway(subject);
    this.mistake = mistake;
    this.process = start.start();
    this.reference = new Gateway(process);
  }

  /** What differs, or nothing. Both stores are emptied first. */
  Optional<String> difference(List<Step> steps) {
    try {
      begin();
      return compare(steps);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** How many answers were alike that said 2xx. */
  int accepted() {
    return accepted;
  }

  /** How many answers were alike that said 4xx. */
  int refused() {
    return refused;
  }

  /** How many scrapes were alike. */
  int scrapes() {
    return scrapes;
  }

  private void begin() throws IOException {
    subject.wipe();
    try {
      reference.wipe();
    } catch (IOException hungOrEnded) {
      reference.close();
      process.reap();
      process = start.start();
      reference = new Gateway(process);
    }
  }

  private Optional<String> compare(List<Step> steps) throws IOException {
    List<Step> sinceBegin = new ArrayList<>();
    for (Step step : steps) {
      sinceBegin.add(step);
      Gateway.Answer actual = answer(subject, mistake.apply(step));
      if (actual.status() >= 500) {
        return Optional.of(step + "\n  Holdfast: " + actual);
      }
      Optional<KnownDifference> known = KnownDifference.thatHarms(step);
      if (known.isEmpty()) {
        Optional<Gateway.Answer> expected = expected(step);
        if (expected.isPresent() && isAlike(expected.get(), actual)) {
          continue;
        }
        known =
            expected.isPresent()
                ? KnownDifference.between(sinceBegin, expected.get(), actual)
                : Optional.of(KnownDifference.DROPS_THE_CONNECTION);
        if (known.isEmpty()) {
          return Optional.of(
              step + "\n  Pushgateway: " + expected.orElseThrow() + "\n  Holdfast: " + actual);
        }
      }
      explained.merge(known.get(), 1, Integer::sum);
      begin();
      sinceBegin.clear();
    }
    return compareScrapes(sinceBegin);
  }

  /** Nothing, if it has dropped the connection. */
  private Optional<Gateway.Answer> expected(Step step) {
    try {
      return Optional.of(answer(reference, new StepContent(step).withoutSnappy().orElseThrow()));
    } catch (IOException dropped) {
      return Optional.empty();
    }
  }

  /** On a connection of its own: what is malformed may end one. */
  private static Gateway.Answer answer(Gateway gateway, Step step) throws IOException {
    try {
      return gateway.answer(step);
    } finally {
      gateway.close();
    }
  }

  private Optional<String> compareScrapes(List<Step> steps) throws IOException {
    // With several groups the real one chooses at random whose help it shows.
    boolean withHelp = steps.stream().map(Step::target).distinct().count() <= 1;
    String actual;
    try {
      actual = subject.pushed().canonical(withHelp);
    } catch (AssertionError malformed) {
      return Optional.of("  Holdfast's scrape: " + malformed.getMessage());
    }
    String expected;
    try {
      expected = reference.pushed().canonical(withHelp);
    } catch (AssertionError | IOException failed) {
      expected = KnownDifference.FAILED_SCRAPE;
    }
    if (expected.equals(actual)) {
      scrapes++;
      return Optional.empty();
    }
    Optional<KnownDifference> known = KnownDifference.inScrapes(steps, expected);
    known.ifPresent(difference -> explained.merge(difference, 1, Integer::sum));
    return known.isPresent()
        ? Optional.empty()
        : Optional.of("  Pushgateway exposes:\n" + expected + "  Holdfast exposes:\n" + actual);
  }

  private boolean isAlike(Gateway.Answer expected, Gateway.Answer actual) {
    boolean isAlike =
        expected.outcome().equals(actual.outcome())
            && (expected.status() < 400
                || KnownDifference.upstreams(expected.text())
                    .equals(KnownDifference.upstreams(actual.text())));
    if (isAlike) {
      accepted += expected.status() / 100 == 2 ? 1 : 0;
      refused += expected.status() / 100 == 4 ? 1 : 0;
    }
    return isAlike;
  }

  @Override
  public void close() {
    reference.close();
    subject.close();
  }

  @Override
  public String toString() {
    return "alike: %d answers 2xx, %d answers 4xx, %d scrapes; known to differ: %s"
        .formatted(accepted, refused, scrapes, explained);
  }
}
