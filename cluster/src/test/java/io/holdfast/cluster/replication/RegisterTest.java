package io.holdfast.cluster.replication;

import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What the {@link Register} of the simulation takes for a mistake, and what not. */
final class RegisterTest {
  private long expiredUntil;
  private final Register register =
      new Register("job", (dueMillis, since) -> dueMillis <= expiredUntil);

  @Test
  void nothingYet_thatAScrapeShowsLate_isNoDelete() {
    acknowledge(register.ask(1, 10), 30);
    register.ask(null, 40);
    assertNull(scrape(null, 5, 50), "before the push was acknowledged");
    assertNull(scrape(1, 60, 70), "the delete failed");
  }

  @Test
  void value_afterAScrapeHasShownTheDelete_isFound() {
    acknowledge(register.ask(1, 10), 20);
    register.ask(null, 30);
    assertNull(scrape(null, 35, 40));
    assertNotNull(scrape(1, 50, 60));
  }

  @Test
  void nothing_afterAScrapeHasShownTheFirstValue_isFound() {
    register.ask(1, 10);
    assertNull(scrape(null, 11, 12));
    assertNull(scrape(1, 13, 14));
    assertNotNull(scrape(null, 15, 16));
  }

  @Test
  void lateValue_thatTakesEffectAfterTheNextOne_isNoMistake() {
    Register.Operation late = register.ask(1, 10);
    acknowledge(register.ask(2, 20), 25);
    late.arrivesUntil(40);
    assertNull(scrape(2, 26, 27));
    assertNull(scrape(1, 28, 29));
  }

  @Test
  void lateValue_afterOneThatWasAskedForWhenItHadSettled_isFound() {
    Register.Operation late = register.ask(1, 10);
    acknowledge(register.ask(2, 20), 25);
    late.arrivesUntil(40);
    acknowledge(register.ask(3, 41), 45);
    assertNotNull(scrape(1, 46, 47));
  }

  @Test
  void lateValue_thatItsClientWaitedFor_keepsItsPlace() {
    Register.Operation late = register.ask(1, 10);
    late.arrivesUntil(40);
    acknowledge(late, 18);
    acknowledge(register.ask(2, 20), 25);
    assertNotNull(scrape(1, 26, 27));
  }

  @Test
  void lateValue_thatIsMadeOnceMore_isNoMistake() {
    Register.Operation late = register.ask(1, 10);
    Register.Operation next = register.ask(2, 20);
    late.arrivesUntil(40);
    assertNull(scrape(1, 21, 22));
    acknowledge(next, 25);
    assertNull(scrape(2, 26, 27));
    assertNull(scrape(1, 28, 29));
    assertNull(scrape(2, 30, 31));
  }

  @Test
  void lateDelete_thatAScrapeShows_provesNothingOfEarlierDeletes() {
    Register.Operation late = register.ask(null, 10);
    acknowledge(register.ask(2, 20), 25);
    late.arrivesUntil(40);
    assertNull(scrape(null, 26, 27));
    assertNull(scrape(null, 28, 29));
  }

  @Test
  void value_beforeItsTime_mustBeShown() {
    acknowledge(expiring(1, 10, 100), 20);
    expiredUntil = 99;
    assertNotNull(scrape(null, 30, 40));
  }

  @Test
  void expiredValue_isNotShownAgain() {
    acknowledge(expiring(1, 10, 100), 20);
    expiredUntil = 100;
    assertNull(scrape(1, 21, 22), "a node need not expire the group at once");
    assertNull(scrape(null, 30, 40));
    assertNotNull(scrape(1, 50, 60));
  }

  @Test
  void expiredValue_thatNobodyHasSeen_isNotShown() {
    acknowledge(expiring(1, 10, 100), 20);
    expiredUntil = 100;
    assertNull(scrape(null, 30, 40));
    assertNotNull(scrape(1, 50, 60));
  }

  @Test
  void valueWithoutTime_afterOneThatExpires_mustBeShown() {
    acknowledge(expiring(1, 10, 100), 20);
    acknowledge(expiring(2, 30, Register.NEVER), 40);
    expiredUntil = 1000;
    assertNotNull(scrape(null, 50, 60));
  }

  @Test
  void renewedValue_mustBeShown_untilTheTimeOfTheRenewal() {
    acknowledge(expiring(1, 10, 100), 20);
    register.askRenewal(200);
    register.acknowledgeRenewal(200);
    expiredUntil = 150;
    assertNotNull(scrape(null, 30, 40));
    expiredUntil = 200;
    assertNull(scrape(null, 50, 60));
  }

  @Test
  void renewal_thatIsNotAcknowledged_mayOnlyBringTheTimeForward() {
    acknowledge(expiring(1, 10, 100), 20);
    register.askRenewal(200);
    expiredUntil = 100;
    assertNull(scrape(null, 30, 40));
    acknowledge(expiring(2, 50, 300), 60);
    register.askRenewal(250);
    expiredUntil = 250;
    assertNull(scrape(null, 70, 80));
  }

  private Register.Operation expiring(int value, long askedAt, long dueMillis) {
    Register.Operation operation = register.ask(value, askedAt);
    operation.dueMillis = dueMillis;
    return operation;
  }

  private @Nullable String scrape(@Nullable Integer shown, long startedAt, long endedAt) {
    String problem = register.check(shown, startedAt);
    String disorder = register.checkOrder(shown, startedAt, endedAt);
    return problem == null ? disorder : problem;
  }

  private static void acknowledge(Register.Operation operation, long at) {
    operation.acknowledge(at);
  }
}
